"""Regular expressions that are compiled when they are first used.

Python 3.11 takes about a millisecond to compile a class of Chinese characters, and a document meets few of the
expressions of the package.
"""

import re
from typing import Any, AnyStr, cast


class _Lazy:
    """What :func:`lazy` gives: takes the methods of the compiled expression over one by one, as they are asked for."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._source = pattern, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        value = getattr(compiled(self), name)
        setattr(self, name, value)  # from now on found without this detour
        return value


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Like :func:`re.compile`, but the expression is compiled when one of its methods is first used."""
    return cast("re.Pattern[AnyStr]", _Lazy(pattern, flags))


def compiled(value: object) -> re.Pattern[Any] | None:
    """The expression that ``value`` is or, made by :func:`lazy`, will be; None if it is none."""
    if isinstance(value, _Lazy):
        return re.compile(*value._source)
    return value if isinstance(value, re.Pattern) else None
