"""Numbers, dates and enumerators of a folded text."""

import re

_COUNT = "〇零一二三四五六七八九十百千万亿两"
NUMBER = re.compile(
    rf"[0-9]+(?:[.,:/-][0-9]+)*|[{_COUNT}]+|[\u2150-\u218b\u2460-\u24ff\u2776-\u2793\u3220-\u3229\u3280-\u3289]"
    r"|(?<![A-Za-z])[A-Za-z](?![A-Za-z])|[甲乙丙丁戊己庚辛壬癸]|(?<=\()[上中下](?=\))"
)


def numbers(text: str) -> list[str]:
    """Numbers, dates and enumerators of a folded text, in order."""
    return NUMBER.findall(text)
