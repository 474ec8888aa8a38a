"""Hashes, tiles, signed notes: the C2SP formats (proof-formats D1 to D5), written from their texts alone."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

TILE = 256
HASH = 32
MAX_SIZE = 2**53 - 1

LOG_KEY = 0x01
COSIGNER_KEY = 0x04


class Malformed(ValueError):
    """Bytes that are not of the form that they should have."""


# ------------------------------------------------------------------------------------------------- the tree


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: bytes | bytearray) -> bytes:
    """The root over a power of two of hashes that lie one after another."""
    nodes = [bytes(hashes[i : i + HASH]) for i in range(0, len(hashes), HASH)]
    while len(nodes) > 1:
        nodes = [node_hash(nodes[i], nodes[i + 1]) for i in range(0, len(nodes), 2)]
    return nodes[0]


class Tree:
    """The leaves of a log and, above them, every hash that stands in a tile.

    `levels[l]` holds one hash for each complete run of 256^l leaves.
    """

    def __init__(self) -> None:
        self.size = 0
        self.levels: list[bytearray] = [bytearray()]

    def push(self, leaf: bytes) -> None:
        self.size += 1
        level, found = 0, leaf
        while True:
            if level == len(self.levels):
                self.levels.append(bytearray())
            hashes = self.levels[level]
            hashes += found
            if len(hashes) % (TILE * HASH):
                return
            found = perfect_root(hashes[-TILE * HASH :])
            level += 1

    def leaf(self, index: int) -> bytes:
        return bytes(self.levels[0][index * HASH : (index + 1) * HASH])

    def tile(self, level: int, number: int, width: int) -> bytes:
        start = number * TILE * HASH
        return bytes(self.levels[level][start : start + width * HASH])

    def root_at(self, size: int) -> bytes:
        """The root over the first `size` leaves (RFC 6962 §2.1): perfect subtrees, largest first, joined from the right."""
        if size == 0:
            return hashlib.sha256(b"").digest()
        peaks = []
        start = 0
        for bit in reversed(range(size.bit_length())):
            if not size >> bit & 1:
                continue
            level, within = divmod(bit, 8)  # 256 = 2^8
            first = start >> (8 * level)
            peaks.append(perfect_root(self.levels[level][first * HASH : (first + (1 << within)) * HASH]))
            start += 1 << bit
        root = peaks.pop()
        while peaks:
            root = node_hash(peaks.pop(), root)
        return root


def tiles_of(size: int):
    """(level, number, width) of every tile of a log of that size."""
    level = 0
    while size >> (8 * level):
        count = size >> (8 * level)
        for number in range(count // TILE):
            yield level, number, TILE
        if count % TILE:
            yield level, count // TILE, count % TILE
        level += 1


def tile_path(level: int | str, number: int, width: int) -> str:
    """`tile/0/x001/x234/067.p/112`; level `entries` for bundles of entries."""
    groups = ["%03d" % (number % 1000)]
    while number >= 1000:
        number //= 1000
        groups.append("x%03d" % (number % 1000))
    partial = "" if width == TILE else ".p/%d" % width
    return "tile/%s/%s%s" % (level, "/".join(reversed(groups)), partial)


def bundle(entries: list[bytes]) -> bytes:
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unbundle(data: bytes) -> list[bytes]:
    """The entries of a bundle; what is cut off at the end is left out."""
    entries, at = [], 0
    while at + 2 <= len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        if at + 2 + length > len(data):
            break
        entries.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    return entries


# ------------------------------------------------------------------------------------------------- keys and notes


def base64_strict(text: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("base64") from None
    if base64.b64encode(data).decode() != text:
        raise Malformed("base64")
    return data


def is_key_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() or ord(c) < 0x20 for c in name)


class VerifyingKey:
    """A vkey: name "+" hex(key ID) "+" base64(type, public key). `kind` may be one that nothing here can check."""

    def __init__(self, text: str) -> None:
        parts = text.split("+", 2)
        if len(parts) != 3 or not is_key_name(parts[0]) or not re.fullmatch("[0-9a-f]{8}", parts[1]):
            raise Malformed("vkey")
        self.text = text
        self.name = parts[0]
        self.id = bytes.fromhex(parts[1])
        typed = base64_strict(parts[2])
        if hashlib.sha256(self.name.encode() + b"\n" + typed).digest()[:4] != self.id or len(typed) < 2:
            raise Malformed("vkey")
        self.kind, self.public = typed[0], typed[1:]
        if self.kind in (LOG_KEY, COSIGNER_KEY) and len(self.public) != 32:
            raise Malformed("vkey")

    def verifies(self, signature: bytes, message: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class Note:
    """A signed note: text, then one line for each signature as (name, key ID, bytes after the key ID)."""

    def __init__(self, data: bytes) -> None:
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("note") from None
        if any((ord(c) < 0x20 and c != "\n") or ord(c) == 0x7F for c in whole):
            raise Malformed("note")
        text, gap, lines = whole.rpartition("\n\n")
        if not gap or not text or not lines.endswith("\n"):
            raise Malformed("note")
        self.text = text + "\n"
        self.signatures: list[tuple[str, bytes, bytes]] = []
        for line in lines[:-1].split("\n"):
            dash, _, rest = line.partition(" ")
            name, _, blob = rest.partition(" ")
            if dash != "—" or not is_key_name(name):
                raise Malformed("note")
            signature = base64_strict(blob)
            if len(signature) < 5:
                raise Malformed("note")
            self.signatures.append((name, signature[:4], signature[4:]))

    def by(self, key: VerifyingKey) -> list[bytes]:
        return [found for name, ident, found in self.signatures if (name, ident) == (key.name, key.id)]


class Checkpoint:
    """Origin, size and root of a log, with the note that says so."""

    def __init__(self, data: bytes) -> None:
        self.note = Note(data)
        lines = self.note.text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0]:
            raise Malformed("checkpoint")
        self.origin = lines[0]
        if not re.fullmatch("0|[1-9][0-9]{0,15}", lines[1]) or int(lines[1]) > MAX_SIZE:
            raise Malformed("checkpoint")
        self.size = int(lines[1])
        self.root = base64_strict(lines[2])
        if len(self.root) != HASH:
            raise Malformed("checkpoint")

    def signed_by(self, key: VerifyingKey) -> bool | None:
        """None: this key has not signed. False: something claims to be its signature and is not."""
        found = self.note.by(key)
        if not found:
            return None
        return all(key.verifies(signature, self.note.text.encode()) for signature in found)

    def cosigned_by(self, key: VerifyingKey) -> tuple[bool | None, int]:
        """Whether, and when (the latest, in Unix seconds)."""
        found, when = self.note.by(key), 0
        if not found:
            return None, 0
        for signature in found:
            if len(signature) != 8 + 64:
                return False, 0
            seconds = int.from_bytes(signature[:8], "big")
            message = "cosignature/v1\ntime %d\n%s" % (seconds, self.note.text)
            if not key.verifies(signature[8:], message.encode()):
                return False, 0
            when = max(when, seconds)
        return True, when
