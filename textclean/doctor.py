"""What is installed, which optional parts are there, and what is wrong with the installation."""

import platform
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata

from textclean.native import EXTENSIONS, extension

RIVALS = {"opencc": ("opencc-python-reimplemented", "opencc-python", "opencc-py")}
"""Packages that install into the folder of another and overwrite it."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's report.

    Attributes:
        name: what was looked at.
        state: what was found.
        advice: what to do about it; empty if all is well.
    """

    name: str
    state: str
    advice: str = ""


def examine() -> list[Check]:
    """Look at the installation. Never raises: what is broken is a check with advice."""
    checks = [
        Check("python", f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}"),
        _version("textclean"),
        *map(_version, required()),
        *_overwritten(),
        _tried("opencc converts", _convert, "reinstall it: pip install --force-reinstall opencc"),
        _tried("data files", _data, "reinstall textclean"),
        Check("extensions in C", _extensions()),
        _tried("minhash", _minhash, "reinstall textclean and numpy"),
    ]
    return checks + _plugins()


def required() -> list[str]:
    """The packages that this one cannot do without, as its own metadata name them."""
    named = [found for found in metadata.requires("textclean") or () if "extra ==" not in found]
    return [re.split(r"[^\w.-]", found, maxsplit=1)[0] for found in named]


def _extensions() -> str:
    missing = [name for name in EXTENSIONS if extension(name) is None]
    if not missing:
        return f"{', '.join(EXTENSIONS)}: built"
    return f"not built, or switched off: {', '.join(missing)}; Python and NumPy do the same, slower"


def _version(name: str) -> Check:
    try:
        return Check(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Check(name, "not installed", f"pip install {name}")


def _overwritten() -> list[Check]:
    found = []
    for name, rivals in RIVALS.items():
        for rival in rivals:
            try:
                version = metadata.version(rival)
            except metadata.PackageNotFoundError:
                continue
            advice = f"both install into the same folder: pip uninstall {rival} {name}, then pip install {name}"
            found.append(Check(f"{name} overwritten", f"{rival} {version} is installed too", advice))
    return found


def _tried(name: str, attempt: Callable[[], str], advice: str) -> Check:
    try:
        return Check(name, attempt())
    except Exception as error:  # whatever is broken is what the doctor is asked to tell
        return Check(name, f"{type(error).__name__}: {error}", advice)


def _convert() -> str:
    from opencc import OpenCC

    read = OpenCC("t2s").convert("漢語")
    if read != "汉语":
        raise ValueError(f"t2s makes {read!r} of 漢語")
    return "t2s works"


def _data() -> str:
    from textclean.language.characters import log_frequency
    from textclean.language.script import simplified_table
    from textclean.language.words import words

    return f"{len(words()):,} words, {len(log_frequency()):,} characters, {len(simplified_table()):,} script pairs"


def _minhash() -> str:
    from textclean.minhash import engine, near_duplicates

    if list(near_duplicates(["一样的一句话。", "一样的一句话。"]).twin) != [-1, 0]:
        raise ValueError("two equal texts are not found equal")
    return engine.describe()


def _plugins() -> list[Check]:
    from textclean.errors import RecipeError
    from textclean.recipe import BUILT_IN, known_stages, stage_class

    found = []
    for name in known_stages():
        try:
            stage_class(name)
        except (RecipeError, ImportError) as error:
            found.append(Check(f"stage {name}", str(error), "update or uninstall the package that brings it"))
        else:
            if name not in BUILT_IN:
                found.append(Check(f"stage {name}", "plug-in"))
    return found
