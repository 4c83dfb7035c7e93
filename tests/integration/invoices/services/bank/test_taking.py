"""Statements are taken once, payments post once whoever tells of them, and totals are the file's."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from core.models import Job
from invoices.domain.bank import LineState
from invoices.intake.documents import read_file
from invoices.intake.reasons import FileRefused
from invoices.intake.statements.outcome import Outcome
from invoices.intake.statements.records import (
    Account,
    Balance,
    Counterparty,
    Detail,
    Entry,
    Kind,
    Reference,
    Statement,
    Status,
)
from invoices.models import BankLine, BankStatement
from invoices.services.bank.matching import match_lines
from invoices.services.bank.taking import MATCH_TASK, TakenStatements, take_statements
from invoices.services.bank.tellings import KnownPayments
from tests.public_files import public_files

pytestmark = pytest.mark.django_db

DAY = date(2026, 4, 10)


def credit(amount: str, reference: str = "", **fields: object) -> Entry:
    references = (Reference(kind="AcctSvcrRef", value=reference),) if reference else ()
    given: dict[str, object] = {
        "amount": Decimal(amount),
        "currency": "EUR",
        "status": Status.BOOKED,
        "booking_date": DAY,
        "value_date": DAY,
        "is_reversal": False,
        "code": "PMNT/RCDT/ESCT",
        "references": references,
        "remittance": "",
        "counterparty": Counterparty(),
    }
    return Entry(**(given | fields))


def statement(*entries: Entry, kind: Kind = Kind.STATEMENT, number: str = "7", opening: str = "0") -> Statement:
    total = Decimal(opening) + sum(entry.amount for entry in entries if entry.status is Status.BOOKED)
    is_final = kind is Kind.STATEMENT
    return Statement(
        format="camt",
        kind=kind,
        account=Account(number="DE89370400440532013000", currency="EUR"),
        identification=f"{kind}-{number}",
        number=number,
        sequence="",
        currency="EUR",
        opening=Balance(amount=Decimal(opening), currency="EUR", day=DAY) if is_final else None,
        closing=Balance(amount=total, currency="EUR", day=DAY) if is_final else None,
        entries=entries,
    )


def take(*statements: Statement) -> TakenStatements:
    return take_statements(Outcome(statements=statements, refused=()), document=None, actor=None)


def states() -> Counter[str]:
    return Counter(BankLine.objects.values_list("state", flat=True))


def test_the_same_statement_again_is_nothing_new() -> None:
    first = take(statement(credit("100", "R1"), credit("-20")))
    again = take(statement(credit("100", "R1"), credit("-20")))
    assert (first.new_lines, again.new_lines) == (2, 0)
    assert (first.credits, first.debits) == ({"EUR": Decimal(100)}, {"EUR": Decimal(-20)})
    assert BankStatement.objects.count() == 1
    assert states() == {LineState.OPEN: 1, LineState.NOT_A_RECEIPT: 1}
    assert Job.objects.filter(task=MATCH_TASK).count() == 1


@pytest.mark.parametrize("early", [Kind.REPORT, Kind.NOTIFICATION])
def test_a_credit_told_during_the_day_is_not_told_again_by_the_statement(early: Kind) -> None:
    take(statement(credit("100", "R1"), credit("100", "R1"), kind=early))
    take(statement(credit("100", "R1"), credit("100", "R1"), credit("100", "R1")))
    assert states() == {LineState.OPEN: 3, LineState.TOLD_BEFORE: 2}
    assert sorted(BankLine.objects.filter(same_as=None).values_list("occurrence", flat=True)) == [1, 2, 3]


def test_credits_without_references_are_told_apart_by_their_words() -> None:
    take(statement(credit("100", remittance="INV 1"), credit("100", remittance="INV 2"), kind=Kind.REPORT))
    take(statement(credit("100", remittance="INV-2"), credit("100", remittance="INV 3")))
    assert states() == {LineState.OPEN: 3, LineState.TOLD_BEFORE: 1}
    assert not BankLine.objects.exclude(warnings=[]).exists()


def test_a_credit_that_says_nothing_may_be_a_repeat_and_is_left_to_a_person() -> None:
    take(statement(credit("100"), kind=Kind.NOTIFICATION))
    take(statement(credit("100", remittance="INV 1")))
    (warning,) = BankLine.objects.get(statement__kind="statement").warnings
    assert warning["code"] == "possible_repeat"


def test_two_statements_of_different_days_never_tell_the_same_credit() -> None:
    take(statement(credit("100", "R1"), number="7"))
    take(statement(credit("100", "R1"), number="8", opening="100"))
    assert states() == {LineState.OPEN: 2}
    assert BankLine.objects.exclude(warnings=[]).count() == 1


def test_the_payments_of_a_batch_are_lines_of_their_own() -> None:
    parts = tuple(
        Detail(amount=Decimal(amount), currency="EUR", counterparty=Counterparty(name=name))
        for amount, name in (("60", "A"), ("40", "B"))
    )
    take(statement(credit("100", "B1", details=parts, batch_count=2)))
    assert list(BankLine.objects.order_by("position").values_list("amount", "payer_name")) == [(60, "A"), (40, "B")]
    odd = replace(parts[0], amount=Decimal("59.50"))
    take(statement(credit("100", "B2", details=(odd, parts[1]), batch_count=2), number="8", opening="100"))
    assert BankLine.objects.get(statement__number="8").amount == 100
    assert BankStatement.objects.get(number="8").warnings[0]["code"] == "payments_not_listed"


def test_a_batch_gives_way_to_its_payments_when_they_are_listed() -> None:
    parts = tuple(Detail(amount=Decimal(a), currency="EUR", counterparty=Counterparty(name=a)) for a in ("60", "40"))
    take(statement(credit("100", "B1")))
    take(statement(credit("100", "B1", details=parts, batch_count=2), kind=Kind.NOTIFICATION))
    assert states() == {LineState.OPEN: 2, LineState.TOLD_BEFORE: 1}
    assert BankLine.objects.get(state=LineState.TOLD_BEFORE).amount == 100


def test_a_batch_decided_while_its_payments_are_read_stands_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = tuple(Detail(amount=Decimal(a), currency="EUR", counterparty=Counterparty(name=a)) for a in ("60", "40"))
    take(statement(credit("100", "B1")))
    read = KnownPayments.__init__

    def decided_just_then(self: KnownPayments, *given: Any) -> None:
        read(self, *given)
        BankLine.objects.update(state=LineState.IGNORED, version=2)

    monkeypatch.setattr(KnownPayments, "__init__", decided_just_then)
    take(statement(credit("100", "B1", details=parts, batch_count=2), kind=Kind.NOTIFICATION))
    assert states() == {LineState.IGNORED: 1, LineState.TOLD_BEFORE: 2}


def test_a_batch_told_after_its_payments_is_told_before() -> None:
    parts = tuple(Detail(amount=Decimal(a), currency="EUR", counterparty=Counterparty(name=a)) for a in ("60", "40"))
    take(statement(credit("100", "B1", details=parts, batch_count=2), kind=Kind.NOTIFICATION))
    take(statement(credit("100", "B1")))
    assert states() == {LineState.OPEN: 2, LineState.TOLD_BEFORE: 1}


def test_pending_and_debits_are_no_receipts_and_a_booked_one_comes_later() -> None:
    take(statement(credit("100", "R1", status=Status.PENDING), kind=Kind.REPORT))
    take(statement(credit("100", "R1"), credit("-5", "F"), credit("-100", "R9", is_reversal=True)))
    found = dict(BankLine.objects.values_list("amount", "why_not").filter(statement__kind="statement"))
    assert found == {Decimal(100): "", Decimal(-5): "debit", Decimal(-100): ""}
    assert BankLine.objects.get(status="pending").why_not == "pending"


def test_gaps_against_the_statement_before_are_told() -> None:
    take(statement(credit("100", "R1"), number="7"))
    take(statement(credit("50", "R2"), number="9", opening="90"))
    warnings = {one["code"]: one["params"] for one in BankStatement.objects.get(number="9").warnings}
    assert warnings["number_gap"]["expected"] == "8"
    assert (Decimal(warnings["balance_gap"]["closing"]), warnings["balance_gap"]["opening"]) == (100, "90")


def test_an_amount_that_no_ledger_holds_refuses_its_statement_only() -> None:
    taken = take(statement(credit("0.123456"), number="1"), statement(credit("5"), number="2"))
    assert [one.refusal.code for one in taken.refused] == ["amount_too_large"]
    assert len(taken.statements) == 1


@pytest.mark.usefixtures("shared_data")
@pytest.mark.parametrize("path", public_files("bank_statements"), ids=lambda path: path.name)
def test_every_public_file_is_taken_with_its_totals_or_refused_with_a_reason(path: Path) -> None:
    try:
        outcome = read_file(path).statements
    except FileRefused:
        return  # with the reason that tests of the reader look at
    assert outcome is not None
    taken = take_statements(outcome, document=None, actor=None)
    assert len(taken.statements) + len(taken.refused) == len(outcome.statements) + len(outcome.refused)
    assert all(one.refusal.message for one in taken.refused)
    sums = {"booked": Decimal(0), "file": Decimal(0)}
    for row in BankStatement.objects.filter(pk__in={one.statement_id for one in taken.statements}):
        sums["file"] += row.credits + row.debits
        sums["booked"] += row.lines.filter(status="booked").aggregate(total=Sum("amount"))["total"] or Decimal(0)
    assert sums["booked"] == sums["file"]
    before = states()
    again = take_statements(outcome, document=None, actor=None)
    assert (again.new_lines, states()) == (0, before)
    matched = match_lines()
    assert matched.posted == 0
    assert matched.lines == before[LineState.OPEN]
