"""A payment that names invoices of another currency: what they are worth that day; a person always confirms it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from core.money import round_money
from invoices.domain.matching_claims import Claim, how_named, number_reasons, whole
from invoices.domain.matching_records import OpenItem, Part, Payer, Payment, Reason, ReasonCode

# Between the closing rate and the rate of whoever changed the money lie a margin and some days.
MOST_OFF_PERCENT = Decimal(5)
_SAYS_ENOUGH = (ReasonCode.CREDITOR_REFERENCE, ReasonCode.NUMBER_NAMED)
ZERO = Decimal(0)


class ForeignItem(NamedTuple):
    """An open invoice in another currency; ``worth``: what is open in the payment's currency, None without a rate."""

    item: OpenItem
    currency: str
    worth: Decimal | None


class Foreign(NamedTuple):
    """Invoices of other currencies that a payment names, and their buyers."""

    payers: tuple[Payer, ...] = ()
    items: tuple[ForeignItem, ...] = ()


NO_FOREIGN = Foreign()


def foreign_claims(*, payment: Payment, items: Sequence[ForeignItem]) -> list[Claim]:
    """The reading of a payment by the invoices of another currency that it names in full; none, or one.

    Within 5 % of what is open at the day's rate they are paid to the end, each by its share of the payment; else the
    money is the buyer's and stays on account. Example: EUR 925 that names an invoice of USD 1,000 worth EUR 920: paid,
    0.54 % off. Invoices of several currencies are left to a person.
    """
    ways = {one.item.invoice_id: how for one in items if (how := how_named(one.item, payment)) in _SAYS_ENOUGH}
    named = [one for one in items if one.item.invoice_id in ways]
    currencies = {one.currency for one in named}
    if len(currencies) != 1:
        return []
    chosen = [one.item for one in named]
    reasons = (*number_reasons(chosen, ways), Reason(ReasonCode.OTHER_CURRENCY, {"invoiced": currencies.pop()}))
    worth = _worth(named)
    parts = _shares(payment, chosen)
    if worth and parts and (off := abs(payment.amount - worth) * 100 / worth) <= MOST_OFF_PERCENT:
        params = {"amount": f"{worth:f}", "currency": payment.currency, "percent": f"{off:.1f}"}
        return [Claim(parts, (*reasons, Reason(ReasonCode.AMOUNT_CONVERTED, params)))]
    return [Claim((), (*reasons, Reason(ReasonCode.ON_ACCOUNT)))]


def _worth(named: Sequence[ForeignItem]) -> Decimal | None:
    known = [one.worth for one in named if one.worth is not None]
    return sum(known, ZERO) if len(known) == len(named) else None


def _shares(payment: Payment, chosen: Sequence[OpenItem]) -> tuple[Part, ...]:
    """Every item to its end, by its share of the payment; the last one bears the rounding. Nothing if one gets none."""
    total, left, parts = sum((item.amount for item in chosen), ZERO), payment.amount, []
    for place, part in enumerate(whole(chosen), start=1):
        share = round_money(payment.amount * part.amount / total, payment.currency)
        used = left if place == len(chosen) else share
        parts.append(replace(part, source_amount=used))
        left -= used
    return tuple(parts) if all(part.source_amount and part.source_amount > 0 for part in parts) else ()
