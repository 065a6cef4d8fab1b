"""Everything that decides a byte of an output: same fingerprint and same input, same output.

A run that was interrupted goes on under the same fingerprint only; otherwise its output would be that of two versions.
"""

import hashlib
import json
import platform
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

import textclean
from textclean.recipe import AnyStage, Recipe

PACKAGES: Final = ("chardet", "numpy", "opencc", "orjson", "pyarrow", "zstandard")
"""Packages whose versions decide what is decoded, converted, computed, packed or written."""

_SHOWN = 16  # of a digest: 64 bits tell versions apart


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a run is made with.

    Attributes:
        made_with: each ingredient by name: options, versions, digests.
    """

    made_with: Mapping[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 of all ingredients, hexadecimal."""
        return hashlib.sha256(json.dumps(self.made_with, sort_keys=True).encode()).hexdigest()

    def differences(self, before: Mapping[str, str]) -> list[str]:
        """``name: before → now`` of every ingredient that is not as it was."""
        both = self.made_with.keys() & before.keys()
        names = [*sorted(both), *sorted((self.made_with.keys() | before.keys()) - both)]  # what is new explains less
        return [
            f"{name}: {before.get(name, 'none')} → {self.made_with.get(name, 'none')}"
            for name in names
            if before.get(name) != self.made_with.get(name)
        ]


def fingerprint(recipe: Recipe) -> Fingerprint:
    """The fingerprint of a run of ``recipe`` with what is installed here."""
    made_with = {
        "python": ".".join(platform.python_version_tuple()[:2]),  # its codecs
        "unicode tables": unicodedata.unidata_version,
        "textclean": f"{metadata.version('textclean')} (code {_code()})",
        **{f"data {name}": digest for name, digest in _data()},
        **{name: _version(name) for name in PACKAGES},
        "recipe stages": ", ".join(stage.name for stage in recipe.stages),
        "recipe max_document_bytes": str(recipe.max_document_bytes),
    }
    for stage in recipe.stages:
        made_with[f"stage {stage.name}"] = _stage(stage)
        for key, value in stage.model_dump(mode="json").items():
            made_with[f"recipe {stage.name}.{key}"] = json.dumps(value, ensure_ascii=False)
    return Fingerprint(made_with)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _stage(stage: AnyStage) -> str:
    """The version of a stage; of one that is not of this package its code too, for people forget to raise versions."""
    module = type(stage).__module__
    if module.partition(".")[0] == textclean.__name__:
        return stage.version
    source = Path(getattr(sys.modules.get(module), "__file__", None) or "")
    return f"{stage.version} (code {_digest([source])})" if source.is_file() else stage.version


@cache
def _code() -> str:
    """Digest of the code of this package: between two releases the version stays."""
    root = Path(textclean.__file__).parent
    return _digest(sorted(root.rglob("*.py")))


@cache
def _data() -> tuple[tuple[str, str], ...]:
    """The data files and their digests."""
    root = Path(textclean.__file__).parent
    found = sorted((path.relative_to(root).as_posix(), path) for path in root.rglob("data/*"))
    return tuple((name.replace("/data/", "/"), _digest([path])) for name, path in found if path.suffix != ".md")


def _digest(files: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for file in files:
        whole.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()[:_SHOWN]
