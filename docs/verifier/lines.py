"""The line of an event (domain.md §3): its canonical form, and what must hold from one line to the next."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from datetime import datetime

MOST_BYTES = 61_440
LEAST_TOO_LARGE = 2**53

REQUIRED = frozenset(
    "specversion id source subject type dataschema time revision actorid actorname office commandid commanddigest origin data".split()
)
OPTIONAL = frozenset("effectiveon correlationid causationid reason basis".split())
UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


class Wrong(ValueError):
    """Something that does not hold; the argument is the key of a message, and what else the message tells."""


# ------------------------------------------------------------------------------------------------- canonical JSON


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) >= LEAST_TOO_LARGE:
        raise Wrong("line-number", digits[:40])
    return int(digits)


def _no_fraction(digits: str):
    raise Wrong("line-number", digits[:40])


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_no_fraction, parse_constant=_no_fraction)
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def canonical(value) -> str:
    """RFC 8785 for the values that lines hold: no fractions, integers below 2^53."""
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"%s"' % "".join(_ESCAPES.get(c) or ("\\u%04x" % ord(c) if c < " " else c) for c in value)
    if isinstance(value, list):
        return "[%s]" % ",".join(map(canonical, value))
    members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be", "surrogatepass"))
    return "{%s}" % ",".join("%s:%s" % (canonical(name), canonical(member)) for name, member in members)


def parse(line: bytes) -> dict:
    """The event of a line. Raises `Wrong` where the line is not the one canonical form of what it says."""
    if len(line) > MOST_BYTES:
        raise Wrong("line-long", len(line))
    try:
        text = line.decode("utf-8")
        event = _DECODER.decode(text)
        # The library's writer agrees with RFC 8785 but for the order of names outside of the basic plane (4 bytes in UTF-8).
        again = _ENCODER.encode(event) if max(line) < 0xF0 else canonical(event)
    except Wrong:
        raise
    except (ValueError, RecursionError):
        raise Wrong("line-json") from None
    # A name that stands twice, white space, another order, another escape: all of them come out different.
    if again != text or not isinstance(event, dict):
        raise Wrong("line-form")
    if b"null" in line and _has_null(event):
        raise Wrong("line-null")
    return event


def _has_null(value) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    return value is None or (isinstance(value, list) and any(map(_has_null, value)))


# ------------------------------------------------------------------------------------------------- from line to line


class Chain:
    """Positions, revisions, ids, the source and recorded times, one line after another."""

    def __init__(self) -> None:
        self.source: str | None = None
        self.revisions: dict[str, int] = {}
        self.positions: dict[bytes, int] = {}
        self._command: tuple[str, str] | None = None
        self._index = 0

    def check(self, position: int, event: dict) -> None:
        names = event.keys()
        if not REQUIRED <= names or not names <= REQUIRED | OPTIONAL:
            raise Wrong("chain-members", ", ".join(sorted((REQUIRED - names) | (names - REQUIRED - OPTIONAL))))
        for name in REQUIRED | (OPTIONAL & names):
            form = dict if name == "data" else int if name in ("revision", "basis") else str
            if type(event[name]) is not form:
                raise Wrong("chain-members", name)
        if event["specversion"] != "1.0":
            raise Wrong("chain-members", "specversion")

        source, subject, command = event["source"], event["subject"], event["commandid"]
        if self.source is None:
            if not source.startswith("urn:uuid:") or not UUID.fullmatch(source[9:]):
                raise Wrong("chain-source", source)
            self.source = source
        if source != self.source:
            raise Wrong("chain-source", source)

        expected = self.revisions.get(subject, 0)
        if event["revision"] != expected:
            raise Wrong("chain-revision", subject, event["revision"], expected)
        self.revisions[subject] = expected + 1

        self._check_id(position, event["id"], subject, command)
        if not INSTANT.fullmatch(event["time"]) or not _exists(event["time"][:-1]):
            raise Wrong("chain-time", event["time"])
        basis = event.get("basis")
        if basis is not None and not 0 <= basis < position:
            raise Wrong("chain-basis", basis)

    def _check_id(self, position: int, ident: str, subject: str, command: str) -> None:
        """UUIDv5(command id, stream + `#` + index); the events of one command follow one another."""
        if not UUID.fullmatch(command):
            raise Wrong("chain-id", command)
        self._index = self._index + 1 if self._command == (command, subject) else 0
        self._command = (command, subject)
        digest = bytearray(hashlib.sha1(bytes.fromhex(command.replace("-", "")) + b"%s#%d" % (subject.encode(), self._index)).digest()[:16])
        digest[6] = digest[6] & 0x0F | 0x50
        digest[8] = digest[8] & 0x3F | 0x80
        key = bytes(digest)
        if str(uuid.UUID(bytes=key)) != ident:
            raise Wrong("chain-id", ident)
        if key in self.positions:
            raise Wrong("chain-twice", ident, self.positions[key])
        self.positions[key] = position

    def position_of(self, ident: str) -> int:
        return self.positions[uuid.UUID(ident).bytes]


def _exists(instant: str) -> bool:
    try:
        datetime.fromisoformat(instant)
    except ValueError:
        return False
    return True
