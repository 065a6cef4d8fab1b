"""The slow and obvious way: all pairs by sets of substrings, and the keep rule word by word."""

from collections import Counter, defaultdict


def grams(text: str, n: int) -> set[str]:
    if not text:
        return set()
    return {text[i : i + n] for i in range(len(text) - n + 1)} or {text}


def jaccard(a: str, b: str, n: int = 5) -> float:
    left, right = grams(a, n), grams(b, n)
    return len(left & right) / len(left | right) if left | right else 0.0


def containment(whole: str, piece: str, n: int = 5) -> float:
    left, right = grams(whole, n), grams(piece, n)
    return len(left & right) / len(right) if right else 0.0


def near_duplicates(texts, threshold=0.8, contained=None, n=5):
    """One (twin, kind, similarity) a text; kind in words, a kept text (-1, "kept", None)."""
    sets = [grams(text, n) for text in texts]
    equal = {}
    first = [equal.setdefault(text, i) for i, text in enumerate(texts)]
    distinct = sorted(set(first))
    holders = defaultdict(list)
    shared = defaultdict(Counter)
    for i in distinct:
        for gram in sets[i]:
            for j in holders[gram]:
                shared[i][j] += 1
                shared[j][i] += 1
            holders[gram].append(i)

    def near(i, j):
        both = shared[i][j]
        return both / (len(sets[i]) + len(sets[j]) - both)

    def inside(whole, piece):
        return shared[piece][whole] / len(sets[piece])

    def longer(i):
        return (-len(texts[i]), i)

    def wholes(piece):
        return [i for i in shared[piece] if longer(i) < longer(piece) and contained and inside(i, piece) >= contained]

    def nears(i):
        return [j for j in shared[i] if near(i, j) >= threshold]

    fell = {}
    for i in sorted(distinct, key=longer):
        if any(whole not in fell for whole in wholes(i)):
            fell[i] = "contained"
    for i in distinct:
        if i not in fell and any(j < i and j not in fell for j in nears(i)):
            fell[i] = "near"
    for i in distinct:
        if fell.get(i) == "contained" and all(whole in fell for whole in wholes(i)):
            del fell[i]
            if any(j not in fell for j in nears(i)):
                fell[i] = "near"

    verdicts = []
    for i in range(len(texts)):
        home = first[i]
        if home in fell and fell[home] == "contained":
            score, twin = max((inside(j, home), -j) for j in wholes(home) if j not in fell)
        elif home in fell:
            score, twin = max((near(home, j), -j) for j in nears(home) if j not in fell)
        elif home != i:
            verdicts.append((home, "exact", 1.0))
            continue
        else:
            verdicts.append((-1, "kept", None))
            continue
        verdicts.append((-twin, fell[home], score))
    return verdicts
