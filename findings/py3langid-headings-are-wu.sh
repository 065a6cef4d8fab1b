#!/usr/bin/env bash
# py3langid 0.4.0 knows Wu (wuu) and Cantonese (yue) beside Chinese (zh), and gives short lines of plain Mandarin to
# Wu: 北京, 中国, 一、总则, 第三条, 特此公告, 第十二届全国人民代表大会; in Traditional characters to Cantonese: 經濟.
# Whoever filters by line and keeps what is "zh" loses headings, datelines, names and the numbered items of laws, and
# whoever counts languages finds a Wu corpus. Sentences are judged rightly.
# Do instead: take zh, wuu and yue together, or limit it with set_languages(["zh", "ja", "ko", "en"]), and judge whole
# documents.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq --disable-pip-version-check py3langid==0.4.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version

import py3langid

HEADINGS = {
    "北京": "wuu", "中国": "wuu", "上海市": "wuu", "一、总则": "wuu", "第三条": "wuu", "（一）加强领导": "wuu",
    "参考文献": "wuu", "特此公告": "wuu", "2024年6月6日": "wuu", "第十二届全国人民代表大会": "wuu", "經濟": "yue",
}
SENTENCES = ["今年全县粮食总产量达到三千二百万吨，比去年有所增加。", "县农业局昨日通报了春播的进展情况。"]

print("py3langid", version("py3langid"))
print("Short lines of Mandarin are given to Wu, or to Cantonese.\n")
for line, expected in HEADINGS.items():
    language = py3langid.classify(line)[0]
    print(f"{line} → {language}")
    assert language == expected, "py3langid judges otherwise now"
for line in SENTENCES:
    print(f"{line} → {py3langid.classify(line)[0]}")
    assert py3langid.classify(line)[0] == "zh"
py3langid.set_languages(["zh", "ja", "ko", "en"])
limited = [py3langid.classify(line)[0] for line in HEADINGS]
print("limited to zh, ja, ko, en:", limited)
assert set(limited) == {"zh"}
PY
