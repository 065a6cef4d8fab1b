"""Short lines at the edges of pages: those that different pages have in common."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from textclean.language.expressions import lazy
from textclean.language.lines import ENUMERATED, closed
from textclean.language.looks import Look
from textclean.stage import Document

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from textclean.tables import Column, Observations, Seen

LONGEST = 40
"""Characters of the longest line that is compared with those of other documents."""
_CALLS = frozenset("…？！?!；;~～")
"""What calls and questions end with: ``更多内容，敬请关注！``."""
_SHORT = Look(shortest=LONGEST)
_SITE_WORDS = lazy("网|平台|频道|首页|导航|客户端|公众号|论坛|门户|在线")


def observe(docs: Sequence[Document], edge: int) -> "Seen":
    """A row for each short line among the first and the last ``edge`` lines of a page: its first place there, its hash.

    ``names_site``: whether it names a site; ``is_call``: whether it ends as a question or a call does; ``body``: the
    hash of the longest line, by which copies of an article are known.
    """
    import numpy as np

    from textclean.tables import Seen

    counts: list[int] = []
    starts: list[int] = []
    keys: list[bytes] = []
    sites: list[bool] = []
    calls: list[bool] = []
    bodies: list[bytes] = []
    for doc in docs:
        text = doc.text
        lines, short = _SHORT(text)
        found = {
            line: start
            for i, start, line, _ in reversed(short)
            if (i < edge or i >= lines - edge) and may_be_shared(line)
        }
        counts.append(len(found))
        if found:
            starts += [text.rfind("\n", 0, start) + 1 for start in found.values()]
            keys += map(_digest, found)
            sites += [_SITE_WORDS.search(line) is not None for line in found]
            calls += [line[-1] in _CALLS for line in found]
            bodies += [_digest(max(text.split("\n"), key=len))] * len(found)
    rows: dict[str, Column] = {
        "id": np.arange(len(docs), dtype=np.int32).repeat(counts),
        "start": np.array(starts, np.int64),
        "key": _keys(keys),
        "names_site": np.array(sites, np.bool_),
        "is_call": np.array(calls, np.bool_),
        "body": _keys(bodies),
    }
    return Seen(tuple([doc.id for doc in docs]), {"lines": rows})


def decide(observations: "Observations", min_documents: int) -> dict[str, list[int]]:
    """The hashes of shared lines, by document.

    A line is shared if ``min_documents`` different bodies have it at their edge; for the name of a site two do, and for
    what ends as a question or a call does it takes one more.
    """
    import numpy as np

    own, body, document = (observations.array("lines", name) for name in ("key", "body", "id"))
    _, keys, bodies = _distinct(own, body)
    site, call = (np.unique(own[observations.array("lines", name)]) for name in ("names_site", "is_call"))
    least = np.where(np.isin(keys, call), min_documents + 1, np.where(np.isin(keys, site), 2, min_documents))
    shared = keys[bodies >= least]
    held = np.isin(own, shared)
    verdicts: dict[str, list[int]] = {}
    pairs, _, _ = _distinct(document[held], own[held])
    for at, one in pairs.tolist():
        verdicts.setdefault(observations.ids[at], []).append(one)
    return verdicts


def _distinct(first: "NDArray[Any]", second: "NDArray[Any]") -> "tuple[NDArray[Any], NDArray[Any], NDArray[Any]]":
    """Distinct pairs of two columns, in order; the values of the first one, and with how many of the second each is."""
    import numpy as np

    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    new = np.ones(len(order), bool)
    new[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    pairs = np.stack([first[new], second[new]], axis=1)
    values, count = np.unique(pairs[:, 0], return_counts=True)
    return pairs, values, count


def may_be_shared(line: str) -> bool:
    """Whether a line is short and neither a statement nor a numbered heading. Calls of readers may be."""
    if not 2 <= len(line) <= LONGEST or line[-1] in "，,、" or ENUMERATED.match(line):
        return False
    return not closed(line) or line[-1] in _CALLS


def key(line: str) -> int:
    """A hash of the line that white space does not change: 63 bits."""
    return int.from_bytes(_digest(line), "big") >> 1


def _digest(line: str) -> bytes:
    return blake2b("".join(line.split()).encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _keys(digests: Sequence[bytes]) -> "NDArray[np.int64]":
    """:func:`key` from the digest of each line."""
    import numpy as np

    return (np.frombuffer(b"".join(digests), ">u8") >> np.uint64(1)).astype(np.int64)
