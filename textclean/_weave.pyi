from collections.abc import Sequence

def change(
    text: str, starts: Sequence[int], ends: Sequence[int], news: Sequence[str], /
) -> tuple[str, tuple[str, ...], bool] | None: ...
def change_back(
    text: str,
    places: Sequence[int],
    olds: Sequence[str],
    news: Sequence[str],
    steps: bool,
    old_sizes: str | None,
    new_sizes: str | None,
    /,
) -> str: ...
def entries(text: str, sizes: str, /) -> tuple[str, ...]: ...
def steps(starts: Sequence[int], /) -> bytes: ...
def sizes(strings: Sequence[str], /) -> str | None: ...
def codes(strings: Sequence[str], /) -> tuple[tuple[str, ...], tuple[int, ...], str] | None: ...
def step_back(
    starts: Sequence[int],
    olds: Sequence[str],
    news: Sequence[str],
    places: Sequence[int],
    lines: Sequence[int],
    /,
) -> tuple[list[int], list[int]]: ...
