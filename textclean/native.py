"""The optional extensions in C, listed once, and which of them are there; Python and NumPy do the same without them.

``setup.py`` builds what stands here and ``make test-sanitize`` tries it; neither has the package's dependencies, so
nothing is imported here that Python does not bring.
"""

import os
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Final, NamedTuple


class Extension(NamedTuple):
    """An extension in C.

    Attributes:
        module: its name.
        sources: the files it is built from, by their paths in the repository.
        headers: the files that these include.
        limited: whether it keeps to the limited API and so serves every later Python.
    """

    module: str
    sources: tuple[str, ...]
    headers: tuple[str, ...] = ()
    limited: bool = True


_KERNEL = ("_bindings.c", "_buckets.c", "_contained.c", "_kernel.c", "_overlap.c", "_pairs.c")
EXTENSIONS: Final[Mapping[str, Extension]] = {
    "weave": Extension("textclean._weave", ("textclean/_weave.c",)),
    "codes": Extension(
        "textclean.decode._codes",
        tuple(f"textclean/decode/{name}" for name in ("_codes.c", "_form.c", "_likelihood.c", "_reading.c")),
        ("textclean/decode/_codes.h",),
    ),
    "lines": Extension("textclean.language._lines", ("textclean/language/_lines.c",)),
    "scan": Extension("textclean.stages._scan", ("textclean/stages/_scan.c",)),
    "loops": Extension("textclean.stages.repeats._loops", ("textclean/stages/repeats/_loops.c",)),
    "folding": Extension("textclean.stages.duplicates._folding", ("textclean/stages/duplicates/_folding.c",)),
    "stretches": Extension("textclean.stages.duplicates._stretches", ("textclean/stages/duplicates/_stretches.c",)),
    "kernel": Extension(
        "textclean.minhash._kernel",
        tuple(f"textclean/minhash/{name}" for name in _KERNEL),
        ("textclean/minhash/_kernel.h",),
        limited=False,  # it reads strings in place
    ),
}
"""By the name that ``textclean doctor`` tells."""


def extension(name: str) -> ModuleType | None:
    """The module of an extension; None where it was not built, or ``TEXTCLEAN_KERNEL=0`` in the environment forbids it.

    Args:
        name: a key of :data:`EXTENSIONS`.
    """
    if os.environ.get("TEXTCLEAN_KERNEL") == "0":
        return None
    try:
        return import_module(EXTENSIONS[name].module)
    except ImportError:
        return None


if __name__ == "__main__":  # for the Makefile: a line for each, the module's path and then its sources
    for one in EXTENSIONS.values():
        print(one.module.replace(".", "/"), *one.sources)
