#!/usr/bin/env bash
# Polars 2.1.0 reads JSON lines that end in half an emoji, as JavaScript writes when it cuts a comment or headline by
# length ("\ud83d" alone), and puts U+0000 where the half was. No error, no null. The NUL goes on into Parquet, where it
# is valid; C programs end the string there, PostgreSQL and XML refuse it. pyarrow 26.0.1, orjson and DuckDB 2.0.1
# raise on the same line, Python's json keeps the half as it is.
# Do instead: look for lone "\ud8…" to "\udf…" in the raw lines before you read them, and put \ufffd in their place;
# or look for U+0000 after reading.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq --disable-pip-version-check polars==2.1.0 orjson==3.13.0
"$work/venv/bin/python" - <<'PY'
import io
import json

import orjson
import polars

CUT = '{"text": "县里今年丰收\\ud83d"}'
WHOLE = '{"text": "县里今年丰收\\ud83c\\udf3e"}'

print("polars", polars.__version__)
print("Half a surrogate pair in JSON becomes U+0000.\n")
lines = f"{CUT}\n{WHOLE}\n".encode()
read = polars.read_ndjson(io.BytesIO(lines))["text"].to_list()
decoded = polars.Series([CUT]).str.json_decode(polars.Struct({"text": polars.String})).struct.field("text").to_list()
print("the lines:        ", CUT, WHOLE)
print("read_ndjson:      ", [ascii(text) for text in read])
print("str.json_decode:  ", [ascii(text) for text in decoded])
print("Python's json:    ", ascii(json.loads(CUT)["text"]))
assert read == ["县里今年丰收\0", "县里今年丰收\U0001f33e"], "Polars reads the line otherwise now"
assert decoded == ["县里今年丰收\0"]
assert json.loads(CUT)["text"] == "县里今年丰收\ud83d"
try:
    orjson.loads(CUT)
except orjson.JSONDecodeError as error:
    print("orjson:           ", error)
else:
    raise AssertionError("orjson reads the line now")
PY
