"""Random text, and random edits that fit it."""

import itertools

from hypothesis import strategies as st

from textclean.ledger import EditBuilder, Edits

_ALPHABET = "中文字，。“” ab1,.\n\r\t\u3000\u00a0\ufffd\u0301𠮷😀"

texts = st.text(st.one_of(st.sampled_from(_ALPHABET), st.characters(exclude_categories=["Cs"])), max_size=60)
dense_texts = st.text(st.sampled_from(_ALPHABET), min_size=1, max_size=300)
REASONS = ("one", "two", "three 0.95")


@st.composite
def edits_for(draw: st.DrawFn, text: str, moves: bool = True) -> Edits:
    """Edits in range and not overlapping: replacements, cuts with and without a twin, insertions, a move."""
    points = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    builder = EditBuilder()
    spans = list(zip(points[0::2], points[1::2], strict=False))
    reason = st.sampled_from(REASONS)
    for start, end in spans:
        kind = draw(st.sampled_from(["replace", "cut", "twin", "same", "wide"]))
        if kind == "replace":
            builder.replace(start, end, draw(texts.filter(lambda t: len(t) < 8)), draw(reason))
        elif kind == "wide":
            builder.replace(start, end, "，" * (end - start), draw(reason))
        elif kind == "same":
            builder.replace(start, end, text[start:end], draw(reason))
        else:
            builder.cut(start, end, draw(reason), "b.txt#3" if kind == "twin" else None)
    gaps = [b for (_, b), (c, _) in itertools.pairwise(spans) if b < c]
    if moves and gaps and spans[-1][1] < len(text):
        start = spans[-1][1]
        builder.move(start, len(text), gaps[0], text[start:], "move")
    return builder.build()


@st.composite
def texts_with_edits(draw: st.DrawFn) -> tuple[str, Edits]:
    """A text and edits of it."""
    text = draw(st.one_of(texts, dense_texts))
    return text, draw(edits_for(text))


@st.composite
def dense_edits(draw: st.DrawFn) -> tuple[str, Edits]:
    """A text of which more than every tenth character is changed, mostly one for one."""
    text = draw(dense_texts)
    builder = EditBuilder()
    at = 0
    while at < len(text):
        kind = draw(st.integers(0, 9))
        if kind < 6:
            builder.replace(at, at + 1, draw(st.sampled_from("，。𠮷")), draw(st.sampled_from(REASONS)))
        elif kind == 6:
            builder.cut(at, at + 1, "one")
        elif kind == 7:
            builder.insert(at, draw(st.sampled_from(["", "、", "……"])), "two")
        at += draw(st.integers(1, 10))
    return text, builder.build()
