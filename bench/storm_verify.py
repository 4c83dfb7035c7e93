"""The storm's judge: replays the records in the order of their moments and says what must not be.

A program of its own: plain SQL and plain Python, written from the handbook's words (domain.md section 4), importing
nothing of the product. ``python -m bench.storm_verify DSN LOG...`` looks at a database again; status 1 = violations.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.storm_records import Records, Row, read_records
from bench.storm_replay import ZERO, Replay, by

CURRENCY = "USD"
HORIZON_DAYS = 60
TRY_LATER = frozenset({"idempotency_key_in_use", "throttled"})


# What the storm has to prove, and that it was there to be proved.
LIMITS = "approvals above the limit in force"
RESERVATIONS = "reservations lost, doubled or without ground"
ANSWERS = "retries with another answer, or answers not on record"
FAILURES = "deadlocks or other failures that reached a client"
END = "things left undone or not understood"


@dataclass
class Verdict:
    """What was found wrong by what was to be proved, and how much was looked at."""

    findings: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)

    @property
    def violations(self) -> list[str]:
        """All that was found wrong."""
        return [violation for found in self.findings.values() for violation in found]

    def as_json(self) -> dict[str, Any]:
        """For a terminal or a file."""
        return {"findings": self.findings, "counts": self.counts}


def verify(records: Records) -> Verdict:
    """All proofs; no violations mean that nothing was lost, doubled, or approved above a limit."""
    replay = Replay(records)
    findings = {
        LIMITS: [*replay.approvals_above_limits(), *replay.left_above_limits()],
        RESERVATIONS: [*reservations_out_of_order(records), *gates_that_differ(records)],
        ANSWERS: [*answers_that_differ(records), *answers_without_records(records)],
        FAILURES: [*failures_shown(records)],
        END: [*_not_understood(records), *unfinished_jobs(records)],
    }
    return Verdict(findings, _counts(records))


def _not_understood(records: Records) -> Iterator[str]:
    yield from (f"the verifier does not know what to make of {row['what']}" for row in records.not_understood)
    for name in ("limits", "orders", "reservations", "releases", "entries", "receipts"):
        yield from (f"{name}: {row['currency']}" for row in getattr(records, name) if row["currency"] != CURRENCY)
    day = min((check["as_of"] for check in records.checks), default=None)
    for order in records.orders:
        ship = order["planned_ship_date"]
        if day is not None and ship is not None and (ship - day).days > HORIZON_DAYS:
            yield f"order {order['external_id']} ships beyond the horizon"


def reservations_out_of_order(records: Records) -> Iterator[str]:
    """Never two at once for an order; each stands on an approval, or on a release that covers it."""
    checks = {row["id"]: row for row in records.checks}
    releases = {row["id"]: row for row in records.releases}
    orders = {row["id"]: row for row in records.orders}
    for order_id, rows in by(records.reservations, "order_id").items():
        rows.sort(key=lambda row: (row["created_at"], row["id"]))
        for former, later in pairwise(rows):
            if former["ended_at"] is None or former["ended_at"] > later["created_at"]:
                yield f"order {order_id} is reserved twice: {former['id']} and {later['id']}"
        for row in rows:
            yield from _without_ground(row, orders[order_id], checks, releases)


def _without_ground(row: Row, order: Row, checks: dict[int, Row], releases: dict[int, Row]) -> Iterator[str]:
    check = checks.get(row["check_row_id"])
    if row["amount"] != order["amount"] or row["buyer_id"] != order["buyer_id"]:
        yield f"reservation {row['id']} is not what order {order['id']} asks for"
    if check is None or check["order_id"] != order["id"]:
        yield f"reservation {row['id']} stands on no check of its order"
    elif row["release_id"] is None and check["outcome"] == "stop":
        yield f"reservation {row['id']} stands on check {check['id']}, which stops"
    if row["release_id"] is not None and not _covers(releases.get(row["release_id"]), row):
        yield f"reservation {row['id']} stands on release {row['release_id']}, which does not cover it"


def _covers(release: Row | None, row: Row) -> bool:
    if release is None or release["order_id"] != row["order_id"] or release["released_at"] > row["created_at"]:
        return False
    has_ended = release["ended_at"] is not None and release["ended_at"] < row["created_at"]
    up_to = release["amount"] * (1 + release["tolerance_percent"] / 100)
    return not has_ended and bool(row["amount"] <= up_to)


def gates_that_differ(records: Records) -> Iterator[str]:
    """In the end an approved order holds its part once (or has used it), a held one waits in one hold, others hold
    nothing; and what is held in all is what is approved in all."""
    held, holds = by(records.reservations, "order_id"), by(records.holds, "order_id")
    gates = {row["order_id"]: row["state"] for row in records.gates}
    left = {row["order_id"] for row in records.shipments}
    approved = ZERO
    for order in records.orders:
        state = gates.get(order["id"], "none")
        active = sum(row["state"] == "active" for row in held[order["id"]])
        used = sum(row["state"] == "used" for row in held[order["id"]])
        waiting = sum(row["state"] == "open" and row["kind"] == "credit" for row in holds[order["id"]])
        wanted = {"approved": ((0, 1, 0) if order["id"] in left else (1, 0, 0)), "held": (0, used, 1)}
        if (active, used, waiting) != wanted.get(state, (0, used, 0)):
            yield f"order {order['external_id']} is {state}: {active} active, {used} used, {waiting} open holds"
        approved += order["amount"] if state == "approved" and order["id"] not in left else ZERO
    total = sum((row["amount"] for row in records.reservations if row["state"] == "active"), ZERO)
    if total != approved:
        yield f"reserved in all {total}, approved in all {approved}"


def unfinished_jobs(records: Records) -> Iterator[str]:
    """Every re-check that was asked for was done."""
    yield from (f"job {row['id']} {row['task']} is {row['state']}: {row['error'][:80]}" for row in records.jobs)


def answers_that_differ(records: Records) -> Iterator[str]:
    """A key gets one answer, however often it is sent."""
    for key, tries in by(records.log, "key").items():
        answers = {(row["status"], row["hash"]) for row in tries if _is_final(row)}
        if len(answers) != 1:
            yield f"key {key} got {len(answers)} answers in {len(tries)} tries"


def failures_shown(records: Records) -> Iterator[str]:
    """No client sees a failure but ``not_approved``, and that never because of a deadlock."""
    for row in records.log:
        is_refusal = row["code"] == "not_approved" and row["status"] == 503
        if row["status"] >= 500 and not is_refusal:
            yield f"key {row['key']} got {row['status']} {row['code']}"
        if row["cause"] == "deadlock":
            yield f"key {row['key']} met a deadlock"


def _is_final(row: Row) -> bool:
    return 0 < row["status"] < 500 and row["code"] not in TRY_LATER


def answers_without_records(records: Records) -> Iterator[str]:
    """Each answer to a new order is on record as it was given, and its order was asked about once."""
    checks = {row["id"]: row for row in records.checks}
    names = {row["id"]: row["external_id"] for row in records.orders}
    reserved = {row["check_row_id"] for row in records.reservations if row["release_id"] is None}
    asked = Counter(row["order_id"] for row in records.checks if row["cause"] == "asked")
    yield from (f"order {names[pk]} was asked about {times} times" for pk, times in asked.items() if times != 1)
    answered = {row["order"]: row for row in records.log if row["kind"] == "check" and row["status"] == 201}
    yield from (f"order {name} is on record, but nobody was told" for name in {*names.values()} - answered.keys())
    for name, row in answered.items():
        check = checks.get(row["check"])
        if check is None or names.get(check["order_id"]) != name or check["outcome"] != row["outcome"]:
            yield f"order {name} was told check {row['check']}, {row['outcome']}: not on record so"
        elif row["approved"] != (row["check"] in reserved):
            yield f"order {name} was told approved={row['approved']}, but check {row['check']} reserved otherwise"


def _counts(records: Records) -> dict[str, Any]:
    tries = records.log
    seen = Counter(row["key"] for row in tries if _is_final(row))
    causes = Counter(row["cause"] or row["code"] or "connection lost" for row in tries if not _is_final(row))
    approved = sum(row["outcome"] != "stop" for row in records.checks)
    return {
        "orders": len(records.orders),
        "checks": len(records.checks),
        "approved": approved,
        "stopped": len(records.checks) - approved,
        "reservations": dict(Counter(row["state"] for row in records.reservations)),
        "releases": len(records.releases),
        "limit_versions": len(records.limits),
        "receipts": len(records.receipts),
        "shipments": len(records.shipments),
        "cancelled": sum(row["state"] == "cancelled" for row in records.gates),
        "requests": len(tries),
        "sent_again_same_answer": sum(times - 1 for times in seen.values()),
        "without_answer": dict(causes),
    }


def main(arguments: list[str]) -> int:
    """Read the database that the address names, and judge."""
    import psycopg2

    dsn, *logs = arguments
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        verdict = verify(read_records(cursor, map(Path, logs)))
    print(json.dumps(verdict.as_json(), indent=2))
    return 1 if verdict.violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
