#!/usr/bin/env bash
# pypdf 7.1.1 knows the encodings GBK-EUC-H and ETen-B5-H, but not the standard's GBKp-EUC-H (GBK with proportional
# Latin letters), HKscs-B5-H (Hong Kong) and B5pc-H (Macintosh): it takes their bytes for UTF-16. Chinese text in a
# typeface that is not embedded comes back as just as many Hangul syllables and rare ideographs, digits in pairs as
# ideographs too. A line in the log tells; the text is returned as if all were well, and passes every filter for
# length, for control characters and for "CJK".
# Do instead: treat that warning of the logger "pypdf" as an error, or read such files with pdfminer.six, pypdfium2 or
# PyMuPDF.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq --disable-pip-version-check pypdf==7.1.1 pdfminer.six==20260107
"$work/venv/bin/python" - <<'PY'
import io
from importlib.metadata import version

from pdfminer.high_level import extract_text
from pypdf import PdfReader

SIMPLIFIED = "青溪县农业局通报：春播面积3200亩。"
TRADITIONAL = "青溪縣農業局通報：春播面積3200畝。"
CASES = [  # the encoding, the collection of characters, Python's codec, the text, whether pypdf reads it
    ("GBK-EUC-H", "GB1", "gbk", SIMPLIFIED, True),
    ("GBKp-EUC-H", "GB1", "gbk", SIMPLIFIED, False),
    ("ETen-B5-H", "CNS1", "cp950", TRADITIONAL, True),
    ("HKscs-B5-H", "CNS1", "big5hkscs", TRADITIONAL, False),
    ("B5pc-H", "CNS1", "big5", TRADITIONAL, False),
]


def pdf(encoding: str, ordering: str, codec: str, text: str) -> bytes:
    """One line of Chinese in a typeface that is not embedded."""
    content = f"BT /F1 12 Tf 72 700 Td <{text.encode(codec).hex()}> Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
        "/Resources << /Font << /F1 4 0 R >> >> /Contents 7 0 R >>",
        f"<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /{encoding} /DescendantFonts [5 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /SimSun /DW 1000 /FontDescriptor 6 0 R "
        f"/CIDSystemInfo << /Registry (Adobe) /Ordering ({ordering}) /Supplement 0 >> >>",
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


print("pypdf", version("pypdf"))
print("Chinese text in GBKp-EUC-H, HKscs-B5-H or B5pc-H comes back as Hangul and rare ideographs.\n")
for encoding, ordering, codec, text, right in CASES:
    raw = pdf(encoding, ordering, codec, text)
    read = PdfReader(io.BytesIO(raw)).pages[0].extract_text().strip()
    print(f"{encoding:10} {text} is read as {read}", flush=True)
    assert (read == text) == right, "pypdf reads the text otherwise now"
    assert extract_text(io.BytesIO(raw)).strip() == text
    if not right:
        assert read[:4] == text[:4].encode(codec).decode("utf-16-be")
        assert any("가" <= character <= "힣" for character in read)
print("\npdfminer.six reads all five.")
PY
