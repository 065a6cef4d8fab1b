"""Whether a run may go on in a folder: what it was made with, and on what."""

from collections.abc import Iterable, Iterator, Mapping

import orjson

from textclean.document import digest
from textclean.engines.protocol import double_id
from textclean.errors import UsageError
from textclean.fingerprint import Fingerprint
from textclean.io.files import read_regular, replace_file
from textclean.io.out_folder import MANIFEST, OutFolder
from textclean.io.portions import Portion
from textclean.io.results import DocumentRow
from textclean.report.figures import Figures

Failures = tuple[tuple[str, str, str], ...]
"""``(id, stage, error)`` of each document that failed."""

_LONGEST_NOTE = 1 << 24
_DIFFERENCES_SHOWN = 5


def check_note(folder: OutFolder, made_with: Fingerprint, index: str) -> None:
    """Write down what the run is made with, or compare it with what the interrupted run was made with.

    ``index`` is where the index lies: with another one, or none, other paragraphs would fall.

    Raises:
        UsageError: it is not the same, or cannot be read.
        OutputError: it cannot be written down.
    """
    note = folder.work / "made-with.json"
    now = Fingerprint({**made_with.made_with, "index": index})
    if not note.exists():
        replace_file(note, orjson.dumps(now.made_with))
        return
    try:
        before = orjson.loads(read_regular(note, _LONGEST_NOTE))  # of a longer one the beginning, which is not JSON
        if not isinstance(before, dict):
            raise ValueError("no JSON object")
    except (OSError, ValueError) as error:
        raise UsageError(f"{note}: cannot be read: {error}; remove {folder.root} and run again") from error
    _check_same(folder, now, before, "the interrupted run had another recipe, version or index")


def finished_before(folder: OutFolder, made_with: Fingerprint, portions: Iterable[Portion]) -> tuple[Figures, Failures]:
    """What the finished run in ``folder`` counted, and which documents failed, if it was this very run.

    Raises:
        UsageError: it was another run, or its rows are damaged.
    """
    from textclean.io.out_reader import OutReader  # what a new run need not pay for

    reader = OutReader(folder.root)
    manifest = reader.manifest()
    _check_same(folder, made_with, manifest.made_with, "holds a finished run of another recipe or version")
    found = list(reader.documents())
    rows = {row.id: row for row in found if isinstance(row, DocumentRow)}
    if reader.damaged(manifest) or len(rows) < len(found):
        raise UsageError(f"{folder.root}: was changed after the run (textclean verify says what); name another folder")
    sources = dict(_sources(portions))
    if rows.keys() != sources.keys():
        raise UsageError(f"{folder.root}: holds a finished run of other inputs; name another folder")
    changed = [id for id, found in sources.items() if found != rows[id].source_sha256]
    if changed:
        more = f" and {len(changed) - 1} more inputs" if len(changed) > 1 else ""
        raise UsageError(
            f"{folder.root}: holds a finished run, and {changed[0]!r}{more} changed since, or could not be read then; "
            "name another folder"
        )
    try:
        counted = Figures.from_dict(manifest.figures)
    except ValueError as error:
        raise UsageError(f"{folder.root / MANIFEST}: damaged: {error}") from error
    return counted, tuple((id, row.failed[0], row.failed[1]) for id, row in rows.items() if row.failed is not None)


def listed(differences: list[str]) -> str:
    """The first few differences, and how many more there are."""
    more = len(differences) - _DIFFERENCES_SHOWN
    return "; ".join(differences[:_DIFFERENCES_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _check_same(folder: OutFolder, made_with: Fingerprint, before: Mapping[str, str], what: str) -> None:
    differences = made_with.differences(before)
    if differences:
        raise UsageError(f"{folder.root}: {what} ({listed(differences)}); give the same again, or name another folder")


def _sources(portions: Iterable[Portion]) -> Iterator[tuple[str, str | None]]:
    """The ids of all documents, and the digests of what they hold; None for one that cannot be read."""
    seen: set[str] = set()
    for portion in portions:
        for taken in portion.read():
            id = double_id(taken.id, taken.row, seen) if taken.id in seen else taken.id
            seen.add(id)
            raw = taken.content.encode("utf-8", "surrogatepass") if isinstance(taken.content, str) else taken.content
            yield id, digest(raw) if isinstance(raw, bytes) else None
