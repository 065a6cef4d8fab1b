#!/usr/bin/env bash
# Debian 12's pdftotext (poppler-utils 22.12) needs a package of its own, poppler-data, for Chinese in a typeface that
# is not embedded, and only recommends it. In an image made with "apt-get install --no-install-recommends
# poppler-utils" such a PDF gives an empty text and exit status 0; of a mixed page the Latin is kept. Three lines on
# stderr tell, "Syntax Error: Missing language pack", as if the file were broken.
# Do instead: install poppler-data beside it, and count Han characters rather than look at the status.
# (The packages are laid into a folder and run there with chroot, so as not to touch the system: run this as root.)
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
tool=poppler-utils=22.12.0-2+deb12u3
data=poppler-data=0.4.12-1
download() { apt-get download -q -o APT::Sandbox::User=root "$@" >/dev/null 2>&1; }
mkdir tool data laid
(cd data && { download "$data" || { apt-get update -qq && download "$data"; }; })
libraries=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
    --no-enhances "${tool%%=*}" | grep '^z\?lib' | sort -u)
# shellcheck disable=SC2086
(cd tool && download "$tool" $libraries)
for each in tool/*.deb; do dpkg -x "$each" laid; done
python3 - <<'PY'
TEXT = "青溪县农业局通报：春播面积三千亩。"
content = (
    f"BT /F1 12 Tf 72 700 Td <{TEXT.encode('gbk').hex()}> Tj ET BT /F2 12 Tf 72 650 Td (Notice 2024) Tj ET"
)
objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
    "/Resources << /Font << /F1 4 0 R /F2 8 0 R >> >> /Contents 7 0 R >>",
    "<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /GBK-EUC-H /DescendantFonts [5 0 R] >>",
    "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /SimSun /DW 1000 /FontDescriptor 6 0 R "
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
    "<< /Type /FontDescriptor /FontName /SimSun /Flags 6 /FontBBox [-8 -145 1000 859] /ItalicAngle 0 "
    "/Ascent 859 /Descent -140 /CapHeight 683 /StemV 80 >>",
    f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
]
out, offsets = b"%PDF-1.4\n", []
for number, each in enumerate(objects, 1):
    offsets.append(len(out))
    out += f"{number} 0 obj\n{each}\nendobj\n".encode()
table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
out += (
    f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
).encode()
open("laid/notice.pdf", "wb").write(out)
PY
dpkg-deb -f tool/poppler-utils_*.deb Package Version | paste -sd' '
echo "Without poppler-data, Chinese in a typeface that is not embedded is left out, at exit status 0."
echo
read_it() { chroot laid /usr/bin/pdftotext /notice.pdf - 2>"errors.$1" | tr -d '\n\f'; }
without=$(read_it without) && status=0 || status=$?
echo "without poppler-data: '$without' (exit status $status); on stderr: $(head -1 errors.without)"
for each in data/*.deb; do dpkg -x "$each" laid; done
with=$(read_it with)
echo "with poppler-data:    '$with'"
[ "$without" = "Notice 2024" ] && [ "$status" = 0 ] || { echo "it is otherwise now"; exit 1; }
grep -q 'Missing language pack' errors.without
[[ $with == *青溪县农业局通报：春播面积三千亩。*Notice\ 2024* ]]
