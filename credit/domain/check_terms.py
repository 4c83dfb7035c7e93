"""Rule about payment terms: worse than the grade allows (domain.md sections 1, 4 and 5)."""

from __future__ import annotations

from decimal import Decimal

from credit.domain.check_answers import Figure, Fix, RuleAnswer
from credit.domain.check_codes import Cause, FixCode, Unit
from credit.domain.check_facts import Asked, CheckFacts
from credit.domain.exposure import ZERO
from credit.domain.kinds import Checkpoint, Result
from credit.domain.rules import RuleCode
from credit.domain.terms import GradeTerms, TermsKind
from invoices.domain.kinds import Terms

# What even grade D may have: the money, or a bank that we trust, comes first.
SAFE = frozenset({Terms.CASH_IN_ADVANCE, Terms.ESCROW, Terms.LC_CONFIRMED})
# Whose days are lent to the buyer itself.
LENT = frozenset({Terms.DA, Terms.OPEN_ACCOUNT})


def terms(facts: CheckFacts) -> RuleAnswer:
    """Payment terms beyond the grade's: stop; the kind of terms, the days and the deposit each count.

    At shipment, the last chance, an agreed deposit counts as far as it was received. Example: grade B (open account to
    60 days, insured or 20 % deposit): 60 days with 20 % pass, 61 days stop, 60 days with neither stop.
    """
    allowed, asked = facts.buyer.grade_terms, facts.asked
    cause = terms_problem(asked=asked, allowed=allowed)
    return RuleAnswer(
        RuleCode.TERMS,
        Result.STOP if cause else Result.PASS,
        measured=f"{asked.terms}/{asked.terms_days}/{counted_deposit(asked):.2f}",
        threshold=allowed.code if allowed else None,
        data=_figures(asked, allowed),
        age_days=facts.buyer.score_age_days,
        fix=Fix(FixCode.BETTER_TERMS, _wanted(allowed)) if cause else None,
        unit=Unit.TERMS,
        cause=cause or Cause.TERMS_FIT,
    )


def counted_deposit(asked: Asked) -> Decimal:
    """The deposit in percent of the order that counts: agreed or received, at the first shipment received only.

    Once part of the order has left, the deposit may have been used for it: then the agreed one counts.
    """
    received = asked.deposit_received_base / asked.amount_base * 100 if asked.amount_base else ZERO
    if asked.checkpoint is Checkpoint.SHIPMENT and asked.delivered_base == 0:
        return received
    return max(asked.deposit_percent, received)


def terms_problem(*, asked: Asked, allowed: GradeTerms | None) -> Cause | None:
    """Why terms are beyond the grade's, in one word; None if they are not.

    Cash in advance always passes; escrow and confirmed L/C for all grades but E; consignment never.
    """
    if asked.terms is Terms.CASH_IN_ADVANCE:
        return None
    if allowed is not None and allowed.kind is TermsKind.NO_BUSINESS:
        return Cause.NO_BUSINESS
    if asked.terms in SAFE:
        return None
    if allowed is None:
        return Cause.TERMS_UNKNOWN
    if allowed.kind is TermsKind.PREPAID:
        return Cause.PREPAYMENT_NEEDED
    return _lent_problem(asked, allowed)


def _lent_problem(asked: Asked, allowed: GradeTerms) -> Cause | None:
    if asked.terms is Terms.CONSIGNMENT:
        return Cause.WORSE_THAN_OPEN_ACCOUNT
    if asked.terms in LENT and _is_too_long(asked, allowed):
        return Cause.TERMS_TOO_LONG
    has_deposit = counted_deposit(asked) >= allowed.deposit_percent
    if allowed.kind is TermsKind.OPEN_ACCOUNT_SECURED:
        needs = asked.terms in LENT and not (asked.is_secured or has_deposit)
        return Cause.COVER_OR_DEPOSIT_NEEDED if needs else None
    if allowed.kind is TermsKind.BALANCE_SECURED:
        return _balance_problem(asked, has_deposit=has_deposit)
    return None


def _is_too_long(asked: Asked, allowed: GradeTerms) -> bool:
    # a secured balance has no days of its own unless somebody sets them
    is_bounded = allowed.kind is not TermsKind.BALANCE_SECURED or allowed.max_days > 0
    return is_bounded and asked.terms_days > allowed.max_days


def _balance_problem(asked: Asked, *, has_deposit: bool) -> Cause | None:
    if not has_deposit:
        return Cause.DEPOSIT_NEEDED
    return Cause.SECURITY_NEEDED if asked.terms in LENT and not asked.is_secured else None


def _figures(asked: Asked, allowed: GradeTerms | None) -> dict[str, Figure]:
    return {
        "terms": asked.terms,
        "terms_days": asked.terms_days,
        "deposit_percent": asked.deposit_percent,
        "deposit_counted": counted_deposit(asked),
        "grade": allowed.grade if allowed else None,
        "terms_version": allowed.version if allowed else None,
    }


def _wanted(allowed: GradeTerms | None) -> dict[str, Figure]:
    if allowed is None:
        return {"kind": TermsKind.PREPAID}
    return {"kind": allowed.kind, "max_days": allowed.max_days, "deposit_percent": allowed.deposit_percent}
