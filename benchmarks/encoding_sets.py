"""Bytes whose encoding is known, made from the fixtures and from sentences written for this project. Seeded.

Nothing here was used to build or to tune the detector: its table comes from dictionaries and an old newspaper.
"""

import random
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

FIXTURES = Path(__file__).parent.parent / "fixtures"
SIZES = (2, 4, 10, 30, 100, 1000)
"""Characters of a sample."""
SAMPLES = 40
"""Samples of each cell and size."""


class Sample(NamedTuple):
    """Bytes, the text that a reader should get, and the codec that gives it."""

    raw: bytes
    text: str
    codec: str
    size: int
    cell: str
    damaged: bool = False


class Cell(NamedTuple):
    """An encoding and a script; ``bom`` stands before the text."""

    codec: str
    script: str
    bom: bytes = b""

    def __str__(self) -> str:
        return f"{self.codec}{' + mark' if self.bom else ''} {self.script}"


CELLS = (
    Cell("utf-8", "simplified"),
    Cell("utf-8", "traditional"),
    Cell("utf-8", "simplified", b"\xef\xbb\xbf"),
    Cell("gb18030", "simplified"),
    Cell("gb18030", "traditional"),
    Cell("big5", "traditional"),
    Cell("cp950", "traditional"),
    Cell("big5hkscs", "cantonese"),
    Cell("utf-16-le", "simplified"),
    Cell("utf-16-le", "traditional"),
    Cell("utf-16-be", "simplified"),
    Cell("utf-16-le", "simplified", b"\xff\xfe"),
    Cell("utf-16-be", "traditional", b"\xfe\xff"),
    Cell("hz", "simplified"),
)

_OLD_LAYOUT = dict.fromkeys(map(ord, "①②③④⑤⑥⑦⑧⑨⑩⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽"))
"""Signs that Python's big5 and cp950 write at codes where other programs have kana."""
_CANTONESE = str.maketrans({"的": "嘅", "在": "喺", "了": "咗", "是": "係", "他": "佢", "來": "嚟", "些": "啲"})


@cache
def texts(script: str) -> tuple[str, ...]:
    """The project's clean articles and the clean twins of its noisy ones, in ``script``; line breaks taken out.

    Traditional text is converted by OpenCC; what is called Cantonese is that with the commonest words of Hong Kong.
    """
    from opencc import OpenCC

    from textclean.stages.script.telling import counts

    to_traditional = OpenCC("s2t").convert
    found: list[str] = []
    for path in sorted([*FIXTURES.glob("clean/*.txt"), *FIXTURES.glob("expected/*.txt")]):
        text = path.read_text(encoding="utf-8").replace("\n", "")
        traditional, simplified = counts(text)
        if script == "simplified" and traditional > simplified:
            continue
        found.append(text if script == "simplified" else to_traditional(text))
    return tuple(text.translate(_CANTONESE) for text in found) if script == "cantonese" else tuple(found)


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def window(rng: random.Random, script: str, size: int, codec: str) -> str:
    """So many characters of an article, at least two of them ideographs; what ``codec`` lacks is left out.

    Longer samples than an article go on in the next one.
    """
    articles = texts(script)
    while True:
        number = rng.randrange(len(articles))
        whole = articles[number] + articles[(number + 1) % len(articles)]
        if codec in ("big5", "cp950"):
            whole = whole.translate(_OLD_LAYOUT)
        whole = whole.encode(codec, "ignore").decode(codec)
        at = rng.randrange(len(articles[number]))
        text = whole[at : at + size]
        if len(text) == size and sum(map(_is_han, text)) >= 2:
            return text


def clean(cells: tuple[Cell, ...] = CELLS, sizes: tuple[int, ...] = SIZES, count: int = SAMPLES) -> Iterator[Sample]:
    """Whole texts, nothing wrong."""
    for cell in cells:
        rng = random.Random(f"{cell}")
        for size in sizes:
            for _ in range(count):
                text = window(rng, cell.script, size, cell.codec)
                yield Sample(cell.bom + text.encode(cell.codec), text, cell.codec, size, str(cell))


Damage = Callable[[random.Random, bytes], bytes]


def cut_end(rng: random.Random, raw: bytes) -> bytes:
    """Cut in the middle of the last character."""
    return raw[:-1]


def cut_start(rng: random.Random, raw: bytes) -> bytes:
    """The first byte is missing."""
    return raw[1:]


def bad_bytes(rng: random.Random, raw: bytes) -> bytes:
    """One byte in a thousand, and at least one, is another."""
    out = bytearray(raw)
    for _ in range(max(1, len(raw) // 1000)):
        at = rng.randrange(len(out))
        out[at] = rng.choice([byte for byte in range(256) if byte != out[at]])
    return bytes(out)


def byte_lost(rng: random.Random, raw: bytes) -> bytes:
    """One byte is missing somewhere."""
    at = rng.randrange(len(raw))
    return raw[:at] + raw[at + 1 :]


DAMAGES: dict[str, Damage] = {
    "cut at the end": cut_end,
    "cut at the start": cut_start,
    "0.1 % bad bytes": bad_bytes,
    "one byte deleted": byte_lost,
}


def damaged(damage: Damage, sizes: tuple[int, ...] = SIZES, count: int = SAMPLES) -> Iterator[Sample]:
    """The clean samples without mark, each with one kind of damage.

    Without mark, since a mark decides alone as long as it is whole; so all figures are of the harder kind.
    """
    cells = tuple(cell for cell in CELLS if not cell.bom)
    for number, sample in enumerate(clean(cells, sizes, count)):
        yield sample._replace(raw=damage(random.Random(number), sample.raw), damaged=True)


_PAGE = """<!DOCTYPE html>
<html lang="zh">
<head>
<meta name="viewport" content="width=device-width, initial-scale=1">{declared}
<title>{title}</title>
<link rel="stylesheet" href="/static/css/main.css?v=20240311">
<script>var page = {{id: {number}, type: "article"}};</script>
</head>
<body class="news">
<div id="header"><a href="/index.html"><img src="/img/logo.png" alt="logo"></a></div>
<div class="content"><p>{text}</p></div>
<div id="footer">Copyright &copy; 2024</div>
</body>
</html>
"""


def in_html(sizes: tuple[int, ...] = SIZES, count: int = SAMPLES) -> Iterator[Sample]:
    """The clean samples as web pages; every second one declares its charset."""
    for number, sample in enumerate(clean(tuple(cell for cell in CELLS if not cell.bom), sizes, count)):
        declared = f'\n<meta charset="{sample.codec}">' if number % 2 else ""
        text = _PAGE.format(declared=declared, title=sample.text[:12], number=number, text=sample.text)
        yield sample._replace(raw=text.encode(sample.codec), text=text)


SENTENCES: dict[str, tuple[str, ...]] = {
    "cp1251 koi8-r iso8859-5 cp866 mac-cyrillic": (
        "Сегодня утром на берегу озера открылась небольшая мастерская, где делают деревянные лодки.",
        "Жители посёлка собрали двести книг для новой школьной библиотеки.",
        "Поезд опоздал на сорок минут из-за сильного снегопада, сообщили на станции.",
        "Мой дедушка каждую осень сушит яблоки на чердаке.",
        "Цены на хлеб не изменились, а молоко подорожало на три рубля.",
    ),
    "cp1251 koi8-u iso8859-5": (
        "У нашому селі відкрили новий музей, де зібрано старі рушники та глиняний посуд.",
        "Діти малювали кольоровою крейдою просто на дорозі.",
    ),
    "cp1253 iso8859-7": (
        "Το μικρό λιμάνι γέμισε χθες με βάρκες που γύρισαν πριν από την καταιγίδα.",
        "Η γιαγιά μου φτιάχνει κάθε Κυριακή πίτα με σπανάκι και τυρί.",
        "Οι μαθητές φύτεψαν πενήντα ελιές στην αυλή του σχολείου.",
        "Το τρένο για το βουνό φεύγει νωρίς το πρωί.",
    ),
    "cp1250 iso8859-2": (
        "Wczoraj w małym miasteczku otwarto piekarnię, w której chleb piecze się na liściach chrzanu.",
        "Książki leżały na półce obok zegara, którego nikt już nie nakręcał.",
        "Příští týden začne oprava kamenného mostu, který spojuje obě části městečka.",
        "Žáci sbírali žaludy a kaštany pro zvěř na zimu.",
        "Az öreg halász minden reggel ötkor indul a tóra, és délben tér vissza.",
        "Đačka knjižnica čuva stare čestitke i pisma iz celog kraja.",
    ),
    "cp1252 iso8859-1 iso8859-15 cp850 mac-roman": (
        "Die Bäckerei am Marktplatz schließt früher, weil der Ofen überholt werden muß.",
        "Große Äpfel, süße Birnen und grüne Bohnen gab es heute günstiger als gestern.",
        "Le marché a été déplacé près de la rivière à cause des travaux de l'été.",
        "Où est passée la clé de l'élève ? demanda le maître à la fenêtre.",
        "El niño pequeño contó cuántas cigüeñas había en el campanario de la montaña.",
        "A padaria já não vende pão de milho às terças, só às sextas de manhã.",
        "På ön bor trettio människor året om och över hundra på sommaren.",
        "Ræven gik gennem gården, så høns og ænder flygtede op på taget.",
    ),
    "cp1254 iso8859-9": (
        "Köyün girişindeki çeşme yıllar sonra yeniden akmaya başladı, çocuklar çok sevindi.",
        "Öğretmenimiz şiiri önce yavaşça, sonra gülümseyerek okudu.",
        "Bu yıl fındık ürünü beklenenden iyi, ama fiyatlar düşük.",
    ),
    "cp1255 iso8859-8": (
        "אתמול נפתחה בשכונה ספרייה קטנה ובה שלוש מאות ספרים לילדים.",
        "הדייגים חזרו לנמל לפני הסערה ותיקנו את הרשתות.",
        "סבתא שלי אופה עוגת דבש בכל סתיו.",
    ),
    "cp1256 iso8859-6": (
        "افتتحت البلدية أمس حديقة صغيرة قرب النهر وزرعت فيها مئة شجرة.",
        "وصل القطار متأخرا بسبب الضباب الكثيف في الصباح.",
        "يجمع جدي الزيتون مع الجيران كل خريف.",
    ),
    "cp1257 iso8859-13": (
        "Vakar mažame miestelyje atidaryta nauja skaitykla, kurioje vaikai piešė žuvis ir šikšnosparnius.",
        "Rīgas tirgū šodien pārdeva āboļus, ķiršus un svaigu zivi.",
    ),
    "cp874 tis-620": (
        "เมื่อวานนี้มีการเปิดห้องสมุดเล็กๆ ใกล้ตลาดน้ำ เด็กหลายคนมาอ่านหนังสือ",
        "ชาวประมงกลับเข้าฝั่งก่อนฝนจะตกหนัก",
        "ยายทำขนมกล้วยทุกวันอาทิตย์",
    ),
    "shift_jis euc_jp iso2022_jp cp932": (
        "きのう、駅前の小さな書店で子ども向けの絵本を読む会が開かれました。",
        "雨がやんだあと、川の水はゆっくりと引いていった。",
        "祖母は毎年秋になると、庭の柿を干して近所の人に配ります。",
        "新しいバスはハイブリッドで、車いすのままでも乗ることができる。",
        "ラーメンの値段は五十円上がったが、行列は短くならなかった。",
    ),
    "euc_kr cp949 johab iso2022_kr": (
        "어제 강가에 작은 공원이 문을 열어 아이들이 하루 종일 뛰어놀았다.",
        "기차가 눈 때문에 사십 분 늦게 도착했다고 역에서 알렸다.",
        "할머니는 해마다 가을이면 감을 말려 이웃들에게 나누어 주신다.",
        "새 도서관에는 점자책과 그림책이 삼천 권 있다.",
    ),
}
"""Sentences by the legacy codecs of their language."""


def foreign(count: int = SAMPLES) -> Iterator[Sample]:
    """Files of other languages in legacy encodings: one to twelve sentences, with a line of ASCII or without."""
    for names, sentences in SENTENCES.items():
        for codec in names.split():
            rng = random.Random(codec)
            for _ in range(count):
                lines = [rng.choice(sentences) for _ in range(rng.choice((1, 1, 2, 3, 5, 12)))]
                if rng.random() < 0.3:
                    lines.insert(0, rng.choice(("<p>", "Page 3 of 12", "From: archive@example.org")))
                text = "\n".join(lines).encode(codec, "ignore").decode(codec)
                yield Sample(text.encode(codec), text, codec, len(text), "foreign")


def mixed(count: int = 60) -> Iterator[tuple[bytes, list[tuple[bytes, str]]]]:
    """Files whose lines are in UTF-8, GB18030 or Big5, and the lines as (bytes, text); breaks included.

    Lines of 6 to 80 characters; runs of one to eight lines in one encoding; every fourth file is in one encoding but
    for a single line.
    """
    rng = random.Random("mixed")
    kinds = (("utf-8", "simplified"), ("gb18030", "simplified"), ("big5", "traditional"))
    for number in range(count):
        size = rng.randint(8, 40)
        order: list[tuple[str, str]] = []
        if number % 4 == 3:
            main, other = rng.sample(kinds, 2)
            order = [main] * size
            order[rng.randrange(size)] = other
        while len(order) < size:
            order += [rng.choice(kinds)] * rng.randint(1, 8)
        lines = []
        for codec, script in order:
            text = window(rng, script, rng.randint(6, 80), codec) + "\n"
            lines.append((text.encode(codec), text))
        yield b"".join(raw for raw, _ in lines), lines


def mojibake(count: int = 60) -> Iterator[tuple[str, str, str]]:
    """``(what went wrong, the damaged text, the right text)``, where no byte was lost; lines of 8 to 80 characters."""
    wrongs = (
        ("utf-8", "latin-1", "simplified"),
        ("utf-8", "cp1252", "simplified"),
        ("gb18030", "latin-1", "simplified"),
        ("big5", "latin-1", "traditional"),
        ("utf-8", "gb18030", "simplified"),
        ("utf-8", "gb18030", "traditional"),
        ("gb18030", "big5hkscs", "simplified"),
        ("big5", "gb18030", "traditional"),
    )
    for right, wrong, script in wrongs:
        rng = random.Random(f"{right} {wrong} {script}")
        found = 0
        for _ in range(60 * count):
            text = window(rng, script, rng.randint(8, 80), right)
            try:
                seen = text.encode(right).decode(wrong)
            except UnicodeDecodeError:
                continue
            if seen.encode(wrong) == text.encode(right) and found < count:
                found += 1
                yield f"{right} read as {wrong}", seen, text


def wholesome(count: int = 3000) -> Iterator[str]:
    """Texts in which nothing is wrong: Chinese of every length and script, some with foreign words; foreign ones."""
    rng = random.Random("wholesome")
    words = [word for sentences in SENTENCES.values() for sentence in sentences for word in sentence.split()]
    for number in range(count):
        script = rng.choice(("simplified", "traditional", "cantonese"))
        text = window(rng, script, rng.choice((4, 10, 30, 100, 300)), "utf-8")
        if number % 5 == 3:
            at = rng.randrange(len(text))
            text = f"{text[:at]}{' '.join(rng.choices(words, k=rng.randint(1, 6)))}{text[at:]}"
        elif number % 5 == 4:
            text = rng.choice(rng.choice([*SENTENCES.values()]))
        yield text
