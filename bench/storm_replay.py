"""What buyers owed and held at any moment of the storm, from the rows and their moments alone (domain.md section 4)."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any

from bench.storm_records import Records, Row

ZERO = Decimal(0)
# At these checkpoints an order is only warned about: nothing is approved.
ONLY_WARN = frozenset({"quotation", "invoice"})


class Steps:
    """A sum that changes at moments; what happens at a moment counts at it."""

    def __init__(self, changes: Iterable[tuple[datetime, Decimal]]) -> None:
        ordered = sorted(changes, key=lambda change: change[0])
        self._moments = [moment for moment, _amount in ordered]
        self._sums = [ZERO, *accumulate(amount for _moment, amount in ordered)]

    def at(self, moment: datetime) -> Decimal:
        """The sum of all changes up to the moment."""
        return self._sums[bisect_right(self._moments, moment)]


class Replay:
    """What each buyer owed and held at any moment, from the rows and their moments alone."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._group_of = {row["id"]: row["group_id"] for row in records.buyers}
        self._members: dict[int, list[int]] = defaultdict(list)
        for buyer, group in self._group_of.items():
            self._members[group or 0].append(buyer)
        self._order = {row["id"]: row for row in records.orders}
        self._held = by(records.reservations, "order_id")
        self._left = by(records.shipments, "order_id")
        self._orders = _steps((row["buyer_id"], *change) for row in records.orders for change in self._changes(row))
        self._money = _steps(_money(records))
        self._limits: dict[tuple[str, int], list[Row]] = defaultdict(list)
        for row in records.limits:
            owner = ("group", row["group_id"]) if row["buyer_id"] is None else ("buyer", row["buyer_id"])
            self._limits[owner].append(row)

    def approvals_above_limits(self) -> Iterator[str]:
        """Each approval against the limits in force at its moment, the order itself included."""
        for check in sorted(self._records.checks, key=lambda row: row["known_at"]):
            if check["outcome"] == "stop" or check["checkpoint"] in ONLY_WARN:
                continue
            for owner, used in self._uses(check):
                limit = self.limit_in_force(owner, check["as_of"], check["known_at"])
                if limit is not None and used > limit:
                    yield f"check {check['id']} approved {owner[0]} {owner[1]} at {used} above {limit}"

    def _uses(self, check: Row) -> Iterator[tuple[tuple[str, int], Decimal]]:
        """The use of the buyer's limit and, where its group has one, of the group's, with this order in it.

        What came in until the decision was written counts: money takes no lock, and only lowers the use.
        """
        buyer, at = check["buyer_id"], check["known_at"]
        until = check["written_at"] or at
        asked = self._order[check["order_id"]]
        own = self.balance(buyer, at, until, without=asked["id"]) + check["amount"]
        yield ("buyer", buyer), max(ZERO, own)
        group = self._group_of[buyer]
        if group is not None and self._limits["group", group]:
            others = (self.balance(other, at, until) for other in self._members[group] if other != buyer)
            yield ("group", group), max(ZERO, own + sum((max(ZERO, balance) for balance in others), ZERO))

    def balance(self, buyer: int, at: datetime, until: datetime, *, without: int | None = None) -> Decimal:
        """Open invoices and live orders less money not yet allocated."""
        total = self._money[buyer].at(until) + self._orders[buyer].at(at)
        if without is not None and self._order[without]["buyer_id"] == buyer:
            total -= self.stage(self._order[without], at)
        return total

    def _changes(self, order: Row) -> list[tuple[datetime, Decimal]]:
        """By how much the order's stage changes, at each moment at which something of it does."""
        held, left = self._held[order["id"]], self._left[order["id"]]
        moments = {row[name] for row in held for name in ("created_at", "ended_at")}
        moments |= {row["recorded_at"] for row in left}
        ordered = sorted(moment for moment in moments if moment is not None)
        stages = [ZERO, *(self.stage(order, moment) for moment in ordered)]
        return [(moment, now - before) for moment, (before, now) in zip(ordered, pairwise(stages), strict=True)]

    def stage(self, order: Row, at: datetime) -> Decimal:
        """What was delivered counts; of what is reserved, what is left of it. Never both."""
        left = [row for row in self._left[order["id"]] if row["recorded_at"] <= at]
        delivered = sum((order["amount"] if row["amount"] is None else row["amount"] for row in left), ZERO)
        held = sum((row["amount"] for row in self._held[order["id"]] if _is_live(row, at)), ZERO)
        return delivered + max(ZERO, held - delivered)

    def limit_in_force(self, owner: tuple[str, int], day: date, at: datetime) -> Decimal | None:
        """The greater of own and temporary limit in force as known at the moment; None if there never was one."""
        known = [row for row in self._limits[owner] if row["recorded_at"] <= at]
        if not known:
            return None if owner[0] == "group" else ZERO
        return max(_in_force(known, kind, day) for kind in ("own", "temporary"))

    def left_above_limits(self) -> Iterator[str]:
        """In the end: above a limit (it was cut) only orders that a person released may still be approved.

        Orders that were approved before a release stay beside what it lets go until they are checked again: what
        persons released since the limit last changed is no reason against the others.
        """
        moments = [row["known_at"] for row in self._records.checks]
        if not moments:
            return
        end = max([*moments, *(row["recorded_at"] for row in (*self._records.limits, *self._records.receipts))])
        day = max(row["as_of"] for row in self._records.checks)
        for owner in list(self._limits):
            members = [owner[1]] if owner[0] == "buyer" else self._members[owner[1]]
            since = max(row["recorded_at"] for row in self._limits[owner])
            used = sum((max(ZERO, self.balance(one, end, end) - self._released(one, since)) for one in members), ZERO)
            limit = self.limit_in_force(owner, day, end) or ZERO
            yield from self._unreleased(owner, members, used, limit) if used > limit else ()

    def _released(self, buyer: int, since: datetime) -> Decimal:
        """What of the buyer's orders is held or has left under releases that were given since then."""
        given = {row["id"] for row in self._records.releases if row["released_at"] > since}
        held = [row for row in self._records.reservations if row["release_id"] in given and row["buyer_id"] == buyer]
        return sum((row["amount"] for row in held if row["state"] in ("active", "used")), ZERO)

    def _unreleased(self, owner: tuple[str, int], members: list[int], used: Decimal, limit: Decimal) -> Iterator[str]:
        for row in self._records.reservations:
            is_left = not any(self._left[row["order_id"]])
            if row["state"] == "active" and row["buyer_id"] in members and row["release_id"] is None and is_left:
                yield f"order {row['order_id']} is still approved: {owner[0]} {owner[1]} stands at {used} above {limit}"


def _money(records: Records) -> Iterator[tuple[int, datetime, Decimal]]:
    """Of each buyer, what is owed less what came in and is not yet allocated."""
    for row in records.entries:
        yield row["buyer_id"], row["recorded_at"], row["amount"] + (row["source_amount"] or ZERO)
    for row in records.receipts:
        yield row["buyer_id"], row["recorded_at"], -row["amount"]


def _steps(changes: Iterable[tuple[int, datetime, Decimal]]) -> dict[int, Steps]:
    """By buyer; one without any change stands at nothing."""
    found: dict[int, list[tuple[datetime, Decimal]]] = defaultdict(list)
    for buyer, moment, amount in changes:
        found[buyer].append((moment, amount))
    return defaultdict(lambda: Steps(()), {buyer: Steps(ones) for buyer, ones in found.items()})


def _in_force(rows: list[Row], kind: str, day: date) -> Decimal:
    valid = [row for row in rows if row["kind"] == kind and row["valid_from"] <= day]
    if not valid:
        return ZERO
    latest = max(valid, key=lambda row: (row["valid_from"], row["recorded_at"], row["id"]))
    is_over = latest["valid_to"] is not None and latest["valid_to"] < day
    return ZERO if is_over else Decimal(latest["amount"])


def _is_live(row: Row, at: datetime) -> bool:
    return bool(row["created_at"] <= at and (row["ended_at"] is None or row["ended_at"] > at))


def by(rows: Iterable[Row], name: str) -> dict[Any, list[Row]]:
    """Rows by the value of a column."""
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[name]].append(row)
    return found
