"""Tries a stage, and makes text to try things on. Never imported at run time."""

import pickle
import random
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Any

from textclean.decode import decode_text
from textclean.document import Document, Findings, advance
from textclean.phases import one_document
from textclean.recipe import AnyStage
from textclean.stage import CorpusStage
from textclean.tables import Observations

_SAMPLES = (
    "",
    "\n",
    " ",
    "一",
    "标题\n\n正文第一段,有半角标点.  \n\n\n正文第二段。",
    "\u3000\u3000缩进的段落。\r\n重复的段落，一字不差，放在这里两次。\r\n重复的段落，一字不差，放在这里两次。",
    "astral \U00020bb7\U0001f600 e\u0301 \ufffd \u200b \ue000 １２３",
    "「引號」與繁體字：這是一段測試用的文字。",
)


def check_stage(stage: AnyStage, texts: Sequence[str] = ()) -> None:
    """Try a stage on odd texts and on ``texts``; see that it keeps the rules every stage must keep.

    It must be deterministic and picklable, leave its input as it was, bear the empty document, and return edits in
    range and not overlapping, from which the source is restored exactly.

    Raises:
        AssertionError: a rule is broken; the message says which, and on which text.
    """
    twin = pickle.loads(pickle.dumps(stage))
    assert twin == stage, "the stage does not come back equal from pickle"
    for text in (*_SAMPLES, *texts):
        decoded, source = decode_text(text)
        doc = Document("check.txt", decoded, source=source)
        before = pickle.dumps(doc)
        first, second, third = (_findings(one, doc) for one in (stage, stage, twin))
        assert pickle.dumps(doc) == before, f"the stage changed its input {text!r}"
        assert first == second == third, f"the stage does not find the same twice in {text!r}"
        after = advance(doc, stage.name, stage.version, first)
        assert after.original() == decoded, f"the layer does not give the text back: {text!r}"
        assert after.restored() == text.encode("utf-8", "surrogatepass"), f"the source is not restored: {text!r}"


def _findings(stage: AnyStage, doc: Document) -> Findings:
    if isinstance(stage, CorpusStage):
        observations = Observations(stage.tables, [stage.observe_many([doc])])
        verdicts = stage.decide(observations, one_document(doc))
        return stage.findings(doc, verdicts.get(doc.id))
    return stage.findings(doc)


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """Common words, and their cumulated frequencies."""
    from textclean.language.words import words

    common = sorted(((n, word) for word, n in words().items() if len(word) <= 4), reverse=True)[:20_000]
    return [word for _, word in common], list(accumulate(float(n) for n, _ in common))


def news_paragraph(rng: random.Random, low: int = 60, high: int = 400) -> str:
    """A paragraph of common words with the lengths of news: clauses of 4 to 16 characters, full-width punctuation."""
    vocabulary, weights = _vocabulary()
    length = int(low * (high / low) ** rng.random())
    parts: list[str] = []
    size = clause = 0
    target = rng.randint(4, 16)
    for word in rng.choices(vocabulary, cum_weights=weights, k=length):
        parts.append(word)
        size += len(word)
        clause += len(word)
        if size >= length:
            break
        if clause >= target:
            parts.append(rng.choice("，，，、。"))
            size, clause, target = size + 1, 0, rng.randint(4, 16)
    return "".join(parts) + "。"


def news_article(rng: random.Random, paragraphs: int = 8) -> str:
    """A title and paragraphs, a line each, without noise."""
    title = news_paragraph(rng, 12, 20).rstrip("。").replace("，", "").replace("、", "").replace("。", "")
    return "\n".join([title, *(news_paragraph(rng) for _ in range(paragraphs))])


def scraped(rng: random.Random, article: str) -> str:
    """``article`` as a scraper brings it: half-width punctuation, indents, stray spaces, blank lines, a header."""
    lines = article.translate(_HALF_WIDTH).split("\n")
    noisy = [lines[0], f"发布时间:2024-0{rng.randint(1, 9)}-1{rng.randint(0, 9)} 08:30\u00a0\u00a0来源:某某日报"]
    for line in lines[1:]:
        if rng.random() < 0.3:
            at = rng.randrange(len(line))
            line = f"{line[:at]}{rng.randint(2, 900)} 万吨{line[at:]}"
        noisy.append(rng.choice(("\u3000\u3000", "\u00a0 \u00a0 ", "")) + line + rng.choice(("", "", " ", "  ")))
    if rng.random() < 0.5:
        noisy.insert(rng.randrange(3, len(noisy) + 1), rng.choice(noisy[2:]))
    return rng.choice(("\n", "\n\n", "\r\n\r\n")).join(noisy)


_HALF_WIDTH = {ord(wide): half for wide, half in {"，": ",", "：": ":", "；": ";", "？": "?", "！": "!"}.items()}


def corpus(seed: int, characters: int, noisy: bool = True, **options: Any) -> list[str]:
    """Articles of about ``characters`` code points in all; the same for the same seed."""
    rng = random.Random(seed)
    articles: list[str] = []
    size = 0
    while size < characters:
        article = news_article(rng, **options)
        articles.append(scraped(rng, article) if noisy else article)
        size += len(articles[-1])
    return articles
