from collections.abc import Sequence

def lay(
    text: str,
    starts: Sequence[int],
    ends: Sequence[int],
    news: Sequence[str],
    reasons: Sequence[str],
    stage: str,
    version: str,
    /,
) -> tuple[str, bytes, tuple[str, ...], tuple[int, ...], int, tuple[int, ...], tuple[int, ...] | None] | None: ...
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
