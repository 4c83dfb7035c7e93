"""What an e-invoice does to the ledger: issue, correct or credit, for how much, due when; or why a person must look.

Amounts are in the invoice's currency. ``amount`` is what the document adds to the receivable before anything was
paid: payable + prepaid (BT-115 + BT-113), below 0 where it credits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.money import minor_digits

# UNTDID 1001: tax notification, data sheet, proforma, claim notification, consular and customs invoice inform; the
# reversal of a debit takes back what is not named.
INFORMATION = frozenset({"102", "130", "325", "457", "817", "870", "935"})
CORRECTIONS = frozenset({"384", "471"})
EARLIEST, LATEST = date(1950, 1, 1), date(2100, 12, 31)
_LONGEST_WORDS, _LONGEST_NUMBER = 200, 95
# Instalments: five years of months.
MOST_PARTS = 60
ZERO = Decimal(0)


class Action(StrEnum):
    """What is posted."""

    ISSUE = "issue"
    CORRECT = "correct"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An amount with its due date."""

    amount: Decimal
    due_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the document says. ``due_words`` are the payment terms; ``due_date`` None: none, or an unclear one."""

    type_code: str
    number: str
    currency: str
    issued_on: date
    amount: Decimal
    prepaid: Decimal
    due_date: date | None
    due_words: str = ""
    instalments: tuple[Part, ...] = ()
    originals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be posted: ``parts`` add up to ``amount``, which is positive; ``prepaid`` of it was paid before."""

    action: Action
    amount: Decimal
    prepaid: Decimal = ZERO
    parts: tuple[Part, ...] = ()
    originals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Why nothing is posted; ``is_final``: nothing that a person says would change it."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    is_final: bool = False


def plan_posting(claim: Claim, *, given_due_date: date | None = None) -> Plan | Held:
    """What the document does to the ledger; ``given_due_date`` is what a person said and wins.

    Credit: an amount below 0, whatever the type. Correction: 384 and 471 with a positive amount state the invoice as
    it should have been. Everything else issues. Example: 1801.78 with 1000.00 prepaid, due 2013-07-20, issues
    1801.78 of which 1000.00 was paid.
    """
    held = _refused(claim)
    if held is not None:
        return held
    if claim.amount < 0:
        return _credit(claim)
    if claim.type_code in CORRECTIONS and len(claim.originals) != 1:
        return Held(code="original_not_named")
    if claim.prepaid < 0:
        return Held(code="prepaid_negative", params={"value": f"{-claim.prepaid:f}", "currency": claim.currency})
    parts = parts_of(claim, given_due_date=given_due_date)
    if isinstance(parts, Held):
        return parts
    action = Action.CORRECT if claim.type_code in CORRECTIONS else Action.ISSUE
    return Plan(action=action, amount=claim.amount, prepaid=claim.prepaid, parts=parts, originals=claim.originals)


def _refused(claim: Claim) -> Held | None:
    """What no decision of a person changes."""
    digits = minor_digits(claim.currency)
    for amount in (claim.amount, claim.prepaid):
        if amount != round(amount, digits):
            return Held(code="amount_precision", params={"value": f"{amount:f}", "expected": digits}, is_final=True)
    if claim.type_code in INFORMATION:
        return Held(code="kind_not_posted", params={"value": claim.type_code}, is_final=True)
    if claim.amount == 0:
        return Held(code="amount_zero", is_final=True)
    if len(claim.number) > _LONGEST_NUMBER:
        return Held(code="value_too_long", params={"field": "number", "limit": _LONGEST_NUMBER}, is_final=True)
    if not EARLIEST <= claim.issued_on <= LATEST:
        return _outside("issue_date", claim.issued_on)
    return None


def _outside(name: str, day: date) -> Held:
    params = {"field": name, "value": day.isoformat(), "expected": f"{EARLIEST} – {LATEST}"}
    return Held(code="date_out_of_range", params=params, is_final=True)


def _credit(claim: Claim) -> Plan | Held:
    if claim.prepaid:
        params = {"value": f"{abs(claim.prepaid):f}", "currency": claim.currency}
        return Held(code="prepaid_on_credit", params=params)
    return Plan(action=Action.CREDIT, amount=-claim.amount, originals=claim.originals)


def parts_of(claim: Claim, *, given_due_date: date | None = None) -> tuple[Part, ...] | Held:
    """The amount by due date: what was prepaid belongs to the part that is due first.

    One part unless there are instalments, which must add up to what is payable. Where nothing is left to pay no due
    date is asked for. Example: 300.00 of which 100.00 prepaid, instalments 150.00 on 1 May and 50.00 on 1 June:
    parts of 250.00 and 50.00.
    """
    payable = claim.amount - claim.prepaid
    if given_due_date is not None:
        return _whole(claim, given_due_date)
    if payable <= 0:
        return _whole(claim, max(claim.due_date or claim.issued_on, claim.issued_on))
    if len(claim.instalments) > 1:
        return _instalments(claim, payable)
    if claim.due_date is None:
        return _undated(claim, payable)
    return _whole(claim, claim.due_date)


def _whole(claim: Claim, due_date: date) -> tuple[Part, ...] | Held:
    return _too_early(claim, due_date) or (Part(amount=claim.amount, due_date=due_date),)


def _instalments(claim: Claim, payable: Decimal) -> tuple[Part, ...] | Held:
    total = sum((part.amount for part in claim.instalments), ZERO)
    if total != payable or any(part.amount <= 0 for part in claim.instalments):
        return Held(code="instalments_differ", params={"value": f"{total:f}", "expected": f"{payable:f}"})
    by_day: dict[date, Decimal] = {}
    for part in sorted(claim.instalments, key=lambda part: part.due_date):
        by_day[part.due_date] = by_day.get(part.due_date, ZERO) + part.amount
    if len(by_day) > MOST_PARTS:
        return Held(code="instalments_many", params={"value": len(by_day), "limit": MOST_PARTS})
    first = next(iter(by_day))
    by_day[first] += claim.prepaid
    if len(by_day) > 1 and claim.type_code in CORRECTIONS:
        return Held(code="original_in_parts", params={"value": claim.originals[0]})
    return _too_early(claim, first) or tuple(Part(amount=amount, due_date=day) for day, amount in by_day.items())


def _undated(claim: Claim, payable: Decimal) -> Held:
    if claim.due_words.strip():
        return Held(code="due_unclear", params={"value": claim.due_words.strip()[:_LONGEST_WORDS]})
    return Held(code="due_missing", params={"payable": f"{payable:f}", "currency": claim.currency})


def _too_early(claim: Claim, due_date: date) -> Held | None:
    if due_date < claim.issued_on:
        return Held(code="due_before_issue", params={"value": str(due_date), "issued": str(claim.issued_on)})
    return None if due_date <= LATEST else _outside("due_date", due_date)


def part_ids(external_id: str, parts: int) -> list[str]:
    """The source's numbers of the invoices that a document becomes: the document's own for what is due first.

    Example: ``F-1`` in three parts gives ``F-1``, ``F-1#2`` and ``F-1#3``.
    """
    return [external_id if place == 1 else f"{external_id}#{place}" for place in range(1, parts + 1)]
