"""Which invoices a bank line pays: candidates with a confidence from 0 to 1 and the reasons for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from invoices.domain.kinds import EntryKind
from invoices.domain.matching_claims import Claim, find_claims
from invoices.domain.matching_foreign import NO_FOREIGN, Foreign, foreign_claims
from invoices.domain.matching_records import (
    Candidate,
    OpenItem,
    Part,
    Payer,
    Payment,
    Reason,
    ReasonCode,
    Tolerance,
)

ZERO, ONE = Decimal(0), Decimal(1)
MOST_ALTERNATIVES = 5
# What one reason alone is worth; measured on generated months of statements (docs/bank.md).
STRENGTHS: Mapping[ReasonCode, Decimal] = {
    ReasonCode.CREDITOR_REFERENCE: Decimal("0.92"),
    ReasonCode.NUMBER_NAMED: Decimal("0.85"),
    ReasonCode.NUMBER_SHORT: Decimal("0.50"),
    ReasonCode.NUMBER_PART: Decimal("0.50"),
    ReasonCode.NUMBER_TYPO: Decimal("0.50"),
    ReasonCode.AMOUNT_EXACT: Decimal("0.75"),
    ReasonCode.AMOUNT_SUM: Decimal("0.75"),
    ReasonCode.AMOUNT_ALL: Decimal("0.65"),
    ReasonCode.AMOUNT_COMBINATION: Decimal("0.60"),
    ReasonCode.BANK_CHARGE_TOLD: Decimal("0.75"),
    ReasonCode.BANK_CHARGE: Decimal("0.60"),
    ReasonCode.DISCOUNT: Decimal("0.50"),
    ReasonCode.ACCOUNT_KNOWN: Decimal("0.70"),
    ReasonCode.ACCOUNT_SHARED: Decimal("0.30"),
    ReasonCode.NAME_SAME: Decimal("0.60"),
    ReasonCode.NAME_SIMILAR: Decimal("0.35"),
    ReasonCode.AMOUNT_CONVERTED: Decimal("0.50"),
    ReasonCode.RETURN_REFERENCE: Decimal("0.97"),
    ReasonCode.RETURN_AMOUNT: Decimal("0.80"),
}
# What caps a confidence, whatever else speaks for it: all below the lowest threshold that can be set.
CAPS: Mapping[ReasonCode, Decimal] = {
    ReasonCode.PAYER_DIFFERS: Decimal("0.90"),
    ReasonCode.OVERPAID: Decimal("0.90"),
    ReasonCode.OTHER_CURRENCY: Decimal("0.90"),
    ReasonCode.DISCOUNT: Decimal("0.90"),
    ReasonCode.COINCIDENCE: Decimal("0.90"),
    ReasonCode.SHORT_UNEXPLAINED: Decimal("0.90"),
    ReasonCode.AMBIGUOUS: Decimal("0.60"),
    ReasonCode.ON_ACCOUNT: Decimal("0.50"),
    ReasonCode.POSSIBLE_DUPLICATE: Decimal("0.50"),
    ReasonCode.POSSIBLE_REPEAT: Decimal("0.50"),
    ReasonCode.UNDONE_BEFORE: Decimal("0.50"),
    ReasonCode.RETURN_AMOUNT: Decimal("0.80"),
    ReasonCode.LEDGER_REFUSED: Decimal("0.50"),
}
_SAME_NAME, _SIMILAR_NAME, _OTHER_NAME = 95.0, 85.0, 60.0
# A second reading is a rival unless its doubt is at least so many times the best one's.
_CLEARER = 4


def confidence_of(reasons: Iterable[Reason]) -> Decimal:
    """How sure a reading is, from the strengths of its reasons.

    Formula: 1 − Π(1 − strength) over the reasons, each code once, then the smallest cap; to four digits. Independent
    reasons that could each mislead rarely mislead together (noisy-or, Pearl 1988). Example: number (0.85), amount
    (0.75) and name (0.60): 1 − 0.15 × 0.25 × 0.40 = 0.985; where the payer has another name, at most 0.90.
    """
    codes = {reason.code for reason in reasons}
    doubt = ONE
    for code in codes:
        doubt *= ONE - STRENGTHS.get(code, ZERO)
    caps = [CAPS[code] for code in codes if code in CAPS]
    return min([ONE - doubt, *caps]).quantize(Decimal("0.0001"))


def propose(
    *,
    payment: Payment,
    payers: Sequence[Payer],
    items: Sequence[OpenItem],
    tolerance: Tolerance,
    refuted: Sequence[tuple[int | None, frozenset[int]]] = (),
    foreign: Foreign = NO_FOREIGN,
) -> list[Candidate]:
    """Every reading of a payment, the surest first; at most six.

    ``payers`` are the buyers that a number, the account or the name point to, with all of their groups; ``items`` what
    they have open in the payment's currency. Readings that a person undid (``refuted``: buyer and invoices) are left
    out. If another reading of other invoices is nearly as sure, the best is ambiguous and never posts by itself.
    ``foreign`` invoices, of other currencies, are looked at only where no other invoice fits.
    Example: 100 from "Acme Ltd" with "INV-0017" in its text and Acme's INV-0017 of 100 open: 0.985.
    """
    families: defaultdict[tuple[str, int], list[Payer]] = defaultdict(list)
    for payer in payers:
        key = ("buyer", payer.buyer_id) if payer.group_id is None else ("group", payer.group_id)
        families[key].append(payer)
    by_buyer: defaultdict[int, list[OpenItem]] = defaultdict(list)
    for item in items:
        by_buyer[item.buyer_id].append(item)
    found = [one for family in families.values() for one in _readings(payment, family, by_buyer, tolerance)]
    if not any(one.parts for one in found):
        found += _foreign_readings(payment, foreign)
    kept = [one for one in found if (one.buyer_id, one.invoices) not in refuted]
    return _ranked(_each_once(kept))


def _foreign_readings(payment: Payment, foreign: Foreign) -> list[Candidate]:
    return [
        _candidate(payment, [payer], claim, _who(payment, [payer]))
        for payer in foreign.payers
        for claim in foreign_claims(
            payment=payment, items=[one for one in foreign.items if one.item.buyer_id == payer.buyer_id]
        )
    ]


def _readings(
    payment: Payment, family: Sequence[Payer], by_buyer: Mapping[int, list[OpenItem]], tolerance: Tolerance
) -> list[Candidate]:
    items = [item for payer in family for item in by_buyer.get(payer.buyer_id, ())]
    who = _who(payment, family)
    knows_payer = any(reason.code in STRENGTHS for reason in who)
    claims = find_claims(payment=payment, items=items, tolerance=tolerance, knows_payer=knows_payer)
    return [_candidate(payment, family, claim, who) for claim in claims]


def _who(payment: Payment, family: Sequence[Payer]) -> tuple[Reason, ...]:
    """What account and name say of the payer; another name counts against it unless the account is known."""
    reasons = []
    if any(payer.is_account_known and not payer.is_shared for payer in family):
        reasons.append(Reason(ReasonCode.ACCOUNT_KNOWN))
    elif any(payer.is_account_known for payer in family):
        reasons.append(Reason(ReasonCode.ACCOUNT_SHARED))
    score = max(payer.name_score for payer in family)
    name = {"name": payment.payer_ultimate or payment.payer_name, "score": f"{score:.0f}"}
    if score >= _SAME_NAME:
        reasons.append(Reason(ReasonCode.NAME_SAME, name))
    elif score >= _SIMILAR_NAME:
        reasons.append(Reason(ReasonCode.NAME_SIMILAR, name))
    elif payment.payer_name and score < _OTHER_NAME and not reasons:
        reasons.append(Reason(ReasonCode.PAYER_DIFFERS, name))
    return tuple(reasons)


def _candidate(payment: Payment, family: Sequence[Payer], claim: Claim, who: tuple[Reason, ...]) -> Candidate:
    buyers = {part.buyer_id for part in claim.parts}
    group = (Reason(ReasonCode.GROUP_PAYMENT, {"count": str(len(buyers))}),) if len(buyers) > 1 else ()
    reasons = (*claim.reasons, *who, *group)
    paid = sum((part.used for part in claim.parts if part.kind is EntryKind.RECEIPT), ZERO)
    return Candidate(
        buyer_id=_receiver(family, claim.parts),
        parts=claim.parts,
        unapplied=payment.amount - paid,
        confidence=confidence_of(reasons),
        reasons=reasons,
    )


def _receiver(family: Sequence[Payer], parts: Sequence[Part]) -> int:
    """Whose receipt it is: the buyer's whose invoices are paid; of several, the payer's, else the largest share's."""
    shares: defaultdict[int, Decimal] = defaultdict(Decimal)
    for part in parts:
        shares[part.buyer_id] += part.amount
    if len(shares) == 1:
        return next(iter(shares))
    surest = max(family, key=lambda one: (one.is_account_known, one.name_score, shares.get(one.buyer_id, ZERO)))
    if surest.is_account_known or surest.name_score >= _SIMILAR_NAME or not shares:
        return surest.buyer_id
    return max(shares, key=lambda buyer_id: (shares[buyer_id], -buyer_id))


def _each_once(found: Iterable[Candidate]) -> list[Candidate]:
    """Of readings that pay the same the surest one."""
    kept: dict[tuple[int, frozenset[tuple[int, Decimal, str]]], Candidate] = {}
    for one in found:
        key = (one.buyer_id, frozenset((part.invoice_id, part.amount, part.kind) for part in one.parts))
        if key not in kept or one.confidence > kept[key].confidence:
            kept[key] = one
    return list(kept.values())


def _ranked(found: list[Candidate]) -> list[Candidate]:
    ranked = sorted(found, key=lambda one: (-one.confidence, one.buyer_id, sorted(one.invoices)))
    if len(ranked) > 1 and _is_rival(ranked[0], ranked[1]):
        ranked[0] = weakened(ranked[0], Reason(ReasonCode.AMBIGUOUS, {"count": "2"}))
    return ranked[: MOST_ALTERNATIVES + 1]


def _is_rival(best: Candidate, second: Candidate) -> bool:
    return (ONE - second.confidence) < _CLEARER * (ONE - best.confidence)


def weakened(candidate: Candidate, reason: Reason) -> Candidate:
    """The same reading with something that speaks against it."""
    reasons = (*candidate.reasons, reason)
    return replace(candidate, reasons=reasons, confidence=min(candidate.confidence, confidence_of(reasons)))
