#!/usr/bin/env bash
# cn2an 0.5.24's transform(), made for sentences, reads every run of Chinese numerals as one number. An approximate
# number of two neighbouring digits becomes a two-digit one: 三五年 (three to five years) is 35年, 七八个 is 78个; the
# holidays 五一 and 十一 become 51 and 11, the place names 三亚, 六安, 九江 become 3亚, 6安, 9江. No warning is given for
# any of them. The changed sentence is good Chinese with another meaning, so nothing later can notice.
# Do instead: leave Chinese numerals alone in a corpus; where figures are wanted, convert only numerals with a unit of
# ten and upwards (三百二十) or after 第 and in dates, and never two digits without one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq --disable-pip-version-check cn2an==0.5.24 setuptools==80.9.0
"$work/venv/bin/python" -W error::UserWarning - <<'PY'
from importlib.metadata import version

import cn2an

CHANGED = {
    "项目要三五年才能见效": "项目要35年才能见效",
    "每村来了七八个人": "每村来了78个人",
    "五一期间游客增多": "51期间游客增多",
    "列车开往三亚和九江": "列车开往3亚和9江",
    "六安市下了一场雨": "6安市下了1场雨",
    "四川的五指山镇": "4川的5指山镇",
}
RIGHT = {"粮食三百二十万吨": "粮食3200000吨", "一九九八年六月六日": "1998年6月6日", "百分之五": "5%"}

print("cn2an", version("cn2an"))
print("transform() makes one number of any Chinese numerals, of approximate numbers and names as well.\n")
for sentence, expected in (CHANGED | RIGHT).items():
    got = cn2an.transform(sentence, "cn2an")
    print(f"{sentence} → {got}{'' if sentence in CHANGED else '   (as it should)'}")
    assert got == expected, "cn2an converts otherwise now"
PY
