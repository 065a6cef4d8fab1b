"""Well-known misuses of words and idioms, a list written for this project: ``data/misuse.txt``."""

from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def misuses() -> "Mapping[str, str]":
    """Wrong form → right form, both Simplified."""
    lines = files("textclean.language").joinpath("data", "misuse.txt").read_text("utf-8").splitlines()
    return MappingProxyType(dict(line.split("\t") for line in lines))
