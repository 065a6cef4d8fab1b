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
