"""Questions and commands that schemathesis makes up from the schema, each asked as everybody in turn.

Reads one JSON object from its standard input, so that no token stands in a file or on a command line, and tells one: what was asked,
what of it was answered, how often those who may read the planted draft were shown it, and everything that must not have happened.
"""

import functools
import json
import random
import re
import sys
import time

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.graphql import nodes

task = json.load(sys.stdin)
CALLERS, DRAFT, SECRETS = task["callers"], task["draft"], task["secrets"]
# What a later command may be about may be shown later: what decides on the draft, or gives an office, is asked about other things.
DECIDES = re.compile(r"Mutation\.(\w+(Approve|Reject|Return|Cancel|Admit|Refuse\w*|Complete|Suspend)|milestoneApprove\w+)$")
# Beyond what the schema has at its edges: the largest and smallest numbers, other digits, dates that are none, marks of direction.
ODD = ["", " ", "\u200c", "\u202e", "۱۴۰۴/۰۶/۳۱", "1404/12/30", "9999-12-31", "-262143-01-01", "99999999999999999999", "-1", "%00", "\ud7ff",
       "initiative-", "milestone-x", "' OR 1=1 --", "../../etc/passwd", "{{7*7}}", "<script>", "a" * 5_000, "🚓" * 300, "𞤀", "ﷺ" * 40]
MOMENTS = ["2025-12-01T00:00:00Z", "2026-11-23T23:59:59.999999Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z"]
DAYS = ["2026-11-23", "2025-03-21", "1404/06/31", "۱۴۰۵/۰۱/۰۱", "2027-12-31", "0000-00-00", "9999-12-31", "1403/12/30"]
NUMBERS = [0, 1, 2, 7, 100, 101, 10_000, 10_001, 2**31 - 1, -1, -(2**31)]
PROBES = ["{ initiative(code: \"DRAFT\") { title { fa } milestones { title { fa } } } }", "{ risks(first: 100) { nodes { title { fa } } } }"]
failures, asked, answered, shown, refused = [], 0, 0, 0, 0


def texts(*groups):
    """Mostly what is there, now and then what nobody thought of."""
    there = st.sampled_from([text for group in groups for text in group])
    return st.one_of(there, there, there, st.sampled_from(ODD), st.text(max_size=40)).map(nodes.String)


def whole(largest):
    """As numbers and as texts, since the scalars of 64 bits take both."""
    some = st.one_of(st.integers(0, largest), st.sampled_from([0, 1, largest, largest + 1, 2**53, 2**64 - 1, 2**64, -1]))
    return st.one_of(some.map(nodes.Int), some.map(str).map(nodes.String))


def provide(words, uuids):
    """What the scalars of the schema are made of."""
    text = texts(words, uuids)
    for name in ("String", "ID"):
        schemathesis.graphql.scalar(name, text)
    schemathesis.graphql.scalar("Int", st.one_of(st.sampled_from(NUMBERS), st.integers(-(2**31), 2**31 - 1)).map(nodes.Int))
    schemathesis.graphql.scalar("UUID", st.one_of(texts(uuids), st.uuids().map(str).map(nodes.String)))
    schemathesis.graphql.scalar("Position", whole(task["head"]))
    for name in ("Revision", "Count"):
        schemathesis.graphql.scalar(name, whole(12))
    schemathesis.graphql.scalar("Date", st.one_of(texts(DAYS), st.dates().map(str).map(nodes.String)))
    schemathesis.graphql.scalar("Instant", st.one_of(texts(MOMENTS), st.datetimes().map(lambda when: f"{when.isoformat()}Z").map(nodes.String)))
    schemathesis.graphql.scalar("PeriodText", texts(["1404", "1404-06", "1404/1", "2026-Q3", "1405-Q1", "2025", "2026-11", "2026-W07"]))
    for name in ("Quantity", "Decimal"):
        schemathesis.graphql.scalar(name, texts(["0", "1", "-1", "0.000001", "0.0000001", "1e9", "999999999999999999999", "۱۲٫۵", "NaN", "1/3"]))
    schemathesis.graphql.scalar("Digest", texts(["0" * 64, "f" * 64, "g" * 64, "0" * 63]))
    schemathesis.graphql.scalar("JSON", text)


def wrong(what, caller, query, answer):
    failures.append({"what": what, "caller": caller["name"], "query": query, "answer": answer[:2_000]})
    raise Wrong(what)


class Wrong(Exception):
    """Ends the examples of one operation; the others go on."""


def judge(caller, query, response):
    """What no answer may be, whoever asked for what."""
    global answered, shown, refused
    body = response.content.decode()
    text = body + "".join(f"\n{name}: {values}" for name, values in response.headers.items())
    if response.status_code >= 500:
        wrong(f"status {response.status_code}", caller, query, text)
    if any(secret in text for secret in SECRETS):
        wrong("a secret of the server", caller, query, text)
    if DRAFT in text and not caller["reads"]:
        wrong("the draft of another commission", caller, query, text)
    shown += DRAFT in text
    try:
        answer = json.loads(body)
    except ValueError:
        wrong("no JSON", caller, query, text)
    errors = answer.get("errors") or []
    if "data" not in answer and not errors:
        wrong("neither data nor errors", caller, query, text)
    for error in errors:
        code = error.get("extensions", {}).get("code", "")
        if not code or "INTERNAL" in code:
            wrong("an error without a reason", caller, query, text)
    answered += answer.get("data") is not None and not errors
    refused += bool(errors)


def ask(query, turn, send):
    """One question as everybody, somebody else first every time: what is kept of an answer is kept for whom it was made."""
    global asked
    for caller in CALLERS[turn:] + CALLERS[:turn]:
        headers = {"Authorization": f"Bearer {caller['token']}"} if caller["token"] else {}
        try:
            response = send(headers=headers, timeout=60)
        except requests.RequestException as error:
            wrong(f"no answer: {error}", caller, query, "")
        asked += 1
        judge(caller, query, response)


def examples(operation, mode, number, count, session):
    """So many examples of one operation, the same ones for the same seed."""
    turn = random.Random(number).randrange(len(CALLERS))

    @seed(number)
    @settings(max_examples=count, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def every(case):
        ask(case.body, turn, functools.partial(case.call, session=session))

    try:
        every()
    except Wrong:
        pass


def main():
    began = time.monotonic()
    token = next(caller["token"] for caller in CALLERS if caller["token"])
    schema = schemathesis.graphql.from_url(task["url"], headers={"Authorization": f"Bearer {token}"})
    operations = [result.ok() for result in schema.get_all_operations()]
    random.Random(task["seed"]).shuffle(operations)
    session, rounds, covered = requests.Session(), 0, set()
    # What is known to show the draft to those who may read it, so that looking for it looks at something.
    for turn, query in enumerate(PROBES):
        try:
            ask(query, turn, functools.partial(session.post, task["url"], json={"query": query}))
        except Wrong:
            pass
    late = False
    while not failures and not late:
        for at, operation in enumerate(operations):
            late = time.monotonic() - began > task["seconds"]
            if late:
                break
            about = operation.label
            covered.add(about)
            words = task["words"] + ([] if DECIDES.match(about) else task["drafted"])
            words += task["people"] if about.startswith("Query.") else task["bystanders"]
            provide(words, task["uuids"])
            number = task["seed"] * 1_000_003 + rounds * 1_009 + at
            examples(operation, GenerationMode.POSITIVE, number, min(rounds + 1, 3), session)
            if rounds:
                examples(operation, GenerationMode.NEGATIVE, number, 1, session)
        else:
            rounds += 1
    told = {"operations": len(operations), "covered": len(covered), "rounds": rounds, "asked": asked, "answered": answered, "refused": refused, "shown": shown}
    json.dump({**told, "seconds": round(time.monotonic() - began), "failures": failures}, sys.stdout, ensure_ascii=False)


main()
