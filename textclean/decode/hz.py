"""HZ that is damaged: a marker half lost, or a byte missing between markers.

Python's codec refuses such text, or reads the rest of the line as ASCII. Here every line is read as well as can be;
its bytes are kept under a patch.
"""

from textclean.decode.alignment import gb2312_surplus, pieces
from textclean.language.expressions import lazy
from textclean.language.likelihood import score

MARKER = lazy(rb"~[{}]")
_WHOLE = lazy(rb"~\{((?:[\x21-\x77][\x21-\x7e])*)(?:~\}|(?=\r?\n?\Z))|~[~\n]|[^~]+")
_ESCAPED = lazy(rb"~[~\n]")
_TRIES = 8
"""Places at which a damaged marker is supposed."""
_MOST = 4096
"""Bytes between markers in which a lost byte is looked for."""


def hz_text(line: bytes) -> str:
    """A line of HZ, with its line break if it has one. What cannot be read is U+FFFD."""
    out: list[str] = []
    at = 0
    while piece := _WHOLE.match(line, at):
        out.append(_ascii(piece[0]) if piece[1] is None else _chinese(piece[1]))
        at = piece.end()
    return "".join(out) if at == len(line) else _damaged(line)


def _ascii(raw: bytes) -> str:
    plain = _ESCAPED.sub(lambda sign: b"~" if sign[0] == b"~~" else b"", raw)
    return plain.decode("ascii", "replace")


def _damaged(line: bytes) -> str:
    body = line.rstrip(b"\r\n")
    out: list[str] = []
    at, inside = 0, False
    for marker in MARKER.finditer(body):
        part, opens = body[at : marker.start()], marker[0] == b"~{"
        if inside:
            out.append(_closed_early(part) if opens else _chinese(part))
        else:
            out.append(_ascii(part) if opens else _opened_late(part))
        at, inside = marker.end(), opens
    rest = body[at:]
    return "".join((*out, _closed_early(rest) if inside else _ascii(rest), _ascii(line[len(body) :])))


def _opened_late(raw: bytes) -> str:
    """What stands before a closing marker whose opening one is damaged."""
    starts = [i + 1 for i, byte in enumerate(raw[:_MOST]) if byte in b"~{"]
    return max((_ascii(raw[:at]) + _chinese(raw[at:]) for at in (0, *starts[:_TRIES])), key=score)


def _closed_early(raw: bytes) -> str:
    """What stands after an opening marker whose closing one is damaged or missing."""
    ends = [i for i, byte in enumerate(raw[:_MOST]) if byte in b"~}"]
    texts = (_chinese(raw[:at]) + _ascii(raw[at:].lstrip(b"~}")) for at in (len(raw), *ends[:_TRIES]))
    return max(texts, key=score)


def _chinese(raw: bytes) -> str:
    parts = [(raw, False)]
    if len(raw) % 2 and len(raw) <= _MOST:
        parts = pieces(raw, gb2312_surplus(raw))
    return "".join("\ufffd" if left_out else _pairs(part) for part, left_out in parts)


def _pairs(raw: bytes) -> str:
    high = bytes(byte | 0x80 for byte in raw)
    try:
        return high.decode("gb18030")
    except UnicodeDecodeError:  # pair by pair, so that a bad one does not shift the others
        return "".join(high[at : at + 2].decode("gb18030", "replace")[0] for at in range(0, len(high), 2))
