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
def pack(
    stage: str,
    version: str,
    starts: Sequence[int],
    olds: Sequence[str],
    news: Sequence[str],
    reasons: Sequence[str],
    /,
) -> tuple[bytes, tuple[str, ...], tuple[int, ...], int, bool] | None: ...
def step_back(
    starts: Sequence[int],
    olds: Sequence[str],
    news: Sequence[str],
    places: Sequence[int],
    lines: Sequence[int],
    /,
) -> tuple[list[int], list[int]]: ...
