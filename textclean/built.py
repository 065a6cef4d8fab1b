"""Which of the optional extensions in C are there; functions in Python do the same where one is not."""

import os
from importlib import import_module
from types import ModuleType


def extension(name: str) -> ModuleType | None:
    """The extension ``name``; None where it was not built, or ``TEXTCLEAN_KERNEL=0`` in the environment forbids it."""
    if os.environ.get("TEXTCLEAN_KERNEL") == "0":
        return None
    try:
        return import_module(name)
    except ImportError:
        return None
