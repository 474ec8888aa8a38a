#!/usr/bin/env python3
"""Checks an audit bundle of Tahavol, offline, without any of Tahavol's own code.

    python3 verify.py BUNDLE [--key VKEY ...] [--witness VKEY ...] [--known CHECKPOINT_FILE] [--lang fa|en]

Needs Python 3.9 or newer and the package `cryptography` (for Ed25519). Exit code 0: everything holds. See README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import date, datetime, timezone

sys.dont_write_bytecode = True  # a check leaves nothing behind

import figures  # noqa: E402
import lines  # noqa: E402
import proofs  # noqa: E402

MISSING, CANONICAL, LEAF, TILE, ROOT, SIGNATURE, COSIGNATURE, SCHEMA, GAP, FIGURES, TAIL, OLDER = (
    20, 22, 23, 24, 25, 26, 27, 28, 29, 31, 33, 34,
)  # fmt: skip
FAILED, USAGE = 1, 2

MESSAGES = {
    # Steps: what is checked, and what a step that holds says.
    "step-parts": ("همه پاره‌ها هستند", "every part is there"),
    "step-parts-ok": ("{} رویداد، {} کاشی", "{} events, {} tiles"),
    "step-lines": ("سطرها شکل متعارف دارند", "lines are canonical"),
    "step-lines-ok": ("{} سطر، {} بایت", "{} lines, {} bytes"),
    "step-entries": ("دسته‌های سطرها همان سطرها هستند", "entry bundles hold the same lines"),
    "step-entries-ok": ("{} دسته", "{} bundles"),
    "step-leaves": ("برگ‌ها چکیده سطرها هستند", "leaves are the hashes of the lines"),
    "step-leaves-ok": ("{} برگ", "{} leaves"),
    "step-tiles": ("کاشی‌ها از برگ‌ها به دست می‌آیند", "tiles follow from the leaves"),
    "step-tiles-ok": ("{} کاشی در {} سطح", "{} tiles on {} levels"),
    "step-root": ("ریشه همان است که سرآیند می‌گوید", "the root is the one that the checkpoint states"),
    "step-root-ok": ("اندازه {}، ریشه {}", "size {}, root {}"),
    "step-signature": ("امضای سرآیند درست است", "the checkpoint is signed by the log's key"),
    "step-signature-ok": ("کلید {}", "key {}"),
    "step-cosignatures": ("امضای گواهان درست است", "cosignatures of the known witnesses hold"),
    "step-cosignatures-ok": ("{} امضا از {} گواه شناخته", "{} cosignatures, {} known witnesses"),
    "step-known": ("سرآیند پیشین آغاز همین دفتر است", "the head known before is a prefix of this log"),
    "step-known-ok": ("اندازه {}", "size {}"),
    "step-chain": ("جایگاه‌ها و ویرایش‌ها پیوسته‌اند", "positions and revisions have no gaps"),
    "step-chain-ok": ("{} رویداد در {} جریان", "{} events in {} streams"),
    "step-figures": ("رقم‌های پیشرفت از رویدادها به دست می‌آیند", "progress figures follow from the events"),
    "step-figures-ok": ("{} رقم در {} جدول، روز {}", "{} figures in {} groups, on {}"),
    # Notes.
    "note-own-keys": (
        "هشدار: کلید دفتر با ‎--key‎ داده نشد؛ کلید درون خود بسته به کار رفت. این فقط نشان می‌دهد که بسته با خودش سازگار است. کلید را از راهی دیگر بگیرید و دوباره بسنجید:",
        "WARNING: no --key was given, so the key inside the bundle was used. That only shows that the bundle agrees with itself. Get the key by another way and check again:",
    ),
    "note-no-witness": (
        "هیچ گواهی شناخته نیست: نشان داده نشد که دیگران همین دفتر را دیده‌اند.",
        "no witness is known: nothing shows that others saw the same log.",
    ),
    "note-own-witnesses": (
        "کلید گواهان از درون بسته خوانده شد؛ با ‎--witness‎ آن را خودتان بدهید.",
        "the witnesses' keys come from the bundle itself; give them with --witness.",
    ),
    "note-silent": ("گواه {} این سرآیند را امضا نکرده است.", "witness {} has not signed this head."),
    "note-cosigned": ("گواه {} در {} امضا کرده است.", "witness {} signed at {}."),
    "note-foreign": ("کلید {} از گونه‌ای است که این برنامه نمی‌سنجد.", "key {} is of a kind that this program does not check."),
    "note-not-here": (
        "اینجا سنجیده نمی‌شود: طرح‌واره‌ی رویدادها، قاعده‌ها و چکیده تصویر. آن‌ها را ‎tahavol verify‎ می‌سنجد.",
        "not checked here: event schemas, rules and the snapshot's digest. `tahavol verify` checks them.",
    ),
    "not-reached": ("سنجیده نشد", "not checked"),
    "all-well": ("همه چیز درست است.", "Everything holds."),
    "failed": ("درست نیست (کد {}):", "This does not hold (code {}):"),
    # Failures.
    "missing": ("پاره {} نیست یا خوانده نمی‌شود.", "{} is missing or cannot be read."),
    "cut-off": ("{} بریده شده است: سطر پایانی، جایگاه {}، پایان ندارد.", "{} is cut off: its last line, position {}, has no end."),
    "manifest": ("bundle.json آن شکل را ندارد که باید: {}", "bundle.json is not of the form that it should have: {}"),
    "line-json": ("جایگاه {}: سطر JSON درست نیست.", "position {}: the line is not JSON."),
    "line-form": ("جایگاه {}: سطر شکل متعارف (RFC 8785) ندارد.", "position {}: the line is not in canonical form (RFC 8785)."),
    "line-null": ("جایگاه {}: در سطر null هست.", "position {}: the line holds a null."),
    "line-number": ("جایگاه {}: عدد {} در سطر مجاز نیست.", "position {}: the line holds the number {}, which it may not."),
    "line-long": ("جایگاه {}: سطر {} بایت است، بلندتر از اندازه مجاز.", "position {}: the line has {} bytes, more than allowed."),
    "entry-differs": ("جایگاه {}: آنچه در {} است با سطر یکی نیست.", "position {}: what stands in {} is not the line."),
    "leaf-differs": (
        "جایگاه {}: چکیده سطر با برگ آن در {} یکی نیست، و ریشه هم یکی نیست: سطر دست خورده، افزوده یا برداشته شده است.",
        "position {}: the line's hash is not its leaf in {}, nor is the root the same: the line was changed, added or removed.",
    ),
    "tile-differs": ("کاشی {} درست نیست؛ نخستین خانه نادرست {} (جایگاه {}).", "tile {} is wrong; its first wrong hash is {} (position {})."),
    "root-differs": (
        "ریشه {} سطر نخست {} است، و سرآیند {} می‌گوید.",
        "the root of the first {} lines is {}, and the checkpoint states {}.",
    ),
    "size-less": (
        "سرآیند {} رویداد را امضا کرده است، و تنها {} سطر هست: نخستین سطر گمشده جایگاه {} است.",
        "the checkpoint covers {} events, and there are only {} lines: the first missing one is position {}.",
    ),
    "size-manifest": (
        "bundle.json می‌گوید {} رویداد با ریشه {}، و سرآیند {} با ریشه {}.",
        "bundle.json tells of {} events and root {}, the checkpoint of {} and root {}.",
    ),
    "tail": (
        "از جایگاه {} به بعد {} سطر هست که سرآیند نمی‌پوشاند: دنباله بی‌امضا.",
        "from position {} on there are {} lines that the checkpoint does not cover: an unsigned tail.",
    ),
    "checkpoint-form": ("{} سرآیند امضاشده درستی نیست.", "{} is not a well-formed signed checkpoint."),
    "key-form": ("{} کلید درستی ندارد.", "{} holds no well-formed key."),
    "signature-wrong": ("امضای {} در {} درست نیست.", "the signature of {} on {} is wrong."),
    "signature-none": ("{} را هیچ یک از کلیدهای دفتر امضا نکرده است.", "{} is signed by none of the log's keys."),
    "origin-differs": (
        "سرآیند از آن {} است، و bundle.json از آن {}.",
        "the checkpoint is of {}, and bundle.json is of {}.",
    ),
    "key-origin": (
        "سرآیند از آن {} است، و کلیدی با این نام آن را امضا نکرده است.",
        "the checkpoint is of {}, and no key of that name has signed it.",
    ),
    "cosignature-wrong": ("امضای گواه {} درست نیست.", "the cosignature of witness {} is wrong."),
    "cosignature-none": ("گواه {} که خواسته‌اید این سرآیند را امضا نکرده است.", "witness {}, whom you named, has not signed this head."),
    "known-larger": (
        "سرآیند پیشین {} رویداد داشت و این یکی {}: این دفتر کهنه‌تر است.",
        "the head known before had {} events and this one has {}: this log is older.",
    ),
    "known-forked": (
        "ریشه {} رویداد نخست {} است، و سرآیند پیشین {} می‌گفت: تاریخ بازنویسی شده است.",
        "the root of the first {} events is {}, and the head known before stated {}: history was rewritten.",
    ),
    "known-origin": ("سرآیند پیشین از آن {} بود و این یکی {}.", "the head known before was of {}, this one is of {}."),
    "chain-members": ("جایگاه {}: اعضای سطر درست نیستند: {}", "position {}: the line's members are not right: {}"),
    "chain-source": ("جایگاه {}: سرچشمه {} با دیگر سطرها یکی نیست.", "position {}: the source {} is not that of the other lines."),
    "chain-revision": (
        "جایگاه {}: ویرایش جریان {} برابر {} است و باید {} باشد.",
        "position {}: stream {} goes on with revision {}, and {} is next.",
    ),
    "chain-id": ("جایگاه {}: شناسه {} از فرمان و جریان به دست نمی‌آید.", "position {}: the id {} does not follow from command and stream."),
    "chain-twice": ("جایگاه {}: شناسه {} در جایگاه {} هم هست.", "position {}: the id {} stands at position {} already."),
    "chain-time": ("جایگاه {}: زمان ثبت {} درست نیست.", "position {}: the recorded time {} is not one."),
    "chain-basis": ("جایگاه {}: مبنای {} پیش از آن نیست.", "position {}: its basis {} does not lie before it."),
    "programme-differs": ("برنامه در bundle.json {} است و در سطرها {}.", "the programme is {} in bundle.json and {} in the lines."),
    "event-unknown": ("جایگاه {}: گونه رویداد {} شناخته نیست.", "position {}: the event type {} is not known."),
    "event-unfit": ("جایگاه {}: رویداد {} با آنچه پیش از آن است جور نیست ({}).", "position {}: the event {} does not fit what comes before it ({})."),
    "events-unfit": ("از رویدادها رقمی به دست نمی‌آید ({}).", "no figures follow from the events ({})."),
    "progress-form": ("progress.json آن شکل را ندارد که باید: {}", "progress.json is not of the form that it should have: {}"),
    "progress-head": ("در progress.json {} برابر {} است و باید {} باشد.", "progress.json states {} {}, and it should be {}."),
    "progress-group": ("در progress.json جدول {} نیست، زیادی است یا دو بار آمده است.", "in progress.json the group {} is missing, or one too many."),
    "progress-differs": (
        "progress.json، جدول {}: {} برابر {} است و از رویدادها {} به دست می‌آید.",
        "progress.json, group {}: {} is {}, and the events give {}.",
    ),
    "no-library": ("بسته cryptography نصب نیست: pip install cryptography", "the package cryptography is not installed: pip install cryptography"),
    "bad-option": ("{} کلید درستی نیست: {}", "{} is no well-formed key: {}"),
    "wrong-kind": ("{} کلیدی از این گونه نمی‌پذیرد: {}", "{} takes no key of this kind: {}"),
    "unexpected": ("چیزی پیش‌بینی‌نشده: {}", "something unforeseen: {}"),
}

STEPS = "parts lines entries leaves tiles root signature cosignatures known chain figures".split()
PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


class Failure(Exception):
    def __init__(self, code: int, key: str, *values) -> None:
        super().__init__(key)
        self.code, self.key, self.values = code, key, values


class Talk:
    """Tells, in one language, what was checked and what was found."""

    def __init__(self, lang: str) -> None:
        self.persian = lang == "fa"

    def text(self, key: str, *values) -> str:
        return MESSAGES[key][0 if self.persian else 1].format(*map(self._value, values))

    def _value(self, value) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value).translate(PERSIAN_DIGITS) if self.persian else str(value)
        # Names, paths and hashes run from left to right, also inside Persian.
        shown = "".join(c if c.isprintable() else "\ufffd" for c in str(value))[:200]
        return "\u2066%s\u2069" % shown if self.persian else shown

    def holds(self, step: str, *values) -> None:
        print("✓ %s: %s" % (self.text("step-" + step), self.text("step-%s-ok" % step, *values)), flush=True)

    def fails(self, step: str, failure: Failure) -> None:
        print("✗ %s" % self.text("step-" + step))
        print("  " + self.text(failure.key, *failure.values), flush=True)

    def note(self, key: str, *values) -> None:
        print("! " + self.text(key, *values), flush=True)


# ------------------------------------------------------------------------------------------------- the bundle's parts


class Bundle:
    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.tiles: list[tuple[int, int, int]] = []

    def path(self, part: str) -> str:
        return os.path.join(self.directory, *part.split("/"))

    def read(self, part: str) -> bytes:
        return read(self.path(part), part)

    def json(self, part: str):
        try:
            return json.loads(self.read(part).decode("utf-8"))
        except (ValueError, RecursionError):
            raise Failure(MISSING, "missing", part) from None

    def open(self) -> None:
        """Reads the small parts; looks that the large ones are there."""
        self.manifest = Manifest(self.json("bundle.json"))
        self.checkpoint = checkpoint(self.read("checkpoint"), "checkpoint")
        self.progress = self.json("progress.json")
        if not os.path.isfile(self.path("events.jsonl")):
            raise Failure(MISSING, "missing", "events.jsonl")
        if self.checkpoint.size > os.path.getsize(self.path("events.jsonl")):
            self.manifest.agree(self.checkpoint)
            raise Failure(ROOT, "size-less", self.checkpoint.size, *[self.count_lines()] * 2)
        self.tiles = list(proofs.tiles_of(self.checkpoint.size))
        for part in self.tile_parts():
            if not os.path.isfile(self.path(part)):
                # Another head than the bundle was made for: that is the reason, and the part that is not there its consequence.
                self.manifest.agree(self.checkpoint)
                raise Failure(MISSING, "missing", part)

    def tile_parts(self):
        for level, number, width in self.tiles:
            yield proofs.tile_path(level, number, width)
            if level == 0:
                yield proofs.tile_path("entries", number, width)

    def count_lines(self) -> int:
        with open(self.path("events.jsonl"), "rb") as file:
            return sum(1 for _ in file)

    def keys(self, part: str, code: int) -> list[proofs.VerifyingKey]:
        try:
            return [proofs.VerifyingKey(line) for line in self.read(part).decode("utf-8").split("\n") if line]
        except ValueError:
            raise Failure(code, "key-form", part) from None


class Manifest:
    """bundle.json, which nobody signs: it must agree with what is signed."""

    def __init__(self, told) -> None:
        if not isinstance(told, dict) or told.get("format") != "tahavol-bundle-1":
            raise Failure(MISSING, "manifest", "format")
        try:
            self.origin, self.size, self.programme = told["origin"], told["size"], told["programme"]
            self.root = proofs.base64_strict(told["root"])
            self.status_date = date.fromisoformat(told["statusDate"])
            if told["statusDate"] != self.status_date.isoformat():
                raise ValueError("statusDate")
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise Failure(MISSING, "manifest", problem) from None
        if type(self.size) is not int or not isinstance(self.origin, str):
            raise Failure(MISSING, "manifest", "size, origin")

    def agree(self, head: proofs.Checkpoint) -> None:
        if (self.size, self.root) != (head.size, head.root):
            raise Failure(ROOT, "size-manifest", self.size, b64(self.root), head.size, b64(head.root))


def read(path: str, name: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        raise Failure(MISSING, "missing", name) from None


def checkpoint(data: bytes, name: str) -> proofs.Checkpoint:
    try:
        return proofs.Checkpoint(data)
    except proofs.Malformed:
        raise Failure(SIGNATURE, "checkpoint-form", name) from None


# ------------------------------------------------------------------------------------------------- one pass over the lines


class Pass:
    """What reading every line once has shown. `wrong` is the first thing that does not hold from line to line."""

    def __init__(self) -> None:
        self.tree, self.chain, self.facts = proofs.Tree(), lines.Chain(), figures.Facts()
        self.bytes = 0
        self.lines = 0
        self.differing_entry: tuple[int, str] | None = None
        self.wrong: Failure | None = None

    def run(self, bundle: Bundle) -> None:
        size, batch = bundle.checkpoint.size, []
        with open(bundle.path("events.jsonl"), "rb") as file:
            while True:
                line = file.readline(lines.MOST_BYTES + 2)
                if not line:
                    break
                if not line.endswith(b"\n"):
                    if len(line) > lines.MOST_BYTES:
                        raise Failure(CANONICAL, "line-long", self.lines, len(line))
                    raise Failure(MISSING, "cut-off", "events.jsonl", self.lines)
                self._take(line[:-1])
                if self.lines <= size:
                    batch.append(line[:-1])
                    if len(batch) == proofs.TILE or self.lines == size:
                        self._compare(bundle, batch)
                        batch = []
        if batch:
            self._compare(bundle, batch)

    def _take(self, line: bytes) -> None:
        position = self.lines
        self.lines += 1
        self.bytes += len(line) + 1
        try:
            event = lines.parse(line)
        except lines.Wrong as wrong:
            raise Failure(CANONICAL, wrong.args[0], position, *wrong.args[1:]) from None
        self.tree.push(proofs.leaf_hash(line))
        if self.wrong is None:
            self._follow(position, event)
        if position % 100_000 == 99_999 and sys.stderr.isatty():
            print("… %d" % self.lines, file=sys.stderr)

    def _follow(self, position: int, event: dict) -> None:
        try:
            self.chain.check(position, event)
            self.facts.fold(position, event, self.chain.position_of)
        except lines.Wrong as wrong:
            code = SCHEMA if wrong.args[0] == "chain-members" else GAP
            self.wrong = Failure(code, wrong.args[0], position, *wrong.args[1:])
        except figures.UnknownType:
            self.wrong = Failure(SCHEMA, "event-unknown", position, event["type"])
        except UNFIT as problem:
            self.wrong = Failure(SCHEMA, "event-unfit", position, event["type"], repr(problem))

    def _compare(self, bundle: Bundle, batch: list[bytes]) -> None:
        """The bundle of entries that holds the last lines must be these lines."""
        if self.differing_entry is not None:
            return
        number = (self.lines - 1) // proofs.TILE
        first = number * proofs.TILE
        part = proofs.tile_path("entries", number, min(proofs.TILE, bundle.checkpoint.size - first))
        held = bundle.read(part)
        if held == proofs.bundle(batch):
            return
        entries = proofs.unbundle(held)
        same = 0
        while same < min(len(entries), len(batch)) and entries[same] == batch[same]:
            same += 1
        # All lines that there are may be right and only too few; then the size tells.
        if same < len(batch) or len(batch) == min(proofs.TILE, bundle.checkpoint.size - first):
            self.differing_entry = (first + same, part)


# What a payload of the wrong form makes Python say.
UNFIT = (KeyError, IndexError, TypeError, ValueError, AttributeError, ZeroDivisionError, OverflowError)


# ------------------------------------------------------------------------------------------------- the checks


class Verifier:
    def __init__(self, options, talk: Talk) -> None:
        self.options, self.talk = options, talk
        self.bundle, self.seen = Bundle(options.bundle), Pass()

    def run(self) -> int:
        for at, step in enumerate(STEPS):
            if step == "known" and self.options.known is None:
                continue
            try:
                said = getattr(self, step)()
            except Failure as failure:
                self.talk.fails(step, failure)
                for later in STEPS[at + 1 :]:
                    if later != "known" or self.options.known is not None:
                        print("· %s: %s" % (self.talk.text("step-" + later), self.talk.text("not-reached")))
                print(self.talk.text("failed", failure.code), self.talk.text(failure.key, *failure.values), flush=True)
                return failure.code
            self.talk.holds(step, *said)
        self.talk.note("note-not-here")
        print(self.talk.text("all-well"))
        return 0

    @property
    def head(self) -> proofs.Checkpoint:
        return self.bundle.checkpoint

    def parts(self):
        self.bundle.open()
        return self.head.size, len(self.bundle.tiles)

    def lines(self):
        try:
            self.seen.run(self.bundle)
        except OSError:
            raise Failure(MISSING, "missing", "events.jsonl") from None
        return self.seen.lines, self.seen.bytes

    def lines_are_signed(self) -> bool:
        """Whether the lines give the root that the checkpoint states: then it is the tiles that are wrong where they differ."""
        return self.seen.lines >= self.head.size and self.seen.tree.root_at(self.head.size) == self.head.root

    def entries(self):
        if self.seen.differing_entry is not None:
            position, part = self.seen.differing_entry
            if self.lines_are_signed():
                raise Failure(TILE, "entry-differs", position, part)
            self.leaves()  # says more, where the leaf differs too
            if position < self.seen.lines:
                raise Failure(LEAF, "entry-differs", position, part)
        return (sum(1 for level, _, _ in self.bundle.tiles if level == 0),)

    def leaves(self):
        tree = self.seen.tree
        if not self.lines_are_signed():
            for level, number, width in self.bundle.tiles:
                part = proofs.tile_path(level, number, width)
                there = max(0, min(width, tree.size - number * proofs.TILE))
                if level == 0 and there:
                    at = first_difference(self.bundle.read(part)[: there * proofs.HASH], tree.tile(0, number, there))
                    if at is not None:
                        raise Failure(LEAF, "leaf-differs", number * proofs.TILE + at, part)
            if tree.size < self.head.size:
                raise Failure(ROOT, "size-less", self.head.size, tree.size, tree.size)
        return (min(tree.size, self.head.size),)

    def tiles(self):
        for level, number, width in self.bundle.tiles:
            part = proofs.tile_path(level, number, width)
            at = first_difference(self.bundle.read(part), self.seen.tree.tile(level, number, width))
            if at is not None:
                raise Failure(TILE, "tile-differs", part, at, (number * proofs.TILE + at) << (8 * level))
        return len(self.bundle.tiles), len({level for level, _, _ in self.bundle.tiles})

    def root(self):
        size = self.head.size
        if self.seen.lines < size:
            raise Failure(ROOT, "size-less", size, self.seen.lines, self.seen.lines)
        if not self.lines_are_signed():
            raise Failure(ROOT, "root-differs", size, b64(self.seen.tree.root_at(size)), b64(self.head.root))
        self.bundle.manifest.agree(self.head)
        if self.seen.lines > size:
            raise Failure(TAIL, "tail", size, self.seen.lines - size)
        return size, b64(self.head.root)

    def signature(self):
        if self.head.origin != self.bundle.manifest.origin:
            raise Failure(SIGNATURE, "origin-differs", self.head.origin, self.bundle.manifest.origin)
        own = self.bundle.keys("keys/log.vkey", SIGNATURE)
        if not self.options.key:
            self.talk.note("note-own-keys")
            for key in own:
                print("    " + key.text)
        self.log_keys = self.options.key or own
        signers = self.signers(self.log_keys, self.head, "checkpoint")
        if self.head.origin not in signers:
            raise Failure(SIGNATURE, "key-origin", self.head.origin)
        if self.options.key:
            self.signers(own, self.head, "checkpoint")  # the keys that the bundle hands on must be the log's too
        return (", ".join(signers),)

    def signers(self, keys: list[proofs.VerifyingKey], head: proofs.Checkpoint, name: str) -> list[str]:
        """Names of the keys that have signed: at least one, and none of them wrongly."""
        signers = []
        for key in keys:
            if key.kind != proofs.LOG_KEY:
                self.talk.note("note-foreign", key.name)
                continue
            signed = head.signed_by(key)
            if signed is False:
                raise Failure(SIGNATURE, "signature-wrong", key.name, name)
            if signed:
                signers.append(key.name)
        if not signers:
            raise Failure(SIGNATURE, "signature-none", name)
        return signers

    def cosignatures(self):
        named = self.options.witness
        keys = named
        if not named and os.path.exists(self.bundle.path("keys/witness.vkey")):
            keys = self.bundle.keys("keys/witness.vkey", COSIGNATURE)
            if keys:
                self.talk.note("note-own-witnesses")
        signed = 0
        for key in keys:
            if key.kind != proofs.COSIGNER_KEY:
                self.talk.note("note-foreign", key.name)
                continue
            holds, when = self.head.cosigned_by(key)
            if holds is False:
                raise Failure(COSIGNATURE, "cosignature-wrong", key.name)
            if holds is None and named:
                raise Failure(COSIGNATURE, "cosignature-none", key.name)
            signed += bool(holds)
            self.talk.note(*(("note-cosigned", key.name, instant(when)) if holds else ("note-silent", key.name)))
        if not keys:
            self.talk.note("note-no-witness")
        return signed, len(keys)

    def known(self):
        name = self.options.known
        before = checkpoint(read(name, name), name)
        if before.origin != self.head.origin:
            raise Failure(OLDER, "known-origin", before.origin, self.head.origin)
        self.signers(self.log_keys, before, name)
        if before.size > self.head.size:
            raise Failure(OLDER, "known-larger", before.size, self.head.size)
        root = self.seen.tree.root_at(before.size)
        if root != before.root:
            raise Failure(OLDER, "known-forked", before.size, b64(root), b64(before.root))
        return (before.size,)

    def chain(self):
        if self.seen.wrong is not None:
            raise self.seen.wrong
        source, programme = self.seen.chain.source, self.bundle.manifest.programme
        if source is not None and source != "urn:uuid:%s" % programme:
            raise Failure(GAP, "programme-differs", programme, source)
        return self.seen.lines, len(self.seen.chain.revisions)

    def figures(self):
        told, on = self.bundle.progress, self.bundle.manifest.status_date
        position = self.head.size - 1 if self.head.size else None
        if not isinstance(told, dict) or not isinstance(told.get("figures"), list):
            raise Failure(FIGURES, "progress-form", "figures")
        for name, right in (("position", position), ("statusDate", on.isoformat())):
            if not same(told.get(name), right):
                raise Failure(FIGURES, "progress-head", name, shown(told.get(name)), shown(right))
        digest = told.get("digest")
        if not isinstance(digest, str) or len(digest) != 64:
            raise Failure(FIGURES, "progress-form", "digest")

        groups = {}
        for group in told["figures"]:
            if not isinstance(group, dict):
                raise Failure(FIGURES, "progress-form", shown(group))
            name = group_name(group)
            if name in groups:
                raise Failure(FIGURES, "progress-group", name)
            groups[name] = group
        count = compared = 0
        try:
            for group in figures.every_group(self.seen.facts):
                right = group.figures(on, position)
                name = group_name(right)
                if name not in groups:
                    raise Failure(FIGURES, "progress-group", name)
                count += compare(name, groups.pop(name), right)
                compared += 1
        except UNFIT as problem:
            raise Failure(SCHEMA, "events-unfit", repr(problem)) from None
        for name in groups:
            raise Failure(FIGURES, "progress-group", name)
        return count, compared, on.isoformat()


def first_difference(held: bytes, right: bytes) -> int | None:
    """The index of the first hash that differs; what is missing or too much differs as well."""
    if held == right:
        return None
    for at in range(0, min(len(held), len(right)), proofs.HASH):
        if held[at : at + proofs.HASH] != right[at : at + proofs.HASH]:
            return at // proofs.HASH
    return min(len(held), len(right)) // proofs.HASH


def group_name(group: dict) -> str:
    return " × ".join(str(group.get(name) or "all") for name in ("baseline", "horizon", "commission"))


def compare(name: str, told: dict, right: dict) -> int:
    """How many figures are the same; a failure names the first that is not. Names and order of names do not matter, all else does."""
    count = 0
    for field in sorted(told.keys() | right.keys()):
        if field != "contributions":
            count += 1
            if field not in told or field not in right or not same(told[field], right[field]):
                raise Failure(FIGURES, "progress-differs", name, field, shown(told.get(field)), shown(right.get(field)))
            continue
        rows, right_rows = told.get(field), right[field]
        if not isinstance(rows, list) or len(rows) != len(right_rows):
            raise Failure(FIGURES, "progress-differs", name, field, shown(rows)[:80], len(right_rows))
        for row, right_row in zip(rows, right_rows):
            for member in sorted(right_row):
                count += 1
                if not isinstance(row, dict) or row.keys() != right_row.keys() or not same(row[member], right_row[member]):
                    where = "%s %s" % (right_row["milestone"], member)
                    held = row.get(member) if isinstance(row, dict) else row
                    raise Failure(FIGURES, "progress-differs", name, where, shown(held), shown(right_row[member]))
    return count


def same(told, right) -> bool:
    """Equal and of the same kind: in Python, true is 1 and 1.0 is 1."""
    return type(told) is type(right) and told == right and (not isinstance(told, list) or all(map(same, told, right)))


def shown(value) -> str:
    return json.dumps(value, ensure_ascii=False)


def b64(data: bytes) -> str:
    return proofs.base64.b64encode(data).decode()


def instant(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


# ------------------------------------------------------------------------------------------------- the command line


def options_of(arguments: list[str]):
    parser = argparse.ArgumentParser(description="Check an audit bundle of Tahavol. بسته حسابرسی تحول را می‌سنجد.")
    parser.add_argument("bundle", metavar="BUNDLE", help="directory of the bundle · پوشه بسته")
    parser.add_argument("--key", action="append", default=[], metavar="VKEY", help="key of the log, had by another way · کلید دفتر")
    parser.add_argument("--witness", action="append", default=[], metavar="VKEY", help="key of a witness who must have signed · کلید گواه")
    parser.add_argument("--known", metavar="FILE", help="a checkpoint seen earlier · سرآیندی که پیش‌تر دیده‌اید")
    usual = "fa" if (os.environ.get("LC_ALL") or os.environ.get("LANG") or "").startswith("fa") else "en"
    parser.add_argument("--lang", choices=("fa", "en"), default=usual, help="language · زبان")
    return parser.parse_args(arguments)


def given_keys(texts: list[str], option: str, kind: int, talk: Talk) -> list[proofs.VerifyingKey]:
    keys = []
    # What `tahavol log keys` prints may be several, a line each.
    for text in (line for given in texts for line in given.split("\n") if line.strip()):
        try:
            key = proofs.VerifyingKey(text.strip())
        except proofs.Malformed:
            raise SystemExit(complain(talk, "bad-option", option, text)) from None
        if key.kind != kind:
            raise SystemExit(complain(talk, "wrong-kind", option, text))
        keys.append(key)
    return keys


def complain(talk: Talk, key: str, *values) -> int:
    print(talk.text(key, *values), file=sys.stderr)
    return USAGE


def main(arguments: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    options = options_of(arguments)
    talk = Talk(options.lang)
    options.key = given_keys(options.key, "--key", proofs.LOG_KEY, talk)
    options.witness = given_keys(options.witness, "--witness", proofs.COSIGNER_KEY, talk)
    try:
        import cryptography  # noqa: F401
    except ImportError:
        print(talk.text("no-library"), file=sys.stderr)
        return FAILED
    try:
        return Verifier(options, talk).run()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (Exception, KeyboardInterrupt) as problem:
        print(talk.text("unexpected", repr(problem)), file=sys.stderr)
        return FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
