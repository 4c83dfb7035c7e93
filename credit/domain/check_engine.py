"""Running the rules: every rule always, then what the settings, prepayment and the checkpoint make of its finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from credit.domain import check_conduct, check_limits, check_standing, check_terms
from credit.domain.check_answers import RuleAnswer
from credit.domain.check_codes import Cause, Waiver
from credit.domain.check_facts import CheckFacts
from credit.domain.check_limits import USE_RULES, blocking_uses
from credit.domain.exposure import ZERO
from credit.domain.kinds import Checkpoint, Result
from credit.domain.rules import WAIVED_IF_PREPAID, RuleCode, RuleSetting

RULES: Mapping[RuleCode, Callable[[CheckFacts], RuleAnswer]] = {
    RuleCode.SANCTIONS: check_standing.sanctions,
    RuleCode.SCREENING_AGE: check_standing.screening_age,
    RuleCode.FORCED_HOLD: check_standing.forced_hold,
    RuleCode.INSURANCE_STOP: check_standing.insurance_stop,
    RuleCode.STALE_DATA: check_standing.stale_data,
    RuleCode.KYC: check_standing.kyc,
    RuleCode.LIMIT_MISSING: check_limits.limit_missing,
    RuleCode.LIMIT_EXPIRED: check_limits.limit_expired,
    RuleCode.HORIZON_USE: check_limits.horizon_use,
    RuleCode.STATIC_USE: check_limits.static_use,
    RuleCode.GROUP_LIMIT: check_limits.group_limit,
    RuleCode.ORDER_VALUE: check_limits.order_value,
    RuleCode.OLDEST_OVERDUE: check_conduct.oldest_overdue,
    RuleCode.OVERDUE_AMOUNT_AGE: check_conduct.overdue_amount_age,
    RuleCode.DUNNING_LEVEL: check_conduct.dunning_level,
    RuleCode.BROKEN_PROMISES: check_conduct.broken_promises,
    RuleCode.SCORE_GRADE: check_standing.score_grade,
    RuleCode.TERMS: check_terms.terms,
    RuleCode.SCORE_AGE: check_standing.score_age,
}
SEVERITY: Mapping[Result, int] = {Result.PASS: 0, Result.WARN: 1, Result.STOP: 2}
# A quotation binds nobody; goods that have left must stay billable.
WARNS_ONLY = frozenset({Checkpoint.QUOTATION, Checkpoint.INVOICE})
# Findings that no setting and no prepayment softens.
_HARD_CAUSES = frozenset({Cause.RATE_MISSING})
# Grade E goes against cash in advance and a manager's release only: money paid ahead is half of it.
_UNPAID_CAUSES = _HARD_CAUSES | {Cause.GRADE_STOPS}


def evaluate(*, facts: CheckFacts) -> tuple[RuleAnswer, ...]:
    """Every rule's answer before the checkpoint is regarded: what the release options are tried against."""
    return tuple(_settled(rule(facts), facts) for rule in RULES.values())


def at_checkpoint(answers: Iterable[RuleAnswer], checkpoint: Checkpoint) -> tuple[RuleAnswer, ...]:
    """The same answers, stops turned into warnings where the checkpoint only warns."""
    if checkpoint not in WARNS_ONLY:
        return tuple(answers)
    why = Waiver(checkpoint)
    return tuple(replace(a, result=Result.WARN, waived=why) if a.result is Result.STOP else a for a in answers)


def worst(answers: Iterable[RuleAnswer]) -> Result:
    """The worst result; nothing asked, nothing found."""
    return max((answer.result for answer in answers), key=SEVERITY.__getitem__, default=Result.PASS)


def is_released(*, facts: CheckFacts) -> bool:
    """True if no rule stops."""
    return not stops(_settled(rule(facts), facts) for rule in RULES.values())


def stops(answers: Iterable[RuleAnswer]) -> bool:
    """True if one of them stops."""
    return any(answer.result is Result.STOP for answer in answers)


def deciding(answers: Iterable[RuleAnswer]) -> RuleCode | None:
    """The rule that takes precedence: the worst result, then the order of :class:`RuleCode`; None if all pass.

    Of the uses of limits the one that is exceeded most stands for all: the tighter answer wins.
    """
    found = [answer for answer in answers if answer.result is not Result.PASS]
    return min(found, key=_precedence).rule if found else None


def over_by(answer: RuleAnswer) -> Decimal:
    """By how much a use of a limit is exceeded, in base currency; 0 for other rules."""
    amount = answer.data.get("over_by", ZERO)
    return amount if isinstance(amount, Decimal) else ZERO


_PLACES = {rule: place for place, rule in enumerate(RuleCode)}


def _precedence(answer: RuleAnswer) -> tuple[int, int, Decimal, int]:
    shared = RuleCode.HORIZON_USE if answer.rule in USE_RULES else answer.rule
    return -SEVERITY[answer.result], _PLACES[shared], -over_by(answer), _PLACES[answer.rule]


def _settled(answer: RuleAnswer, facts: CheckFacts) -> RuleAnswer:
    if answer.result is Result.PASS:
        return answer
    result, waived = _counts(answer, facts)
    return replace(answer, found=answer.result, result=result, waived=waived)


def _counts(answer: RuleAnswer, facts: CheckFacts) -> tuple[Result, Waiver]:
    if answer.cause in _HARD_CAUSES:
        return answer.result, Waiver.NONE
    setting = _setting(answer.rule, facts)
    if not setting.is_enabled:
        return Result.PASS, Waiver.EXCLUDED
    if _is_paid(answer, facts):
        return Result.PASS, Waiver.PREPAID
    if SEVERITY[answer.result] > SEVERITY[setting.effect]:
        return setting.effect, Waiver.WARNS_ONLY
    return answer.result, Waiver.NONE


def _is_paid(answer: RuleAnswer, facts: CheckFacts) -> bool:
    return facts.asked.is_prepaid and answer.rule in WAIVED_IF_PREPAID and answer.cause not in _UNPAID_CAUSES


def _setting(rule: RuleCode, facts: CheckFacts) -> RuleSetting:
    setting = facts.setting(rule)
    if rule in blocking_uses(facts):
        return replace(setting, is_enabled=True, effect=Result.STOP)
    return setting
