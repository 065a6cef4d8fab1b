"""Which implementation does the work: the kernel in C where it was built, the NumPy functions elsewhere.

Both give the same bits; ``TEXTCLEAN_KERNEL=0`` in the environment forces the NumPy functions.
"""

import os
from types import ModuleType

from textclean.native import extension


def kernel() -> ModuleType | None:
    """The extension, or None where it was not built or is not wanted."""
    return extension("kernel")


def describe() -> str:
    """What runs, in a few words."""
    if kernel() is not None:
        return "C kernel"
    return "NumPy (the C kernel is switched off)" if os.environ.get("TEXTCLEAN_KERNEL") == "0" else "NumPy"
