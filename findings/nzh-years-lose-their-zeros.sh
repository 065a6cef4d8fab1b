#!/usr/bin/env bash
# nzh 1.0.14 (npm) decodes a number written digit by digit as if its zeros were not there: 一九九八 is 1998, and
# 二〇二四 or 二零二四 is 224, 二〇〇八 is 28, 三〇五 is 35. Whoever tries it on a year of the last century finds it right;
# every year of this one is wrong. The colloquial 三万五 (35,000) and 三百五 (350) are 30005 and 305. No error.
# Do instead: translate digit by digit where no unit (十百千万亿) stands in the numeral, and take nzh for the others.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund nzh@1.0.14 >/dev/null
cat >try.js <<'JS'
const assert = require("node:assert");
const { cn } = require("nzh");

const CASES = [
  ["一九九八", 1998, 1998],
  ["二〇二四", 224, 2024],
  ["二零二四", 224, 2024],
  ["二〇〇八", 28, 2008],
  ["三〇五", 35, 305],
  ["三万五", 30005, 35000],
  ["三百五", 305, 350],
  ["三万五千", 35000, 35000],
  ["三百零五", 305, 305],
];
console.log("nzh", JSON.parse(require("node:fs").readFileSync("node_modules/nzh/package.json", "utf8")).version);
console.log("A numeral written digit by digit loses its zeros.\n");
for (const [text, expected, right] of CASES) {
  const got = cn.decodeS(text);
  console.log(`${text} → ${got}${got === right ? "" : ` instead of ${right}`}`);
  assert.strictEqual(got, expected, "nzh decodes otherwise now");
}
JS
node try.js
