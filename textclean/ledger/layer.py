"""A layer: what one stage did, as an object and as a line of JSON (``docs/ledger.md``)."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from operator import add
from types import ModuleType
from typing import Any, Final, NamedTuple

from textclean import weave
from textclean.ledger.alignment import Alignment, breaks_lines
from textclean.ledger.edits import NO_EDITS, Edits, apply, undo
from textclean.ledger.tally import Tally, paragraphs
from textclean.weave import change_back, numbers, strings


class Layer:
    """What one stage did to the text it saw: its name, its version and its sealed edits. Immutable.

    A layer read from a ledger keeps its JSON line and unpacks the edits when asked; one made by a stage packs
    them when asked. Both forms are the same layer.
    """

    __slots__ = ("_draft", "_edits", "_name", "_packed", "_tally")
    _draft: Edits | None
    _edits: Edits | None
    _packed: bytes | None
    _name: tuple[str, str] | None
    _tally: Tally | None

    def __init__(self, stage: str, version: str, edits: Edits) -> None:
        self._name = stage, version
        self._edits = edits
        self._packed = self._tally = self._draft = None

    @property
    def stage(self) -> str:
        """The name of the stage."""
        return self.name[0]

    @property
    def version(self) -> str:
        """The version of the stage."""
        return self.name[1]

    @property
    def name(self) -> tuple[str, str]:
        """Both.

        Raises:
            ValueError: what was read is not a layer.
        """
        if self._name is None:
            try:
                raw = _loads(self._packed or b"{}")
                self._name = (str(raw["stage"]), str(raw["version"]))
            except _DAMAGED as error:
                raise _no_layer(error) from error
        return self._name or ("", "")

    def __reduce__(self) -> tuple[Any, ...]:
        return read_layer, (self.packed(),)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Layer) and self.packed() == other.packed()

    def __hash__(self) -> int:
        return hash(self.packed())

    def __repr__(self) -> str:
        return f"Layer({self.stage!r}, {self.version!r}, {len(self.edits)} edits)"

    @property
    def edits(self) -> Edits:
        """The sealed edits.

        Raises:
            ValueError: what was read is not a layer.
        """
        edits = self._edits
        if edits is None:
            try:
                edits = _unpack(self._packed or b"{}")
            except _DAMAGED as error:
                raise _no_layer(error) from error
            self._edits = edits
        return edits

    def alignment(self) -> Alignment:
        """Maps spans across the layer.

        Raises:
            ValueError: what was read is not a layer.
        """
        return Alignment(self._draft or self.edits)

    @property
    def tally(self) -> Tally:
        """Counts over the edits.

        Raises:
            ValueError: what was read is not a layer.
        """
        if self._tally is None and self._packed is None:
            self.packed()
        if self._tally is None:  # it was read from a ledger
            self._tally = _pack(*self.name, self.edits)[1]
        assert self._tally is not None  # one of the two made it
        return self._tally

    def packed(self) -> bytes:
        """The layer as one JSON object without line breaks (the form of the ledger, see ``docs/ledger.md``)."""
        packed = self._packed
        if packed is None:
            packed, tally = _pack(*self.name, self._edits or NO_EDITS)
            self._packed = packed
            self._tally = tally
        return packed

    def undo(self, text: str) -> str:
        """The text that this layer was laid on.

        Raises:
            ValueError: what was read is not a layer, or was not laid on what became ``text``.
        """
        if self._edits is not None:
            return undo(text, self._edits)
        try:
            raw = _loads(self.packed())
            sizes = raw.get("old_size"), raw.get("new_size")
            return change_back(text, raw["step"], raw["old"], raw["new"], True, *sizes)
        except _DAMAGED as error:
            raise _no_layer(error) from error


def read_layer(packed: bytes, name: tuple[str, str] | None = None, tally: Tally | None = None) -> Layer:
    """The layer of a line that :meth:`Layer.packed` wrote. The line is read when something of it is asked for.

    Callers that kept its stage and version, or its tally, may pass them.
    """
    return _layer(name, packed, tally, None)


def _layer(name: tuple[str, str] | None, packed: bytes, tally: Tally | None, draft: Edits | None) -> Layer:
    layer = _new(Layer)
    layer._name, layer._packed, layer._tally, layer._draft = name, packed, tally, draft
    layer._edits = None
    return layer


_new = object.__new__


def without_draft(layer: Layer) -> Layer:
    """The layer in its packed form alone, which takes a tenth of the memory."""
    return read_layer(layer.packed(), (layer.stage, layer.version), layer.tally)


class Laid(NamedTuple):
    """A text with a layer on it.

    Attributes:
        text: the new text.
        layer: None if nothing was changed.
        lines: the line of the old text, from 0, in which each line of the new one begins; empty if no edit touched a
            line break; None if something was moved.
    """

    text: str
    layer: Layer | None
    lines: tuple[int, ...] | None


def lay(text: str, edits: Edits, stage: str, version: str) -> Laid:
    """Apply the edits of a stage to ``text``.

    Raises:
        EditError: they do not fit; see :func:`textclean.ledger.edits.apply`.
    """
    woven = None
    if not edits.moves:
        woven = weave.lay(text, edits.starts, edits.ends, edits.news, edits.reasons, stage, version)
    if woven is None:
        return _lay_slowly(text, edits, stage, version)
    changed, line, why, counts, grown, breaking, lines = woven
    if edits.twins:
        line = _linked(line, edits)
    cut, joined = _NONE
    if breaking:
        taken = [(edits.reasons[i], text[edits.starts[i] : edits.ends[i]], edits.news[i]) for i in breaking]
        cut, joined = paragraphs(taken)
    layer = _layer((stage, version), line, Tally(why, counts, grown, cut, joined), edits)
    return Laid(changed, layer, () if lines is None else lines)


_NONE: Final[tuple[Mapping[str, int], Mapping[str, int]]] = {}, {}


def _lay_slowly(text: str, edits: Edits, stage: str, version: str) -> Laid:
    """As :func:`lay`, for edits that must be tidied or looked at one by one."""
    changed, sealed = apply(text, edits)
    if not sealed:
        return Laid(changed, None, ())
    layer = Layer(stage, version, sealed)
    if sealed.moves:
        return Laid(changed, layer, None)
    if not breaks_lines(sealed):
        return Laid(changed, layer, ())
    return Laid(changed, layer, weave.line_origins(changed, sealed.starts, sealed.olds, sealed.news))


_DAMAGED = (AttributeError, LookupError, OverflowError, TypeError)
"""What reading a line that should be a layer raises, beside ValueError."""


def _no_layer(error: Exception) -> ValueError:
    return ValueError(f"not a layer: {type(error).__name__}: {error}")


def _orjson() -> ModuleType:
    import orjson

    return orjson


def _loads(packed: bytes) -> Any:
    return _orjson().loads(packed)


def _pack(stage: str, version: str, edits: Edits) -> tuple[bytes, Tally]:
    """The line of a layer, and its tally: both look at every edit, so they are made together."""
    line, why, counts = weave.pack(stage, version, edits.starts, edits.olds, edits.news, edits.reasons)
    grown = sum(map(len, edits.news)) - sum(map(len, edits.olds))
    rows = zip(edits.reasons, edits.olds, edits.news, strict=True)
    return _linked(line, edits), Tally(why, counts, grown, *paragraphs(row for row in rows if "\n" in row[1]))


def _linked(line: bytes, edits: Edits) -> bytes:
    """The line of a layer with its twins and moves."""
    links: dict[str, object] = {}
    if edits.twins:
        links["twin"] = {str(i): twin for i, twin in edits.twins.items()}
    if edits.moves:
        links["move"] = {str(paste): cut for paste, cut in edits.moves.items()}
    return b"".join([line[:-1], b",", _orjson().dumps(links)[1:]]) if links else line


def _unpack(packed: bytes) -> Edits:
    raw = _loads(packed)
    starts = tuple(accumulate(raw["step"]))
    olds, news = (tuple(strings(raw[name], raw.get(f"{name}_size"))) for name in ("old", "new"))
    why, codes = raw["why"], raw.get("code")
    codes_of: Sequence[int] = numbers(codes) if isinstance(codes, str) else codes or ()
    reasons = tuple(why[:1]) * len(starts) if codes is None else tuple(map(why.__getitem__, codes_of))
    twins = {int(i): str(twin) for i, twin in raw.get("twin", {}).items()}
    moves = {int(paste): int(cut) for paste, cut in raw.get("move", {}).items()}
    lists = [column for column in (raw["old"], raw["new"], why) if not isinstance(column, str)]
    if not {type(text) for column in lists for text in column} <= {str} or not {*map(type, raw["step"])} <= {int}:
        raise ValueError("not a layer: columns of other types")
    if not (isinstance(raw["stage"], str) and isinstance(raw["version"], str)):
        raise ValueError("not a layer: no name of a stage")
    if min(codes_of, default=0) < 0:
        raise ValueError("not a layer: a reason that is not there")
    if len({len(starts), len(olds), len(news), len(reasons)}) > 1:
        raise ValueError("not a layer: columns of different lengths")
    if not all(0 <= i < len(starts) for i in (*twins, *moves, *moves.values())):
        raise ValueError("not a layer: a twin or a move of an edit that is not there")
    return Edits(starts, tuple(map(add, starts, map(len, olds))), news, reasons, olds, twins, moves)
