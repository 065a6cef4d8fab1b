"""What tests of whole runs share."""

import subprocess
import sys
from pathlib import Path


class Interrupted(Exception):  # noqa: N818
    """Stands for a kill."""


def tree(folder: Path) -> dict[str, bytes]:
    """All files of an output folder, but the one that holds times."""
    found = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != "run.json"}


def textclean(*arguments: str | Path) -> "subprocess.CompletedProcess[bytes]":
    """The command as a real process."""
    command = [sys.executable, "-m", "textclean", *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=120)


def process_fields(pid: int) -> list[str] | None:
    """State, parent, group and session of a process, and more (proc_pid_stat(5)); None if it is gone or dead."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields
