"""What a payment of one buyer or group can be for: its numbers and amounts against their open items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz.distance import DamerauLevenshtein

from core.money import minor_digits, round_money
from invoices.domain.kinds import EntryKind
from invoices.domain.matching_amounts import Sums, subset_sums
from invoices.domain.matching_records import OpenItem, Part, Payment, Reason, ReasonCode, Tolerance

ZERO = Decimal(0)
# Plain numbers shorter than this, or with fewer digits, are found in any text.
_LONG, _DIGITS = 6, 4
_TYPO_LENGTH, _TWO_TYPOS_LENGTH = 5, 10
# More than this many sets for each possible amount: one that fits may do so by chance.
_BY_CHANCE = 0.001
# What is missing is a part that comes later, or something taken off: below a tenth nobody can tell.
_LITTLE = 10


@dataclass(frozen=True, slots=True)
class Claim:
    """A set of parts with the reasons for it; the rest of the payment stays unapplied."""

    parts: tuple[Part, ...]
    reasons: tuple[Reason, ...]


def find_claims(*, payment: Payment, items: Sequence[OpenItem], tolerance: Tolerance, knows_payer: bool) -> list[Claim]:
    """Every reading of a payment by the items of one buyer or group; ``knows_payer``: name or account say so too.

    Numbers in the text come first; amounts alone count only where the payer is known. Numbers with typos count only
    where the amount fits: numbers next to each other differ by one digit. Example: 100 paid with "INV-0017" in its
    text against open items INV-0017 of 100 and INV-0018 of 100 gives INV-0017 by number and amount.
    """
    named = {item.invoice_id: how for item in items if (how := how_named(item, payment))}
    claims = list(_by_number(payment, items, named, tolerance)) if named else []
    if not any(_fits(claim) for claim in claims):
        claims += _by_near_number(payment, items, named, tolerance)
    if knows_payer:
        claims += _by_amount(payment, items, tolerance)
    return claims


def how_named(item: OpenItem, payment: Payment) -> ReasonCode | None:
    """How the payment's words name the item; None if they do not."""
    if item.plain in payment.references:
        return ReasonCode.CREDITOR_REFERENCE
    if item.plain not in payment.tokens:
        return None
    is_long = len(item.plain) >= _LONG and sum(letter.isdigit() for letter in item.plain) >= _DIGITS
    return ReasonCode.NUMBER_NAMED if is_long else ReasonCode.NUMBER_SHORT


def _fits(claim: Claim) -> bool:
    fitting = (ReasonCode.AMOUNT_EXACT, ReasonCode.AMOUNT_SUM)
    return any(reason.code in fitting for reason in claim.reasons)


def _by_number(
    payment: Payment, items: Sequence[OpenItem], named: dict[int, ReasonCode], tolerance: Tolerance
) -> Iterator[Claim]:
    chosen = [item for item in items if item.invoice_id in named]
    others = [item for item in items if item.invoice_id not in named]
    why = number_reasons(chosen, named)
    total = _total(chosen)
    if total < payment.amount:
        yield _with_rest(payment, chosen, others, why)
    elif claim := _in_full(payment, chosen, why, tolerance):
        yield claim
    else:
        yield from _less_than_named(payment, chosen, named)


def number_reasons(chosen: Sequence[OpenItem], named: dict[int, ReasonCode]) -> tuple[Reason, ...]:
    """One reason for each way of naming, the weakest way counts for all: first in the list are the numbers."""
    weakest = max((named[item.invoice_id] for item in chosen), key=list(ReasonCode).index)
    numbers = ", ".join(item.number for item in chosen[:5])
    return (Reason(weakest, {"numbers": numbers}),)


def _in_full(
    payment: Payment, chosen: Sequence[OpenItem], why: tuple[Reason, ...], tolerance: Tolerance
) -> Claim | None:
    """The chosen items paid to the end: exactly, or less what banks keep or a cash discount."""
    gap = _total(chosen) - payment.amount
    if gap == 0:
        code = ReasonCode.AMOUNT_EXACT if len(chosen) == 1 else ReasonCode.AMOUNT_SUM
        return Claim(whole(chosen), (*why, Reason(code, {"count": str(len(chosen))})))
    if gap < 0:
        return None
    if found := _shortage(payment, chosen, gap, tolerance):
        kind, reason = found
        return Claim(_less(chosen, gap, kind), (*why, reason))
    return None


def _shortage(
    payment: Payment, chosen: Sequence[OpenItem], gap: Decimal, tolerance: Tolerance
) -> tuple[EntryKind, Reason] | None:
    total = _total(chosen)
    params = {"amount": str(gap), "currency": payment.currency}
    if gap == payment.charges:
        return EntryKind.BANK_CHARGE, Reason(ReasonCode.BANK_CHARGE_TOLD, params)
    if (percent := discount_of(payment=payment, items=chosen, gap=gap, tolerance=tolerance)) is not None:
        return EntryKind.DISCOUNT, Reason(ReasonCode.DISCOUNT, {**params, "percent": str(percent)})
    if gap <= tolerance.charge_most and gap * 100 <= total * tolerance.charge_percent:
        return EntryKind.BANK_CHARGE, Reason(ReasonCode.BANK_CHARGE, params)
    return None


def discount_of(*, payment: Payment, items: Sequence[OpenItem], gap: Decimal, tolerance: Tolerance) -> Decimal | None:
    """The cash discount in percent that explains what is missing; None where none does.

    Formula: p in steps of 0.5 up to the largest, gap = round(p % of Σ open), and every invoice paid within the days of
    discount. Example: 1,000 open, 980 paid after 10 days: 2.
    """
    if any((payment.day - item.invoice_date).days > tolerance.discount_days for item in items):
        return None
    total, percent = _total(items), Decimal("1")
    while percent <= tolerance.discount_percent:
        if gap == round_money(total * percent / 100, payment.currency):
            return percent
        percent += Decimal("0.5")
    return None


def _less_than_named(payment: Payment, chosen: Sequence[OpenItem], named: dict[int, ReasonCode]) -> Iterator[Claim]:
    """Some of the named items exactly, else part of them, those due first first."""
    for subset in _exact_subsets(payment, chosen).found:
        some = [chosen[place] for place in subset]
        reasons = number_reasons(some, named)
        yield Claim(whole(some), (*reasons, Reason(ReasonCode.AMOUNT_SUM, {"count": str(len(some))})))
    parts, left = [], payment.amount
    for item in sorted(chosen, key=lambda one: (one.due_date, one.invoice_id)):
        if left > 0:
            part = min(left, item.amount)
            parts.append(_part(item, part))
            left -= part
    rest = _total(chosen) - payment.amount
    is_little = rest * _LITTLE < _total(chosen)
    code = ReasonCode.SHORT_UNEXPLAINED if is_little or len(chosen) > 1 else ReasonCode.PART_PAYMENT
    partly = Reason(code, {"amount": str(rest), "currency": payment.currency})
    yield Claim(tuple(parts), (*number_reasons(chosen, named), partly))


def _with_rest(
    payment: Payment, chosen: Sequence[OpenItem], others: Sequence[OpenItem], why: tuple[Reason, ...]
) -> Claim:
    """More came than the named items have open: other items that are the rest to the cent, else it stays unapplied."""
    rest = payment.amount - _total(chosen)
    same = [item for item in others if item.amount == rest]
    if len(same) == 1:
        count = {"count": str(len(chosen) + 1)}
        return Claim(whole([*chosen, *same]), (*why, Reason(ReasonCode.AMOUNT_SUM, count)))
    over = Reason(ReasonCode.OVERPAID, {"amount": str(rest), "currency": payment.currency})
    return Claim(whole(chosen), (*why, over))


def _by_near_number(
    payment: Payment, items: Sequence[OpenItem], named: dict[int, ReasonCode], tolerance: Tolerance
) -> Iterator[Claim]:
    near = {
        item.invoice_id: how for item in items if item.invoice_id not in named and (how := _how_near(item, payment))
    }
    chosen = [item for item in items if item.invoice_id in named]
    close = [item for item in items if item.invoice_id in near]
    ways = {**named, **near}
    sets = [[*chosen, item] for item in close] + ([[*chosen, *close]] if len(close) > 1 else [])
    for some in sets:
        if claim := _in_full(payment, some, number_reasons(some, ways), tolerance):
            yield claim


def _how_near(item: OpenItem, payment: Payment) -> ReasonCode | None:
    """The end of a number, or one with a typo: one change (two from 10 characters on), exchanged neighbours too."""
    if any(token.isdigit() and item.plain.endswith(token) for token in payment.tokens):
        return ReasonCode.NUMBER_PART
    size = len(item.plain)
    if size < _TYPO_LENGTH:
        return None
    most = 2 if size >= _TWO_TYPOS_LENGTH else 1
    alike = (token for token in payment.tokens if abs(len(token) - size) <= most)
    if any(DamerauLevenshtein.distance(token, item.plain, score_cutoff=most) <= most for token in alike):
        return ReasonCode.NUMBER_TYPO
    return None


def _by_amount(payment: Payment, items: Sequence[OpenItem], tolerance: Tolerance) -> Iterator[Claim]:
    """Single items of that amount, combinations, all that is open, an item less a bank charge; else on account."""
    same = [item for item in items if item.amount == payment.amount]
    doubt = _ambiguous(len(same))
    for item in sorted(same, key=lambda one: (one.due_date, one.invoice_id))[:3]:
        yield Claim(whole([item]), (Reason(ReasonCode.AMOUNT_EXACT, {"count": "1"}), *doubt))
    if not same:
        yield from _by_combination(payment, items)
        yield from _by_charge(payment, items, tolerance)
    yield Claim((), (Reason(ReasonCode.ON_ACCOUNT),))


def _by_combination(payment: Payment, items: Sequence[OpenItem]) -> Iterator[Claim]:
    sums = _exact_subsets(payment, items)
    doubt = [*_ambiguous(len(sums.found))]
    if sums.tried > _BY_CHANCE * _minor(payment.amount, payment.currency):
        doubt.append(Reason(ReasonCode.COINCIDENCE, {"count": str(sums.tried)}))
    for subset in sums.found:
        some = [items[place] for place in subset]
        is_all = len(some) == len(items)
        code = ReasonCode.AMOUNT_ALL if is_all else ReasonCode.AMOUNT_COMBINATION
        against = [] if is_all and sums.is_unique else doubt
        yield Claim(whole(some), (Reason(code, {"count": str(len(some))}), *against))


def _by_charge(payment: Payment, items: Sequence[OpenItem], tolerance: Tolerance) -> Iterator[Claim]:
    """Without a number, that an amount lies within the tolerance of an item happens by chance often enough."""
    found = [claim for item in items if (claim := _in_full(payment, [item], (), tolerance))]
    chance = Reason(ReasonCode.COINCIDENCE, {"count": str(len(items))})
    for claim in found[:3]:
        yield Claim(claim.parts, (*claim.reasons, chance, *_ambiguous(len(found))))


def _ambiguous(count: int) -> tuple[Reason, ...]:
    return (Reason(ReasonCode.AMBIGUOUS, {"count": str(count)}),) if count > 1 else ()


def _exact_subsets(payment: Payment, items: Sequence[OpenItem]) -> Sums:
    amounts = [_minor(item.amount, payment.currency) for item in items]
    return subset_sums(amounts=amounts, wanted=_minor(payment.amount, payment.currency))


def _minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(minor_digits(currency)))


def _total(items: Sequence[OpenItem]) -> Decimal:
    return sum((item.amount for item in items), ZERO)


def _part(item: OpenItem, amount: Decimal, kind: EntryKind = EntryKind.RECEIPT) -> Part:
    return Part(invoice_id=item.invoice_id, number=item.number, buyer_id=item.buyer_id, amount=amount, kind=kind)


def whole(items: Sequence[OpenItem]) -> tuple[Part, ...]:
    """All of what the items have open."""
    return tuple(_part(item, item.amount) for item in items)


def _less(items: Sequence[OpenItem], gap: Decimal, kind: EntryKind) -> tuple[Part, ...]:
    """All items in full; the largest one bears what is missing."""
    bearer = max(items, key=lambda item: item.amount)
    paid = [_part(item, item.amount - (gap if item is bearer else ZERO)) for item in items]
    return (*(part for part in paid if part.amount > 0), _part(bearer, gap, kind))
