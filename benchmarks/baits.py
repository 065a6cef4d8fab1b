"""Inputs on which something could take more than its share: for every part, what it looks at, again and again.

A bait makes a text of about so many UTF-8 bytes (for ``decode`` bytes); twice the size must take twice the time.
"""

import random
from collections.abc import Callable, Mapping
from typing import NamedTuple

from textclean.testing import corpus, news_paragraph

Content = str | bytes


class Bait(NamedTuple):
    """What is given to a part, by size in bytes.

    Not ``small`` is what grows faster up to some size and then no more: hundreds of paragraphs are compared all with
    all.
    """

    part: str
    name: str
    make: Callable[[int], Content]
    options: Mapping[str, object] = {}
    small: bool = True


def again(unit: str, before: str = "", after: str = "") -> Callable[[int], str]:
    """``unit`` over and over, between ``before`` and ``after``."""
    return lambda size: before + unit * (size // len(unit.encode("utf-8", "surrogatepass"))) + after


def raw(unit: bytes, before: bytes = b"", after: bytes = b"") -> Callable[[int], bytes]:
    """Bytes over and over."""
    return lambda size: before + unit * (size // len(unit)) + after


def encoded(unit: str, codec: str, before: bytes = b"") -> Callable[[int], bytes]:
    """``unit`` over and over in ``codec``."""
    return raw(unit.encode(codec), before)


def numbered(line: str, breaks: str = "\n") -> Callable[[int], str]:
    """Lines that differ in a number, written ``{n}``, or in a name or words of its digits, ``{han}``."""
    return lambda size: breaks.join(line.format(n=i, han=_han(i)) for i in range(size // (len(line.encode()) + 4)))


def _han(number: int) -> str:
    """A number in ideographs of no special meaning, the same length for all."""
    return "".join(chr(0x5B50 + number // 97**i % 97) for i in range(3))


def shuffled(alphabet: str, breaks: int = 0) -> Callable[[int], str]:
    """Random characters of ``alphabet``, the same each time; every so many a line break."""

    def make(size: int) -> str:
        rng = random.Random(1)
        text = "".join(rng.choices(alphabet, k=size * len(alphabet) // len(alphabet.encode())))
        return "\n".join(text[at : at + breaks] for at in range(0, len(text), breaks)) if breaks else text

    return make


def news(codec: str = "", every: int = 0) -> Callable[[int], Content]:
    """Generated news with noise, if wanted in ``codec`` and without one byte in ``every``."""

    def make(size: int) -> Content:
        text = "\n".join(corpus(1, size // 3))
        raw = text.encode(codec, "replace") if codec else b""
        return b"".join(raw[at : at + every - 1] for at in range(0, len(raw), every)) if every else raw or text

    return make


def whole_and_pieces(size: int) -> str:
    """One huge paragraph, and all its sentences as paragraphs."""
    rng = random.Random(2)
    alphabet = [chr(0x4E00 + i) for i in range(3000)]
    sentences = ["".join(rng.choices(alphabet, k=40)) + "。" for _ in range(size // 246)]
    return "".join(sentences) + "\n" + "\n".join(sentences)


def broken(size: int) -> str:
    """Running text in lines of any length."""
    rng = random.Random(4)
    text = "".join(news_paragraph(rng) for _ in range(size // 500))
    lines, at = [], 0
    while at < len(text):
        width = rng.randrange(8, 30)
        lines.append(text[at : at + width])
        at += width
    return "\n".join(lines)


def turned(size: int) -> str:
    """Paragraphs of the same grams, but for a few, in another order."""
    rng = random.Random(3)
    unit = "".join(chr(0x4E00 + rng.randrange(3000)) for _ in range(200))
    places = (rng.randrange(200) for _ in range(size // 601))
    return "\n".join(unit[at:] + unit[:at] for at in places)


def loops_in_quotes(size: int) -> str:
    """Short clauses that stand three times, each another one, in one paragraph."""
    units = (f"我们{_han(i)}吧" for i in range(size // 72))
    return "“好”" + "".join(f"{unit}，{unit}，{unit}，好。" for unit in units)


BAITS = (
    Bait("normalize", "news", news()),
    Bait("normalize", "blanks before numbers, one line", again("合计 1234 ")),
    Bait("normalize", "blanks before numbers, with commas", again("合计 1234 元, 约 5 成 ")),
    Bait("normalize", "blanks between ideographs", again("合 ")),
    Bait("normalize", "blanks only", again(" ", "合", "合")),
    Bait("normalize", "blanks and line ends", again(" \r\n")),
    Bait("normalize", "carriage returns", again("\r")),
    Bait("normalize", "indent before closing brackets", lambda size: "　" * (size // 6) + "合)" * (size // 8)),
    Bait("normalize", "opening brackets", again("(")),
    Bait("normalize", "pairs in pairs", lambda size: "a(" * (size // 4) + ")b" * (size // 4)),
    Bait("normalize", "glued paragraphs", again("今天开园。　　")),
    Bait("normalize", "wide blanks without a sentence", again("今天　　")),
    Bait("normalize", "blanks at one width", again("沚阳县图书馆新馆昨天上午开馆， 一千多名读者")),
    Bait("normalize", "closing brackets", again("合)")),
    Bait("normalize", "commas", again(",")),
    Bait("normalize", "full stops and closers", again("中文汉字.)”")),
    Bait("normalize", "corner quotes, opening", again("「『")),
    Bait("normalize", "corner quotes, pairs", again("「合』")),
    Bait("normalize", "entities", again("&#x4e2d;")),
    Bait("normalize", "an entity escaped again and again", again("amp;", "&", "lt;")),
    Bait("normalize", "entities escaped again and again", again("&amp;amp;amp;lt;")),
    Bait("normalize", "ampersands", again("&")),
    Bait("normalize", "addresses with entities", again("www.a.cn/?a=1&amp;b")),
    Bait("normalize", "full-width letters", again("ＡＢＣ")),
    Bait("normalize", "full-width digits on lines", again("１\r１\n")),
    Bait("normalize", "full-width numbers", again("１２．５")),
    Bait("normalize", "combining marks in order", again("\u0301", "a")),
    Bait("normalize", "combining marks out of order", again("\u0301\u0323", "a")),
    Bait("normalize", "letters with a few marks", again("a\u0301\u0323\u0301\u0323")),
    Bait("normalize", "jamo", again("\u1100\u1161\u11a8")),
    Bait("normalize", "vowel jamo", again("\u1161", "\u1100")),
    Bait("normalize", "joiners", again("\u200d", "合")),
    Bait("normalize", "Latin-1 for UTF-8", again("中文汉字".encode().decode("latin-1"))),
    Bait("normalize", "Latin-1 for UTF-8, on lines", again("中文汉字".encode().decode("latin-1") + "\n")),
    Bait("normalize", "accented letters", again("\xe9\xe8 ")),
    Bait("normalize", "UTF-8 read as GBK", again("渡口的茶馆开张，".encode().decode("gb18030", "replace"))),
    Bait("normalize", "UTF-8 read as GBK, on lines", again("渡口茶馆，".encode().decode("gbk", "replace") + "\n")),
    Bait("normalize", "Latin-1 for UTF-8, bytes lost", again("渡口的茶馆".encode()[:-1].decode("latin-1"))),
    Bait("normalize", "GB read as Big5", again("中文新闻报道今天".encode().decode("gb18030", "ignore"))),
    Bait("normalize", "lost bytes", again("锟斤拷")),
    Bait("normalize", "unset memory", again("烫")),
    Bait("normalize", "replacement characters", again("\ufffd")),
    Bait("normalize", "replacement characters apart", again("\ufffd合")),
    Bait("normalize", "private use", again("\ue000合")),
    Bait("normalize", "radicals", again("⼀⼁")),
    Bait("normalize", "rare characters", again("龘龖龗")),
    Bait("normalize", "angle brackets", again("<")),
    Bait("normalize", "tags without end", again("<a ")),
    Bait("normalize", "tags without end, with quotes", again('<a b="')),
    Bait("normalize", "one tag of many attributes", again('b="c" ', "<a ", ">")),
    Bait("normalize", "attributes without end", again("b=c ", "<a ")),
    Bait("normalize", "tags in tags", lambda size: "<b" * (size // 4) + ">" * (size // 4)),
    Bait("normalize", "pairs of tags", again("<b>茶</b>")),
    Bait("normalize", "tags that open", again("<div>茶")),
    Bait("normalize", "tags that close", again("</div>")),
    Bait("normalize", "breaks among blanks", again("<br> ")),
    Bait("normalize", "blanks between breaks", again(" ", "<br>", "<br>")),
    Bait("normalize", "tags that are spoken of", again("标签<b>")),
    Bait("normalize", "tags that are spoken of, on lines", again("HTML<b>\n")),
    Bait("normalize", "comments without end", again("<!--")),
    Bait("normalize", "comments", again("<!--茶-->")),
    Bait("normalize", "ideographs in a comment", again("茶", "<!--", "-->")),
    Bait("normalize", "scripts without end", again("<script>")),
    Bait("normalize", "scripts", again("<script>a</script>")),
    Bait("normalize", "declarations without end", again("<!doctype ")),
    Bait("normalize", "raised numbers", again("<sup>2</sup>")),
    Bait("normalize", "entities without semicolons", again("&nbsp")),
    Bait("normalize", "escaped tags", again("&lt;p&gt;茶")),
    Bait("normalize", "number signs", again("#")),
    Bait("normalize", "headings", again("# 茶\n")),
    Bait("normalize", "stars", again("*")),
    Bait("normalize", "stars in pairs", again("**")),
    Bait("normalize", "emphasis", again("**茶** ")),
    Bait("normalize", "emphasis that begins", again(" **茶")),
    Bait("normalize", "opening square brackets", again("[")),
    Bait("normalize", "links", again("[茶](/a)")),
    Bait("normalize", "links without end", again("[茶](/a")),
    Bait("normalize", "titles of links without end", again('[茶](/a "')),
    Bait("normalize", "backticks", again("`")),
    Bait("normalize", "backticks apart", again("`ab")),
    Bait("normalize", "fences", again("```\n")),
    Bait("normalize", "fences that open", again("```a\n")),
    Bait("normalize", "bars", again("|")),
    Bait("normalize", "a second row of a table", again("-|", "茶|\n")),
    Bait("normalize", "a second row that is none", again("-|", "茶|\n", "茶")),
    Bait("normalize", "rows of a table", again("|茶|\n", "|茶|茶|\n|-|-|\n")),
    Bait("normalize", "tables", again("|茶|茶|\n|-|-|\n")),
    Bait("normalize", "rules", again("- ", "# 茶\n")),
    Bait("normalize", "rules on lines", again("- - -\n", "# 茶\n")),
    Bait("normalize", "quotations in quotations", again("> ", "# 茶\n")),
    Bait("normalize", "indents in Markdown", again(" ", "# 茶\n")),
    Bait("script", "Traditional", again("這個國家，")),
    Bait("script", "mixed", again("這個國家这个国家\n")),
    Bait("script", "to Simplified, lines", again("這個國家\n"), {"to": "simplified"}),
    Bait("script", "to Simplified, one line", again("這個國家"), {"to": "simplified"}),
    Bait("script", "to Simplified, one character", again("國"), {"to": "simplified"}),
    Bait("script", "to Simplified, unknown characters", again("a龘", "國國國"), {"to": "simplified"}),
    Bait("script", "to Simplified, corner quotes", again("「國』『」"), {"to": "simplified"}),
    Bait("script", "to Taiwan, one line", again("信息网络，"), {"to": "traditional", "variant": "taiwan"}),
    Bait("script", "quotes that do not close", again("“「『《（國国")),
    Bait("metadata", "dates", again("2021-05-07 09:08\n")),
    Bait("metadata", "a paper and a date", again("某某日报 2021-05-07\n", after="正文在此，说的是一件事情。\n")),
    Bait("metadata", "banners", again("欢迎访问某某新闻网\n", after="正文在此，说的是一件事情。\n")),
    Bait("metadata", "authors", numbered("文章作者：王{han}")),
    Bait("metadata", "editors", numbered("责任编辑：王{han}")),
    Bait(
        "metadata",
        "names between titles and text",
        again("一个标题\n王小明\n正文在此，说的是一件事情，说的是一件事情。\n"),
    ),
    Bait("metadata", "pages", again("A1\nA1：要闻版\n")),
    Bait("metadata", "talks", again("记者：您好\n王小明：您好\n")),
    Bait("metadata", "credits at the end of lines", again("正文在此。（责任编辑：王小明）\n")),
    Bait("metadata", "labels in one line", again("作者：王小明 来源：某某网 ")),
    Bait("metadata", "counters", again("评论(3) 阅读 1.2万\n")),
    Bait("metadata", "digits", again("1")),
    Bait("boilerplate", "related links", again("相关链接\n某某标题\n")),
    Bait("boilerplate", "related links and copyright", again("相关链接\n某某标题\n版权所有 某某网。\n")),
    Bait("boilerplate", "advertisements", again("广告\n" + "正文在此，" * 5 + "\n")),
    Bait("boilerplate", "advertisements only", again("广告\n")),
    Bait("boilerplate", "copyright", again("版权所有 某某网\n")),
    Bait("boilerplate", "addresses", again("地址：某某路\n", after="版权所有 某某网\n")),
    Bait("boilerplate", "buttons", again("返回顶部\n")),
    Bait("boilerplate", "photo credits", numbered("图为某地。王{han}摄")),
    Bait("boilerplate", "rules", again("——————\n")),
    Bait("boilerplate", "labels", again("要闻 YAOWEN\n")),
    Bait("boilerplate", "one line", again("版权所有 ")),
    Bait("repeats", "loops in quotes", loops_in_quotes),
    Bait("repeats", "one clause", again("我们今天去吃饭，")),
    Bait("repeats", "two clauses", again("我们今天去吃饭，他们明天去。")),
    Bait("repeats", "loops in loops", again("一二三四，一二三四，五六七八，五六七八，")),
    Bait("repeats", "commas", again("，")),
    Bait("repeats", "quotes and numbers", again("“一二三4五六，一二三4五六，一二三4五六，")),
    Bait("repeats", "few clauses at random", shuffled("一二，。")),
    Bait("duplicates", "the same paragraph", again("这是一段完全相同的文字，一个字也不差。\n")),
    Bait(
        "duplicates",
        "a number of paragraphs",
        numbered("这是一段几乎相同的文字，只有一个数不同，是第{n}个。"),
        small=False,
    ),
    Bait(
        "duplicates",
        "other words",
        numbered("这是一段几乎相同的文字，只有一个词不同，这个词是{han}，别的都一样。"),
        small=False,
    ),
    Bait("duplicates", "short sentences", again("好的。\n")),
    Bait("duplicates", "one paragraph", shuffled("".join(chr(0x4E00 + i) for i in range(3000)))),
    Bait("duplicates", "one character", again("一")),
    Bait("duplicates", "paragraphs of one character", again("一" * 30 + "\n")),
    Bait("duplicates", "a paragraph and its sentences", whole_and_pieces),
    Bait("duplicates", "the same grams in another order", turned, small=False),
    Bait("duplicates", "two characters at random", shuffled("一二", 100), small=False),
    Bait("duplicates", "blank lines", again("\n\n\n这是一段完全相同的文字，一个字也不差，放在这里好看。")),
    Bait("layout", "wrapped, no paragraph ends", again("沚阳县图书馆新馆昨天，上午正式开馆一千\n")),
    Bait(
        "layout",
        "wrapped and indented",
        again("　　沚阳县图书馆新馆昨天，上午正式\n开馆一千二百多名读者，在门口排起了\n长队。\n"),
    ),
    Bait("layout", "numbers on lines of their own", again("全县产茶\n3200\n吨，出口到\n15\n个国家\n")),
    Bait("layout", "paragraphs of lines", again("这一行没有写完就\n断在了这里。\n\n")),
    Bait("layout", "blank lines", again("\n", "好", "好")),
    Bait("layout", "lines", again("这一行没有写完就断在了这里\n")),
    Bait("layout", "the same break", again("今年以来，全县完成投资增加了。农民的收入\n")),
    Bait("layout", "clauses that go on elsewhere", again("收入增加了\n投资，全县完成了，农民们都说好。大家的\n")),
    Bait("layout", "brackets that lead from line to line", again("\n）（", "（")),
    Bait("layout", "lines of two characters", again("收入\n")),
    Bait("layout", "beginnings of addresses", again("http", after=" 中")),
    Bait("layout", "digits", again("1")),
    Bait("layout", "news broken anywhere", broken, small=False),
    Bait(
        "layout",
        "paragraphs broken by blank lines",
        again("这一段话没有写完就断在了这里，\n\n后面接着说下去，直到说完为止。\n\n"),
    ),
    Bait("layout", "headings", again("# 今年以来，全县完成投资增加了。农民的收入\n")),
    Bait("layout", "fences", again("```\n今年以来，全县完成投资增加了。农民的收入\n\n```\n\n")),
    Bait("layout", "fences that open", again("```a\n\n今年以来，全县完成投资增加了。农民的收入\n")),
    Bait("typos", "a misspelt word", again("《领城》领城旅游领城的")),
    Bait("typos", "quotes that do not close", again("他说“好。")),
    Bait("typos", "one character", again("好")),
    Bait("typos", "quotes on lines", again("“\n")),
    Bait("typos", "closing quotes", again("”")),
    Bait("typos", "quotes in quotes", again("“‘")),
    Bait("typos", "titles", numbered("《一{han}的》的了{han}")),
    Bait("typos", "names in a row", again("中国人、美国人、")),
    Bait("typos", "words that are misused", again("截止目前")),
    Bait("typos", "names", again("记者王领城报道")),
    Bait("typos", "clauses said twice", again("我喜欢我喜欢你")),
    Bait("typos", "doubled commas", again("中，，")),
    Bait("typos", "every other character suspicious", again("T业"), small=False),
    Bait(
        "typos",
        "random characters",
        shuffled("的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会"),
    ),
    Bait("decode", "ASCII", raw(b"plain text, ")),
    Bait("decode", "zero bytes in runs", raw("中文，".encode("gb18030") + b"\0\0")),
    Bait("decode", "zero bytes alone", raw("中文，".encode("gb18030") + b"\0")),
    Bait("decode", "GB18030 with letters for second bytes", raw("贏鳤舏中文".encode("gb18030"))),
    Bait("decode", "UTF-8", encoded("中文，", "utf-8")),
    Bait("decode", "UTF-8 with bad bytes", raw("中文，".encode() + b"\xff")),
    Bait("decode", "UTF-8 in halves", raw("中文，".encode()[:-1])),
    Bait(
        "decode",
        "UTF-8 and GB18030 by line",
        raw("中文汉字，中文汉字，\n".encode() + "中文汉字，中文汉字，\n".encode("gb18030")),
    ),
    Bait("decode", "GB18030", news("gb18030")),
    Bait("decode", "GB18030 without some bytes", news("gb18030", 100)),
    Bait("decode", "GB18030 with a bad byte each", raw("中文汉字".encode("gb18030") + b"\xff ")),
    Bait("decode", "GB18030, one line without some bytes", raw("中文汉字新闻今天".encode("gb18030")[:-1] + b"1")),
    Bait("decode", "Big5", encoded("中文漢字，", "big5hkscs")),
    Bait("decode", "Big5 with a bad byte each", raw("中文漢字".encode("big5hkscs") + b"\xff ")),
    Bait("decode", "Big5 with signs of two codes", raw("中文漢字".encode("big5hkscs") + b"\xa1\xfe\xa2\xcc")),
    Bait("decode", "UTF-16", encoded("中文，", "utf-16-le", b"\xff\xfe")),
    Bait("decode", "UTF-16 without some bytes", news("utf-16-le", 1001)),
    Bait("decode", "UTF-16, lone surrogates", raw(b"\x00\xd8", b"\xff\xfe")),
    Bait("decode", "UTF-32 with bad code points", raw(b"-N\0\0\xff\xff\xff\x7f", b"\xff\xfe\0\0")),
    Bait("decode", "HZ", encoded("中文汉字\n", "hz")),
    Bait("decode", "HZ that does not close", raw(b"VPND", "中文".encode("hz") + b"~{")),
    Bait("decode", "HZ without markers' halves", raw("中文汉字".encode("hz")[1:], "中文汉字".encode("hz"))),
    Bait("decode", "HZ, opening markers", raw(b"~{VPND", "中文".encode("hz"))),
    Bait("decode", "bytes of every kind", raw(bytes(range(1, 256)))),
    Bait("decode", "Latin-1", encoded("d\xe9j\xe0 vu, ", "latin-1")),
    Bait("decode", "Shift JIS with bad bytes", raw("日本語のテキスト、".encode("shift_jis") + b"\xfd", b"")),
    Bait("decode", "EUC-KR by line", encoded("한국어 문장입니다.\n", "euc-kr")),
    Bait("decode", "lone surrogates in a string", again("合\ud800")),
    Bait("ledger", "every other character", again("合")),
    Bait("ledger", "lines", again("合\n")),
    Bait("pipeline", "news", news()),
    Bait("pipeline", "lines", again("正文在此，说的是一件事情。\n")),
)
