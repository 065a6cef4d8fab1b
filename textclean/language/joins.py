"""What the counts of character sequences say about a break: whether the text goes on, or another paragraph begins.

Source: the two readings of a break are compared as log-likelihood ratios, under the smoothed model of
:mod:`textclean.language.ngrams`. ``python -m textclean.language.build FOLDER evaluate`` measures how well that tells
breaks inside sentences from others.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textclean.language import ngrams
from textclean.language.expressions import lazy

if TYPE_CHECKING:
    from numpy.typing import NDArray

Pair = tuple[str, str]
"""The end of one line and the beginning of another; or the whole of both."""

WINDOW = 24
"""Characters on each side of a break that are looked at before runs of digits and letters are folded."""
_OPENING_WEIGHT = 0.8
"""How much the opening counts against the join; of several tried, the best on held-out news."""
_DIGITS = lazy(r"\d+")
_DIGITS_END = lazy(r"\d+\Z")
_LETTERS = lazy("[A-Za-zＡ-Ｚａ-ｚ]+")
_LETTERS_END = lazy(r"[A-Za-zＡ-Ｚａ-ｚ]+\Z")


def evidence(pairs: Sequence[Pair]) -> list[float]:
    """For each (tail, head), how much speaks for the head going on with the tail, in nats.

    The gain of the join, less 0.8 of the gain of the opening: see :func:`gains`.
    """
    join, opening = gains(pairs)
    return [float(value) for value in join - _OPENING_WEIGHT * opening]


def gains(pairs: Sequence[Pair]) -> "tuple[NDArray[Any], NDArray[Any]]":
    """How much likelier each head is behind its tail, and at the start of a paragraph, than by itself.

    log P(head | tail) - log P(head) and log P(head | edge) - log P(head) over the first characters of the head, as far
    as the counts reach; 0 where it is empty. Runs of digits and of letters count as one character; of a number or a
    Latin word that the break parts, all is in the head. The opening of a head that begins so says nothing: 0.

    Returns:
        The gains of the joins and of the openings in nats, float32 of shape (pairs,) each.
    """
    import numpy as np

    back = reach = ngrams.ORDER - 1  # no history reaches further: beyond, both readings are the same
    tails = [folded_text(_before(tail[-WINDOW:], head))[-back:].rjust(back, "\0") for tail, head in pairs]
    heads = [folded_text(head[:WINDOW])[:reach].ljust(reach, "\0") for _, head in pairs]
    edge = "\0" * (back - 1) + "\n"
    rows = [tail + head for tail, head in zip(tails, heads, strict=True)]
    rows += [edge + head for head in heads] + ["\0" * back + head for head in heads]
    folded = ngrams.numbers()[ngrams.code_units("".join(rows))].reshape(3, len(pairs), back + reach)
    logs = ngrams.log_probabilities(folded.reshape(-1, back + reach)).reshape(folded.shape)[:, :, back:]
    told = np.array([[sign != "\0" for sign in head] for head in heads]).reshape(len(pairs), reach)
    joined, opened, alone = np.where(told, logs, 0.0).sum(axis=2)
    first = folded[2, :, back]
    opening = np.where((first == ngrams.DIGIT) | (first == ngrams.LETTER), 0.0, opened - alone)
    return joined - alone, opening


def _before(tail: str, head: str) -> str:
    """``tail`` without the number or Latin word that goes on in ``head``: it is read there."""
    for end, run in ((_DIGITS_END, _DIGITS), (_LETTERS_END, _LETTERS)):
        if run.match(head) and (found := end.search(tail)):
            return tail[: found.start()]
    return tail


def folded_text(text: str) -> str:
    return _LETTERS.sub("a", _DIGITS.sub("0", text)).replace("\0", " ")
