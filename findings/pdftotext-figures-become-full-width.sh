#!/usr/bin/env bash
# Debian 12's pdftotext (poppler-utils 22.12 with poppler-data 0.4.12) turns the figures of a Chinese PDF into
# full-width ones: 3200亩，5.6% becomes ３２００亩，５．６％, GDP becomes ＧＤＰ, if the typeface is not embedded and its
# encoding is GBK-EUC-H, the PDF standard's own for code page 936. The page shows half-width figures, and pdfminer.six,
# pypdf, pdfium and PyMuPDF read half-width ones. Patterns of ASCII digits for dates and amounts then find nothing, and
# the same notice from two tools is not an exact duplicate any more.
# Do instead: fold full-width letters and digits (U+FF10 to U+FF5A, not the punctuation) after pdftotext.
# (The packages are laid into a folder and run there with chroot, so as not to touch the system: run this as root.)
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
tool=poppler-utils=22.12.0-2+deb12u3
data=poppler-data=0.4.12-1
download() { apt-get download -q -o APT::Sandbox::User=root "$@" >/dev/null 2>&1; }
mkdir tool data root
(cd data && { download "$data" || { apt-get update -qq && download "$data"; }; })
libraries=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
    --no-enhances "${tool%%=*}" | grep '^z\?lib' | sort -u)
# shellcheck disable=SC2086
(cd tool && download "$tool" $libraries)
for each in tool/*.deb data/*.deb; do dpkg -x "$each" root; done
python3 - <<'PY'
TEXT = "青溪县GDP增长5.6%，播种3200亩。"


def pdf(encoding: str, codec: str) -> bytes:
    """One line of Chinese in a typeface that is not embedded."""
    content = f"BT /F1 12 Tf 72 700 Td <{TEXT.encode(codec).hex()}> Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
        "/Resources << /Font << /F1 4 0 R >> >> /Contents 7 0 R >>",
        f"<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /{encoding} /DescendantFonts [5 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /SimSun /DW 1000 /W [1 95 500 814 939 500] "
        "/FontDescriptor 6 0 R /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
        "<< /Type /FontDescriptor /FontName /SimSun /Flags 6 /FontBBox [-8 -145 1000 859] /ItalicAngle 0 "
        "/Ascent 859 /Descent -140 /CapHeight 683 /StemV 80 >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{each}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    return out + (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    ).encode()


for encoding, codec in (("GBK-EUC-H", "gbk"), ("GBKp-EUC-H", "gbk"), ("UniGB-UCS2-H", "utf-16-be")):
    with open(f"root/{encoding}.pdf", "wb") as file:
        file.write(pdf(encoding, codec))
PY
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check pdfminer.six==20260107
for each in tool/poppler-utils_*.deb data/*.deb; do dpkg-deb -f "$each" Package Version | paste -sd' '; done
echo "Half-width figures and letters in GBK-EUC-H come out full-width."
echo
echo "the text:                     青溪县GDP增长5.6%，播种3200亩。"
for encoding in GBK-EUC-H GBKp-EUC-H UniGB-UCS2-H; do
    read_as=$(chroot root /usr/bin/pdftotext "/$encoding.pdf" - 2>/dev/null | tr -d '\n\f')
    miner=$(venv/bin/pdf2txt.py "root/$encoding.pdf" | tr -d '\n\f')
    printf '%-13s by pdftotext:   %s\n%-13s by pdfminer.six: %s\n' "$encoding" "$read_as" "$encoding" "$miner"
    wanted=青溪县GDP增长5.6%，播种3200亩。
    [ "$miner" = "$wanted" ]
    [ "$encoding" = GBK-EUC-H ] && wanted=青溪县ＧＤＰ增长５．６％，播种３２００亩。
    [ "$read_as" = "$wanted" ] || { echo "it is otherwise now"; exit 1; }
done
