"""What the rules make of lines: a proposal with a confidence, its reasons and its alternatives, kept with each line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils import timezone

from core.domain.rates import Rate
from core.house import base_currency
from core.money import round_money
from core.queries.rates import rate_table
from invoices.domain.bank import LineState, LineWarning
from invoices.domain.matching import propose, weakened
from invoices.domain.matching_foreign import Foreign, ForeignItem
from invoices.domain.matching_records import Candidate, OpenItem, Payment, Reason, ReasonCode, Tolerance
from invoices.domain.matching_settings import MatchingNumbers
from invoices.domain.matching_text import creditor_references, tokens
from invoices.models import BankLine
from invoices.queries.bank_evidence import Evidence, Told, find_duplicates, gather
from invoices.services.bank.returns import propose_returns
from invoices.services.bank.storing import store

# What the bank itself numbers a payment by says nothing of invoices.
_SPOKEN = frozenset({"EndToEndId", "customer", "CreditorReference", "CdtrRef", "Document"})
_CREDITOR_REFERENCE = re.compile(r"\bRF[0-9]{2}[ 0-9A-Za-z]{1,26}")
# Each attempt finds these anew, or finds that they are gone.
_FOUND_ANEW = frozenset({LineWarning.POSSIBLE_DUPLICATE, LineWarning.LEDGER_REFUSED})
ZERO = Decimal(0)

Proposals = dict[int, list[Candidate]]


def propose_lines(lines: Sequence[BankLine], numbers: MatchingNumbers) -> Proposals:
    """Propose what these lines are, in the caller's transaction, and store it; the candidates of credits by line.

    A line with a proposal is ``proposed``, one without stays ``open``; what was undone stays ``undone``. Cost: a fixed
    number of statements, and what the rules take for each line.
    """
    received = [line for line in lines if line.amount > 0]
    found = _candidates(received, numbers)
    propose_returns([line for line in lines if line.amount < 0])
    for line in received:
        _keep(line, found[line.pk])
    _store(lines)
    return found


def _candidates(lines: Sequence[BankLine], numbers: MatchingNumbers) -> Proposals:
    payments = [payment_of(line) for line in lines]
    evidence = gather(payments, [line.payer_account for line in lines])
    rates = _rates(payments)
    tolerances = _tolerances(payments, numbers, rates)
    found = {
        line.pk: _read(line, payment, known, tolerances[payment.currency], rates)
        for line, payment, known in zip(lines, payments, evidence, strict=True)
    }
    _weaken_duplicates(lines, found, numbers)
    return found


def payment_of(line: BankLine) -> Payment:
    """What the rules need of a line."""
    spoken = [one["value"] for one in line.references if one["kind"] in _SPOKEN]
    text = "\n".join([line.remittance, *spoken])
    charges = [Decimal(one["amount"]) for one in line.charges if one["currency"] == line.currency]
    return Payment(
        amount=line.amount,
        currency=line.currency,
        day=line.day,
        payer_name=line.payer_name,
        payer_ultimate=line.payer_ultimate,
        tokens=frozenset(tokens(text)),
        references=frozenset(creditor_references([*spoken, *_CREDITOR_REFERENCE.findall(text)])),
        charges=sum(charges, ZERO),
    )


def _read(
    line: BankLine, payment: Payment, known: Evidence, tolerance: Tolerance, rates: Mapping[str, Rate]
) -> list[Candidate]:
    found = propose(
        payment=payment,
        payers=known.payers,
        items=known.items,
        tolerance=tolerance,
        refuted=[(one["buyer"], frozenset(one["invoices"])) for one in line.refuted],
        foreign=_foreign(payment, known, rates),
    )
    if found and line.refuted:
        found[0] = weakened(found[0], Reason(ReasonCode.UNDONE_BEFORE))
    if found and _has_warning(line, LineWarning.POSSIBLE_REPEAT):
        found[0] = weakened(found[0], Reason(ReasonCode.POSSIBLE_REPEAT))
    return found


def _foreign(payment: Payment, known: Evidence, rates: Mapping[str, Rate]) -> Foreign:
    items = (
        ForeignItem(item, currency, _worth(item, currency, payment.currency, rates))
        for item, currency in known.foreign_items
    )
    return Foreign(known.foreign_payers, tuple(items))


def _worth(item: OpenItem, currency: str, wanted: str, rates: Mapping[str, Rate]) -> Decimal | None:
    """What is open of an invoice in another currency, by the closing rates of both."""
    if currency not in rates or wanted not in rates:
        return None
    return round_money(item.amount * rates[currency].rate / rates[wanted].rate, wanted)


def _has_warning(line: BankLine, code: LineWarning) -> bool:
    return any(one["code"] == code for one in line.warnings)


def _rates(payments: Sequence[Payment]) -> Mapping[str, Rate]:
    """Into base currency, as of the last of the payments."""
    if not payments:
        return {}
    return rate_table(base=base_currency(), as_of=max(payment.day for payment in payments)).rates


def _tolerances(
    payments: Sequence[Payment], numbers: MatchingNumbers, rates: Mapping[str, Rate]
) -> dict[str, Tolerance]:
    """The largest bank charge is set in base currency; where there is no rate, none is taken for one."""
    most = numbers.number("charge_most")
    return {
        currency: Tolerance(
            charge_most=most / rates[currency].rate if currency in rates else ZERO,
            charge_percent=numbers.number("charge_percent"),
            discount_percent=numbers.number("discount_percent"),
            discount_days=int(numbers.number("discount_days")),
        )
        for currency in {payment.currency for payment in payments}
    }


def _weaken_duplicates(lines: Sequence[BankLine], found: Proposals, numbers: MatchingNumbers) -> None:
    """A receipt that another source told of the same buyer, amount and time may be this very money."""
    asked = []
    for place, line in enumerate(lines):
        for candidate in found[line.pk][:1]:
            buyers = {candidate.buyer_id, *(part.buyer_id for part in candidate.parts)}
            asked += [(place, buyer, line.currency, line.amount, line.day) for buyer in sorted(buyers)]
    told = find_duplicates(asked, near_days=int(numbers.number("duplicate_days")))
    for place, line in enumerate(lines):
        line.warnings = [one for one in line.warnings if one["code"] not in _FOUND_ANEW]
        if place in told:
            params = _told_params(told[place])
            found[line.pk][0] = weakened(found[line.pk][0], Reason(ReasonCode.POSSIBLE_DUPLICATE, params))
            line.warnings.append({"code": LineWarning.POSSIBLE_DUPLICATE.value, "params": params})


def _told_params(told: Told) -> dict[str, str]:
    return {
        "receipt": str(told.receipt_id),
        "source": told.source,
        "number": told.external_id,
        "day": told.received_on.isoformat(),
    }


def _keep(line: BankLine, found: Sequence[Candidate]) -> None:
    best = found[0] if found else None
    line.proposal = None if best is None else {**best.as_json(), "alternatives": [one.as_json() for one in found[1:]]}
    line.confidence = None if best is None else best.confidence


_COLUMNS = {
    "state": "text",
    "confidence": "numeric",
    "proposal": "jsonb",
    "warnings": "jsonb",
    "version": "int",
    "matched_at": "timestamptz",
}


def _store(lines: Sequence[BankLine]) -> None:
    now = timezone.now()
    for line in lines:
        line.matched_at = now
        if line.state != LineState.UNDONE:
            line.state = LineState.OPEN if line.proposal is None else LineState.PROPOSED
    store(lines, _COLUMNS)
