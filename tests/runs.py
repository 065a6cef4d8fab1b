"""What tests of whole runs share."""

from pathlib import Path


class Interrupted(Exception):  # noqa: N818
    """Stands for a kill."""


def tree(folder: Path) -> dict[str, bytes]:
    """All files of an output folder, but the one that holds times."""
    found = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != "run.json"}
