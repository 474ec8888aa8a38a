"""The second verifier: the vectors of the formats, the worked examples of the domain, and tampering on a real ledger.

    python3 -m unittest discover -s tests/verifier
"""

import base64
import hashlib
import io
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, timedelta
from fractions import Fraction

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "docs", "verifier"))

import figures  # noqa: E402
import lines  # noqa: E402
import proofs  # noqa: E402
import verify  # noqa: E402

LEDGER = os.path.join(HERE, "..", "releases", "0.1.0", "ledger.sqlite")
ORIGIN = "tahavol.example/log"
VKEY = "tahavol.example/log+664972a8+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
WITNESS = "witness.example/auditor1+d0cab819+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"
CHECKPOINT = (
    "tahavol.example/log\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n"
    "— tahavol.example/log ZklyqD4LCEWZ2JQUYOecJvbBgtsB94XIx9qFeVbHgCjFn88++xb5LmlzcX0lwAv/gGwFFj8aev9IWL36+PT/IXDoZAY=\n"
    "— witness.example/auditor1 0Mq4GQAAAABpVbkAI6C3xgUIEhWxsD5vQG+JliV/JS8X9FErlTHydb92yGTiUgJoyVJJXxVcDvbgmcrOawUZMVo+MTxU5lO8DqjrBQ==\n"
)
ENTRIES = [bytes.fromhex(text) for text in ",00,10,2021,3031,40414243,5051525354555657,606162636465666768696a6b6c6d6e6f".split(",")]
ROOTS = """
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125 aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7 4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
""".split()


def sha256(data):
    return hashlib.sha256(data).digest()


def root_by_definition(leaves):
    """RFC 6962 §2.1 word for word, unlike the verifier's own way."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + root_by_definition(leaves[:split]) + root_by_definition(leaves[split:]))


class Formats(unittest.TestCase):
    def test_the_roots_are_those_of_the_published_vectors(self):
        tree = proofs.Tree()
        for size, root in enumerate(ROOTS):
            self.assertEqual(tree.root_at(size).hex(), root)
            if size < len(ENTRIES):
                tree.push(proofs.leaf_hash(ENTRIES[size]))
        self.assertEqual(sha256(tree.tile(0, 0, 8)).hex(), "aea2f1bbb5140fd5f8eacb503fdf54c00c3d860c72588e40233addd416bc8f10")

    def test_roots_of_every_prefix_agree_with_the_definition(self):
        leaves = [sha256(b"%d" % i) for i in range(1030)]
        tree = proofs.Tree()
        for leaf in leaves:
            tree.push(leaf)
        for size in [*range(0, 40), *range(250, 262), *range(510, 516), 767, 768, 1023, 1024, 1030]:
            self.assertEqual(tree.root_at(size), root_by_definition(leaves[:size]), size)
        self.assertEqual(tree.tile(1, 0, 4)[32:64], root_by_definition(leaves[256:512]))

    def test_tiles_are_named_and_counted_as_published(self):
        self.assertEqual(proofs.tile_path(0, 1234067, 256), "tile/0/x001/x234/067")
        self.assertEqual(proofs.tile_path("entries", 0, 8), "tile/entries/000.p/8")
        of = list(proofs.tiles_of(70_000))
        self.assertEqual(len(of), 274 + 2 + 1)
        self.assertEqual([tile for tile in of if tile[2] < 256], [(0, 273, 112), (1, 1, 17), (2, 0, 1)])
        self.assertEqual(list(proofs.tiles_of(0)), [])

    def test_a_bundle_of_entries_is_the_published_one(self):
        published = "00000001000001100002202100023031000440414243000850515253545556570010606162636465666768696a6b6c6d6e6f"
        self.assertEqual(proofs.bundle(ENTRIES).hex(), published)
        self.assertEqual(proofs.unbundle(bytes.fromhex(published)), ENTRIES)
        self.assertEqual(proofs.unbundle(bytes.fromhex(published)[:-1]), ENTRIES[:-1])

    def test_the_published_checkpoint_is_signed_and_cosigned(self):
        head = proofs.Checkpoint(CHECKPOINT.encode())
        self.assertEqual((head.origin, head.size, head.root.hex()), (ORIGIN, 8, ROOTS[8]))
        self.assertTrue(head.signed_by(proofs.VerifyingKey(VKEY)))
        self.assertEqual(head.cosigned_by(proofs.VerifyingKey(WITNESS)), (True, 1767225600))
        other = proofs.Checkpoint(CHECKPOINT.replace("\n8\n", "\n9\n").encode())
        self.assertIs(other.signed_by(proofs.VerifyingKey(VKEY)), False)
        self.assertEqual(other.cosigned_by(proofs.VerifyingKey(WITNESS)), (False, 0))

    def test_notes_and_keys_of_another_form_are_refused(self):
        head, signature = CHECKPOINT.split("\n\n")
        ill = [
            "", "\n", head, head + "\n\n", CHECKPOINT[:-1], CHECKPOINT.replace("\n", "\r\n"), CHECKPOINT.replace("— ", "- "),
            CHECKPOINT.replace("\n8\n", "\n08\n"), CHECKPOINT.replace("\n8\n", "\n-8\n"), head + "\nmore\n\n" + signature,
            CHECKPOINT.replace("Qyg=", "Qyh="), CHECKPOINT.replace("ZAY=\n", "ZAY\n"), CHECKPOINT + "\n", "\x00" + CHECKPOINT,
        ]  # fmt: skip
        for text in ill:
            with self.assertRaises(proofs.Malformed, msg=repr(text)):
                proofs.Checkpoint(text.encode())
        for text in ["", "x", VKEY[:-1], VKEY.replace("664972a8", "664972a9"), VKEY.replace("log+", "lo g+"), "+" + VKEY]:
            with self.assertRaises(proofs.Malformed, msg=text):
                proofs.VerifyingKey(text)


class Lines(unittest.TestCase):
    def test_names_are_sorted_by_utf_16_and_escapes_are_the_short_ones(self):
        value = {"\ufb33": 1, "\U0001f600": 2, "a": ['"\\\b\t\n\f\r\x01/\x7fآ', True, -3]}
        text = '{"a":["\\"\\\\\\b\\t\\n\\f\\r\\u0001/\x7fآ",true,-3],"\U0001f600":2,"\ufb33":1}'
        self.assertEqual(lines.canonical(value), text)
        self.assertEqual(lines.parse(text.encode()), value)

    def test_every_other_form_is_refused(self):
        other = [
            '{"b":1,"a":2}', '{"a": 1}', '{"a":1,"a":1}', '{"a":1.5}', '{"a":1e3}', '{"a":-0}', '{"a":null}', '{"a":"\\u0041"}', "[]", "3",
            '{"a":9007199254740992}', '{"a":"\\/"}', '{"a":NaN}', '{"a":"\\ud800"}', '{"a":1}x', "", "[" * 20_000, '{"a":%s}' % ("9" * 5000),
            '{"\ufb33":1,"\U0001f600":2}',
        ]  # fmt: skip
        for text in other:
            with self.assertRaises(lines.Wrong, msg=text[:40]):
                lines.parse(text.encode())
        with self.assertRaises(lines.Wrong):
            lines.parse(b'{"a":"\xff"}')


class Arithmetic(unittest.TestCase):
    def test_earned_schedule_is_that_of_the_worked_example(self):
        starts, by_day = date(2026, 1, 1), [0, 10, 25, 45, 70, 90, 100]
        group = object.__new__(figures.Group)
        group.planned_value = lambda on: by_day[(on - starts).days + 1]
        es = group.earned_schedule(starts, 6, 4, 40, 100)
        told = [figures.decimal4(value) for value in (es, es - 4, es / 4, Fraction(40, 70))]
        self.assertEqual(told, ["2.7500", "-1.2500", "0.6875", "0.5714"])

    def test_a_plateau_takes_the_time_that_went_by(self):
        starts, by_day = date(2026, 1, 1), [0, 0, 50, 50, 50, 100]
        group = object.__new__(figures.Group)
        group.planned_value = lambda on: by_day[(on - starts).days + 1]
        self.assertEqual([group.earned_schedule(starts, 5, at, 50, 100) for at in (1, 3, 9)], [2, 3, 4])
        self.assertEqual([group.earned_schedule(starts, 5, at, 0, 100) for at in (0, 1, 9)], [0, 1, 1])

    def test_a_group_finished_on_day_9_of_a_6_day_plan_keeps_its_index(self):
        facts, starts = figures.Facts(), date(2026, 1, 1)
        initiative = figures.Initiative("training")
        promised = {"starts": "2026-01-01", "due": "2026-01-06", "weight": 7, "horizon": "SHORT", "measure": "BINARY"}
        milestone = figures.Milestone("m", "T-1", initiative, promised)
        milestone.count()
        milestone.claims[5] = figures.Claim(starts + timedelta(8), 5)
        facts.milestones["m"], facts.commissions = milestone, ["training"]
        for later in (8, 9, 400):
            told = figures.Group(facts, "CURRENT", "SHORT", None).figures(starts + timedelta(later), 5)
            self.assertEqual((told["spiT"], told["at"], told["completedOn"], told["slippageDays"]), ("0.6667", 9, "2026-01-09", 3))
            self.assertEqual((told["confidence"], told["forecastReason"], told["verified"]), (None, None, 0))
        early = figures.Group(facts, "ORIGINAL", None, "training").figures(starts + timedelta(7), 5)
        self.assertEqual((early["reported"], early["es"], early["forecastFinish"], early["confidence"]), (None, "5.0000", "2026-01-10", "GREY"))
        nothing = figures.Group(facts, "CURRENT", "LONG", None).figures(starts, 5)
        self.assertEqual((nothing["bac"], nothing["milestones"], nothing["forecastReason"]), (None, 0, "NO_MILESTONES"))

    def test_decimals_are_rounded_half_away_from_zero(self):
        told = [figures.decimal4(Fraction(n, 20_000)) for n in (1, -1, 3, -3)] + [figures.decimal4(Fraction(-1, 30_000))]
        self.assertEqual(told, ["0.0001", "-0.0001", "0.0002", "-0.0002", "0.0000"])

    def test_a_refused_claim_is_zero_and_a_cancelled_initiative_leaves_the_current_plan_only(self):
        facts, on = figures.Facts(), date(2026, 3, 1)
        initiative = figures.Initiative("training")
        promised = {"starts": "2026-01-01", "due": "2026-06-30", "weight": 3, "horizon": "SHORT", "measure": "REPORTED"}
        milestone = figures.Milestone("m", "T-1", initiative, promised)
        milestone.count()
        claim = milestone.claims[5] = figures.Claim(on, 5)
        claim.verdict, claim.judged = False, 6
        facts.milestones["m"] = milestone
        standing = facts.standing(milestone, on)
        self.assertEqual((standing.reported, standing.verified, standing.events), (0, 0, [5, 6]))
        initiative.cancelled = True
        current, original = (figures.Group(facts, baseline, None, None).figures(on, 6) for baseline in ("CURRENT", "ORIGINAL"))
        self.assertEqual((current["milestones"], current["cancelledWeight"]), (0, "3"))
        self.assertEqual((original["milestones"], original["cancelledWeight"]), (1, "3"))


# ------------------------------------------------------------------------------------------------- tampering


class Signer:
    def __init__(self, name, kind, seed):
        self.name, self.private = name, Ed25519PrivateKey.from_private_bytes(seed)
        typed = bytes([kind]) + self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = sha256(name.encode() + b"\n" + typed)[:4]
        self.vkey = "%s+%s+%s" % (name, self.id.hex(), base64.b64encode(typed).decode())

    def line(self, message, before=b""):
        signature = self.id + before + self.private.sign(message)
        return "— %s %s\n" % (self.name, base64.b64encode(signature).decode())


LOG = Signer(ORIGIN, 1, bytes(range(32)))
COSIGNER = Signer("witness.example/auditor1", 4, bytes(range(32, 64)))
STRANGER = Signer(ORIGIN, 1, b"s" * 32)


def note(leaves, signer=LOG, size=None):
    text = "%s\n%d\n%s\n" % (ORIGIN, size or len(leaves), base64.b64encode(root_by_definition(leaves)).decode())
    cosigned = COSIGNER.line(("cosignature/v1\ntime 1767225600\n" + text).encode(), (1767225600).to_bytes(8, "big"))
    return (text + "\n" + signer.line(text.encode()) + cosigned).encode()


def write(folder, part, data):
    path = os.path.join(folder, *part.split("/"))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def make_bundle(folder, events):
    leaves = [sha256(b"\x00" + line) for line in events]
    level, hashes = 0, leaves
    while hashes:
        for at in range(0, len(hashes), 256):
            run = hashes[at : at + 256]
            write(folder, proofs.tile_path(level, at // 256, len(run)), b"".join(run))
        hashes = [root_by_definition(hashes[at : at + 256]) for at in range(0, len(hashes) // 256 * 256, 256)]
        level += 1
    for at in range(0, len(events), 256):
        run = events[at : at + 256]
        write(folder, proofs.tile_path("entries", at // 256, len(run)), b"".join(len(e).to_bytes(2, "big") + e for e in run))
    write(folder, "checkpoint", note(leaves))
    write(folder, "keys/log.vkey", (LOG.vkey + "\n").encode())
    write(folder, "keys/witness.vkey", (COSIGNER.vkey + "\n").encode())
    write(folder, "events.jsonl", b"".join(line + b"\n" for line in events))
    chain, facts, on = lines.Chain(), figures.Facts(), date(2021, 9, 22)
    for position, line in enumerate(events):
        event = lines.parse(line)
        chain.check(position, event)
        facts.fold(position, event, chain.position_of)
    told = [group.figures(on, len(events) - 1) for group in figures.every_group(facts)]
    head = {"position": len(events) - 1, "statusDate": on.isoformat(), "digest": "0" * 64, "figures": told}
    write(folder, "progress.json", json.dumps(head).encode())
    root = base64.b64encode(root_by_definition(leaves)).decode()
    manifest = {"format": "tahavol-bundle-1", "programme": chain.source[9:], "origin": ORIGIN, "size": len(events), "root": root}
    write(folder, "bundle.json", json.dumps(dict(manifest, statusDate=on.isoformat(), writer="tests")).encode())
    return leaves


class Tampering(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.mkdtemp()
        copy = os.path.join(cls.home, "ledger.sqlite")
        shutil.copy(LEDGER, copy)
        ledger = sqlite3.connect(copy)
        cls.events = [line for (line,) in ledger.execute("SELECT line FROM event ORDER BY position")]
        ledger.close()
        cls.whole = os.path.join(cls.home, "whole")
        cls.leaves = make_bundle(cls.whole, cls.events)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.home)

    def setUp(self):
        self.folder = os.path.join(self.home, "bundle")
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.whole, self.folder)

    def part(self, part):
        with open(os.path.join(self.folder, *part.split("/")), "rb") as file:
            return file.read()

    def run_verifier(self, *options):
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
        with redirect_stdout(out), redirect_stderr(err):
            try:
                code = verify.main([self.folder, *options])
            except SystemExit as ended:
                code = ended.code
        for stream in (out, err):
            stream.flush()
        return code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode()

    def expect(self, code, words, *options):
        found, out, err = self.run_verifier("--lang", "en", *options)
        self.assertEqual(found, code, out + err)
        self.assertIn(words, out)
        self.assertEqual(self.run_verifier("--lang", "fa", *options)[0], code)

    def change_lines(self, change):
        events = list(self.events)
        change(events)
        write(self.folder, "events.jsonl", b"".join(line + b"\n" for line in events))

    def change_json(self, part, change):
        told = json.loads(self.part(part))
        change(told)
        write(self.folder, part, json.dumps(told).encode())

    def flip(self, part, at):
        data = bytearray(self.part(part))
        data[at] ^= 1
        write(self.folder, part, bytes(data))

    def head(self, leaves, **what):
        path = os.path.join(self.home, "head")
        with open(path, "wb") as file:
            file.write(note(leaves, **what))
        return path

    def test_an_untouched_bundle_holds_in_both_languages(self):
        self.expect(0, "Everything holds")
        self.expect(0, "Everything holds", "--key", LOG.vkey, "--witness", COSIGNER.vkey, "--known", self.head(self.leaves[:200]))
        self.assertIn("WARNING", self.run_verifier("--lang", "en")[1])
        self.assertNotIn("WARNING", self.run_verifier("--lang", "en", "--key", LOG.vkey)[1])
        self.assertIn("همه چیز درست است", self.run_verifier("--lang", "fa")[1])

    def test_a_changed_recorded_time_is_found_at_its_position(self):
        self.change_lines(lambda events: events.__setitem__(300, events[300].replace(b'"time":"2', b'"time":"1')))
        self.expect(23, "position 300")

    def test_a_deleted_a_swapped_and_an_appended_row_are_found(self):
        self.change_lines(lambda events: events.pop(77))
        self.expect(23, "position 77")
        self.change_lines(lambda events: events.pop())
        self.expect(25, "position %d" % (len(self.events) - 1))
        self.change_lines(lambda events: events.insert(90, events.pop(91)))
        self.expect(23, "position 90")
        self.change_lines(lambda events: events.append(events[-1]))
        self.expect(33, "position %d" % len(self.events))

    def test_a_history_rewritten_with_all_its_tiles_does_not_give_the_signed_root(self):
        events = list(self.events)
        events[10] = events[10].replace(b'"time":"2', b'"time":"1')
        head = self.part("checkpoint")
        make_bundle(self.folder, events)
        write(self.folder, "checkpoint", head)
        self.expect(25, "root")

    def test_a_line_that_says_the_same_in_another_form_is_not_canonical(self):
        self.change_lines(lambda events: events.__setitem__(5, events[5].replace(b",", b", ", 1)))
        self.expect(22, "position 5")
        self.change_lines(lambda events: events.__setitem__(5, b"\xff\xfe"))
        self.expect(22, "position 5")

    def test_a_truncated_file_is_told(self):
        write(self.folder, "events.jsonl", self.part("events.jsonl")[:50_000])
        self.expect(20, "cut off")
        write(self.folder, "events.jsonl", b"")
        self.expect(25, "position 0")

    def test_edited_tiles_and_bundles_are_named(self):
        for part, at in [("tile/0/000", 70), ("tile/0/001.p/78", 0), ("tile/1/000.p/1", 5), ("tile/entries/000", 900)]:
            self.setUp()
            self.flip(part, at)
            self.expect(24, part)
        os.remove(os.path.join(self.folder, "tile", "0", "000"))
        self.expect(20, "tile/0/000")

    def test_entries_that_no_line_has_are_found_in_full_bundles_too(self):
        for part in ("tile/entries/000", "tile/entries/001.p/78"):
            self.setUp()
            extra = b"an event nobody recorded"
            write(self.folder, part, self.part(part) + len(extra).to_bytes(2, "big") + extra)
            self.expect(24, part)

    def test_heads_that_are_older_forked_or_of_another_key_are_refused(self):
        write(self.folder, "checkpoint", note(self.leaves[:300]))
        self.expect(25, "bundle.json tells of")
        write(self.folder, "checkpoint", note(self.leaves[1:] + self.leaves[:1]))
        self.expect(25, "root")
        write(self.folder, "checkpoint", note(self.leaves, STRANGER))
        self.expect(26, "signed by none")
        write(self.folder, "keys/log.vkey", (STRANGER.vkey + "\n").encode())
        self.expect(0, "Everything holds")  # the bundle agrees with itself: only a key of one's own tells
        self.expect(26, "signed by none", "--key", LOG.vkey)
        write(self.folder, "checkpoint", b"anything")
        self.expect(26, "well-formed")

    def test_a_head_known_before_must_be_a_prefix(self):
        self.expect(34, "rewritten", "--known", self.head(self.leaves[1:201]))
        self.expect(34, "older", "--known", self.head(self.leaves, size=len(self.leaves) + 1))
        self.expect(26, "signed by none", "--known", self.head(self.leaves[:9], signer=STRANGER))
        self.expect(20, "missing", "--known", os.path.join(self.home, "nothing"))

    def test_cosignatures_are_checked(self):
        head = self.part("checkpoint").decode().split("\n")
        blob = bytearray(base64.b64decode(head[5].split(" ")[2]))
        blob[11] ^= 1  # the time that the witness states
        head[5] = "— %s %s" % (COSIGNER.name, base64.b64encode(blob).decode())
        write(self.folder, "checkpoint", "\n".join(head).encode())
        self.expect(27, COSIGNER.name)
        self.setUp()
        self.expect(27, "has not signed", "--witness", Signer("witness.example/other", 4, b"o" * 32).vkey)

    def test_gaps_and_ids_are_checked_where_the_head_is_signed_over_them(self):
        def without_revision(events):
            events[-1] = events[-1].replace(b'"revision":', b'"revision":1')

        def with_another_id(events):
            events[40] = events[40].replace(b'"id":"', b'"id":"0', 1).replace(json.loads(events[40])["id"].encode(), json.loads(events[41])["id"].encode())

        for change, words in [(without_revision, "revision"), (with_another_id, "id")]:
            events = list(self.events)
            change(events)
            progress = self.part("progress.json")
            try:
                make_bundle(self.folder, events)
            except ValueError:
                pass  # no figures follow; tiles and head are written before
            write(self.folder, "progress.json", progress)
            self.change_json("bundle.json", lambda told: told.update(root=self.part("checkpoint").decode().split("\n")[2]))
            self.expect(29, words)

    def test_edited_figures_are_named(self):
        def edit(change):
            self.setUp()
            self.change_json("progress.json", change)

        edit(lambda told: told["figures"][-1].update(reported=9999))
        self.expect(31, "reported is 9999")
        edit(lambda told: told["figures"][-1].update(pd=float(told["figures"][-1]["pd"])))
        self.expect(31, "pd is")
        edit(lambda told: told["figures"][-1]["contributions"][0]["events"].append(1))
        self.expect(31, "events is")
        edit(lambda told: told["figures"].pop())
        self.expect(31, "ORIGINAL × all × all")
        edit(lambda told: told.update(statusDate="2021-09-23"))
        self.expect(31, "statusDate")

    def test_whatever_byte_is_changed_the_verifier_answers_and_never_passes(self):
        parts = ["bundle.json", "checkpoint", "progress.json", "keys/log.vkey", "events.jsonl", "tile/0/000", "tile/entries/001.p/78"]
        unsigned = b'"writer"'
        for part in parts:
            whole = self.part(part)
            for at in range(0, len(whole), max(1, len(whole) // 12)):
                if part == "bundle.json" and at >= whole.index(unsigned):
                    continue  # who wrote the bundle is nobody's claim
                self.flip(part, at)
                code, out, err = self.run_verifier("--key", LOG.vkey, "--witness", COSIGNER.vkey)
                self.assertTrue(20 <= code <= 34, "%s %d: %s %s %s" % (part, at, code, out, err))
                self.assertNotIn("Traceback", out + err)
                write(self.folder, part, whole)

    def test_parts_that_are_gone_or_of_no_use_are_told(self):
        for part in ["bundle.json", "checkpoint", "progress.json", "events.jsonl", "keys/log.vkey"]:
            self.setUp()
            os.remove(os.path.join(self.folder, *part.split("/")))
            self.expect(20, part)
        for text in [b"", b"[]", b"null", b'{"format":"tahavol-bundle-1"}', b"[" * 100_000]:
            write(self.folder, "bundle.json", text)
            self.expect(20, "bundle.json")
        self.assertEqual(self.run_verifier("--key", "nonsense")[0], 2)
        self.assertEqual(self.run_verifier("--key", COSIGNER.vkey)[0], 2)


if __name__ == "__main__":
    unittest.main()
