"""Payments of an account that are on record already, and which of them a new line tells again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import QuerySet

from invoices.domain.bank import LineState
from invoices.domain.bank_identity import Likeness, Telling, identifying, likeness
from invoices.models import BankLine, BankStatement
from invoices.services.bank.lines import ENTRY_PREFIX

_STATEMENT = "statement"
_UNDECIDED = (LineState.OPEN, LineState.PROPOSED)


def telling_of(line: BankLine) -> Telling:
    """A line as the rules compare it."""
    return Telling(
        amount=line.amount,
        currency=line.currency,
        day=line.day,
        references=identifying((one["kind"], one["value"]) for one in line.references),
        account=line.payer_account,
        name=line.payer_name,
        text=line.remittance,
    )


def _batch_references(line: BankLine) -> frozenset[tuple[str, str]]:
    """The references of the entry that the line is part of."""
    inner = (one for one in line.references if one["kind"].startswith(ENTRY_PREFIX))
    return identifying((one["kind"].removeprefix(ENTRY_PREFIX), one["value"]) for one in inner)


class KnownPayments:
    """The booked payments of the statement's account around its days, by other statements; each is told once more."""

    def __init__(self, statement: BankStatement, lines: Sequence[BankLine]) -> None:
        self._statement = statement
        self._alike: defaultdict[tuple[object, ...], list[BankLine]] = defaultdict(list)
        batches: defaultdict[tuple[int, int], list[BankLine]] = defaultdict(list)
        for line in _around(statement, lines):
            self._alike[line.amount, line.currency, line.day].append(line)
            if _batch_references(line):
                batches[line.statement_id, line.entry].append(line)
        self._batches = {one: parts for parts in batches.values() for one in _batch_references(parts[0])}
        self._new_batches: defaultdict[int, list[BankLine]] = defaultdict(list)
        for line in lines:
            self._new_batches[line.entry].append(line)
        # Undecided batches on record, each with the first of the payments that take its place.
        self.replaced: dict[int, tuple[BankLine, BankLine]] = {}

    def find(self, line: BankLine) -> tuple[Likeness, BankLine | None]:
        """The payment on record that the line tells again, or may tell again; each stands for one line only."""
        if (batch := self._whole_batch(line)) is not None:
            return Likeness.SAME, batch
        if (batch := self._batch_line(line)) is not None:
            return (Likeness.OTHER, None) if batch.state in _UNDECIDED else (Likeness.SAME, batch)
        return self._alike_one(line)

    def _alike_one(self, line: BankLine) -> tuple[Likeness, BankLine | None]:
        told, doubt = telling_of(line), None
        same_place = self._alike[line.amount, line.currency, line.day]
        for known in same_place:
            found = likeness(telling_of(known), told)
            if found is Likeness.SAME and not self._is_of_another_period(known):
                same_place.remove(known)
                return found, known
            doubt = doubt or (known if found is not Likeness.OTHER else None)
        return (Likeness.UNCLEAR, doubt) if doubt is not None else (Likeness.OTHER, None)

    def _is_of_another_period(self, known: BankLine) -> bool:
        """Two statements with balances tell of different payments, unless they are the same stretch of the account."""
        one, other = known.statement, self._statement
        if _STATEMENT not in (one.kind, other.kind) or one.kind != other.kind:
            return False
        return (one.opening_amount, one.closing_amount, one.closing_date) != (
            other.opening_amount,
            other.closing_amount,
            other.closing_date,
        )

    def _whole_batch(self, line: BankLine) -> BankLine | None:
        """The first payment of a batch on record, where the line is that batch as a whole."""
        for reference in telling_of(line).references & self._batches.keys():
            parts = self._batches[reference]
            if sum(one.amount for one in parts) == line.amount:
                return parts[0]
        return None

    def _batch_line(self, line: BankLine) -> BankLine | None:
        """The line on record that is a whole batch, where the new line is one of its payments."""
        own = _batch_references(line)
        if not own:
            return None
        total = sum(one.amount for one in self._new_batches[line.entry])
        alike = self._alike[total, line.currency, line.day]
        found = next((known for known in alike if telling_of(known).references & own), None)
        if found is not None and found.pk not in self.replaced:
            self._lock(found)
            if found.state in _UNDECIDED:
                self.replaced[found.pk] = (found, line)
        return found

    def _lock(self, batch: BankLine) -> None:
        """Nobody decides on the batch any more, and what was decided just now counts: its money comes in once."""
        now = BankLine.objects.select_for_update().only("state", "version").get(pk=batch.pk)
        batch.state, batch.version = now.state, now.version


def _around(statement: BankStatement, lines: Sequence[BankLine]) -> QuerySet[BankLine]:
    days = [line.day for line in lines]
    rows = BankLine.objects.filter(account=statement.account, same_as__isnull=True, status="booked")
    if not days:
        return rows.none()
    rows = rows.filter(day__range=(min(days), max(days))).exclude(statement=statement.pk)
    return rows.select_related("statement").order_by("id")
