#!/usr/bin/env bash
# pdf-parse 2.4.5 (and pdfjs-dist 5.4.296 under it) finds no text at all in a Chinese PDF whose typeface, SimSun say,
# is not embedded: no error, no warning, an empty page. Government notices are commonly made so. The tables that such
# fonts need lie in pdfjs-dist's own folder "cmaps", but Node's user has to name it; the Latin line is found.
# Do instead: new PDFParse({ data, cMapUrl: "<…>/node_modules/pdfjs-dist/cmaps/", cMapPacked: true }), and count pages
# without text.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund pdf-parse@2.4.5 pdfjs-dist@5.4.296 >/dev/null
cat >try.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { PDFParse } from "pdf-parse";

const TEXT = "青溪县农业局通报：春播面积3200亩。";
const LATIN = "Notice 2024";

// A line of Chinese in a typeface that is not embedded, and one of Latin.
function pdf() {
  const hex = [...TEXT].map((c) => c.charCodeAt(0).toString(16).padStart(4, "0")).join("");
  const content = `BT /F1 12 Tf 72 700 Td <${hex}> Tj ET BT /F2 12 Tf 72 650 Td (${LATIN}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] " +
      "/Resources << /Font << /F1 4 0 R /F2 8 0 R >> >> /Contents 7 0 R >>",
    "<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /UniGB-UCS2-H /DescendantFonts [5 0 R] >>",
    "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /SimSun /DW 1000 /FontDescriptor 6 0 R " +
      "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
    "<< /Type /FontDescriptor /FontName /SimSun /Flags 6 /FontBBox [-8 -145 1000 859] /ItalicAngle 0 " +
      "/Ascent 859 /Descent -140 /CapHeight 683 /StemV 80 >>",
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let out = "%PDF-1.4\n";
  const offsets = objects.map((each, i) => {
    const offset = out.length;
    out += `${i + 1} 0 obj\n${each}\nendobj\n`;
    return String(offset).padStart(10, "0") + " 00000 n \n";
  });
  const start = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join("")}`;
  out += `trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return new Uint8Array(Buffer.from(out, "latin1"));
}

async function read(options) {
  const parser = new PDFParse({ data: pdf(), ...options });
  const text = (await parser.getText()).text;
  await parser.destroy();
  return text;
}

const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version;
console.log("pdf-parse", version("pdf-parse"), "with pdfjs-dist", version("pdfjs-dist"));
console.log("Chinese text in a typeface that is not embedded is left out without a word.\n");
console.log("the page:       ", JSON.stringify(TEXT), JSON.stringify(LATIN));
const usual = await read({});
const named = await read({ cMapUrl: "node_modules/pdfjs-dist/cmaps/", cMapPacked: true });
console.log("read as usual:  ", JSON.stringify(usual));
console.log("with cMapUrl:   ", JSON.stringify(named));
assert(usual.includes(LATIN) && !/\p{Script=Han}/u.test(usual), "the Chinese text is found now");
assert(named.includes(TEXT) && named.includes(LATIN));
JS
node try.mjs 2>"$work/errors"
[ ! -s "$work/errors" ] || { echo "a word is said now:"; cat "$work/errors"; exit 1; }
