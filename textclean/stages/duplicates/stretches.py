"""Where two texts differ: the shortest edit script of characters, in stretches."""

from textclean.native import extension

Stretch = tuple[int, int, int, int]
"""Where a stretch starts and ends in the left text, and in the right one; one of the two may be empty."""


def plain_stretches(left: str, right: str, most: int) -> tuple[Stretch, ...] | None:
    """The stretches in which two texts differ, in order; None if more than ``most`` characters do.

    Source: Myers: An O(ND) difference algorithm and its variations, Algorithmica 1986; greedy, equal ends left out
    first, of two ways that go as far the one that takes a character of the right text.

    Raises:
        ValueError: ``most`` is not 0 to 2^14.
    """
    if not 0 <= most <= 1 << 14:
        raise ValueError("at most 2^14 edits")
    n, m, head = len(left), len(right), 0
    while head < min(n, m) and left[head] == right[head]:
        head += 1
    while min(n, m) > head and left[n - 1] == right[m - 1]:
        n, m = n - 1, m - 1
    a, b = left[head:n], right[head:m]
    rows: list[dict[int, int]] = []
    for edits in range(most + 1):
        row: dict[int, int] = {}
        for k in range(-edits, edits + 1, 2):
            x, _ = _entered(rows[-1], k, len(a), len(b)) if rows else (0, False)
            if x < 0:
                continue
            while x < len(a) and x - k < len(b) and a[x] == b[x - k]:
                x += 1
            row[k] = x
        if row.get(len(a) - len(b)) == len(a):
            return tuple([tuple([at + head for at in one]) for one in _collected(rows, a, b)])  # type: ignore[misc]
        rows.append(row)
    return None


def _entered(before: dict[int, int], k: int, n: int, m: int) -> tuple[int, bool]:
    """The place in the left text where diagonal ``k`` is entered, and whether by a character of the right; or -1."""
    below, left = before.get(k + 1, -1), before.get(k - 1, -1)
    below = below if below - k <= m else -1
    left = left + 1 if 0 <= left < n else -1
    return (below, True) if below >= max(left, 0) else (left, False)


def _collected(rows: list[dict[int, int]], a: str, b: str) -> list[Stretch]:
    x, y = len(a), len(b)
    ends = x, y
    found: list[Stretch] = []
    for row in reversed(rows):
        start, down = _entered(row, x - y, len(a), len(b))
        if x > start:
            if ends != (x, y):
                found.append((x, ends[0], y, ends[1]))
            x, y = start, y - (x - start)
            ends = x, y
        x, y = (x, y - 1) if down else (x - 1, y)
    if ends != (x, y):
        found.append((x, ends[0], y, ends[1]))
    return found[::-1]


_built = extension("stretches")
stretches = plain_stretches if _built is None else _built.stretches
