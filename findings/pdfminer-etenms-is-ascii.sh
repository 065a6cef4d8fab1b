#!/usr/bin/env bash
# pdfminer.six 20260107 reads Traditional Chinese text in the encoding ETenms-B5-H as a handful of ASCII characters:
# of each Big5 pair the lead byte goes, and the second byte is kept if it is a letter or sign. It is the standard's
# encoding for code page 950 with proportional Latin letters, used where a typeface such as PMingLiU is not embedded.
# pdfplumber stands on pdfminer and gives the same. No error, no warning; digits and percentages come out right. The
# vertical ETenms-B5-V is read as badly; its sister ETen-B5-H is read rightly, and pypdf reads all.
# Do instead: for such files (the font's /Encoding tells) take pypdf, pypdfium2 or PyMuPDF; and hold the number of Han
# characters of a page against a second reader's.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq --disable-pip-version-check pdfminer.six==20260107 pypdf==7.1.1
"$work/venv/bin/python" - <<'PY'
import io
from importlib.metadata import version

from pdfminer.high_level import extract_text
from pypdf import PdfReader

TEXT = "青溪縣農業局通報：春播面積3200畝，增長5.6%。"


def pdf(encoding: str, codec: str) -> bytes:
    """One line of Traditional Chinese in a typeface that is not embedded."""
    content = f"BT /F1 12 Tf 300 700 Td <{TEXT.encode(codec).hex()}> Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
        "/Resources << /Font << /F1 4 0 R >> >> /Contents 7 0 R >>",
        f"<< /Type /Font /Subtype /Type0 /BaseFont /PMingLiU /Encoding /{encoding} /DescendantFonts [5 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /PMingLiU /DW 1000 /FontDescriptor 6 0 R "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (CNS1) /Supplement 0 >> >>",
        "<< /Type /FontDescriptor /FontName /PMingLiU /Flags 6 /FontBBox [0 -199 1000 801] /ItalicAngle 0 "
        "/Ascent 801 /Descent -199 /CapHeight 662 /StemV 80 >>",
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


print("pdfminer.six", version("pdfminer.six"))
print("Of Big5 text in the encoding ETenms-B5-H it gives stray ASCII characters.\n")
print("the text:                 ", TEXT)
for encoding, codec in (("ETenms-B5-H", "cp950"), ("ETen-B5-H", "cp950"), ("UniCNS-UTF16-H", "utf-16-be")):
    raw = pdf(encoding, codec)
    read = extract_text(io.BytesIO(raw)).strip()
    print(f"{encoding:14} by pdfminer: {read}")
    other = PdfReader(io.BytesIO(raw)).pages[0].extract_text().strip()
    print(f"{encoding:14} by pypdf:    {other}")
    assert other == TEXT
    if encoding == "ETenms-B5-H":
        assert read.isascii() and "3200" in read and "5.6%" in read, "pdfminer reads the text otherwise now"
    else:
        assert read == TEXT
PY
