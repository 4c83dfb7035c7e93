"""Rules about how the buyer pays: overdue items, dunning, promises (domain.md section 4)."""

from __future__ import annotations

from credit.domain.check_answers import Fix, RuleAnswer
from credit.domain.check_codes import Cause, FixCode, Unit
from credit.domain.check_facts import CheckFacts
from credit.domain.kinds import Result
from credit.domain.rules import RuleCode


def oldest_overdue(facts: CheckFacts) -> RuleAnswer:
    """Oldest material, undisputed overdue item: above 15 days warn, above 30 stop (days past due).

    Example: 15 passes, 16 warns, 30 warns, 31 stops.
    """
    setting, days = facts.setting(RuleCode.OLDEST_OVERDUE), facts.buyer.oldest_overdue_days
    warn, stop = setting.whole("warn_days"), setting.whole("stop_days")
    result = Result.STOP if days > stop else Result.WARN if days > warn else Result.PASS
    return RuleAnswer(
        RuleCode.OLDEST_OVERDUE,
        result,
        measured=days,
        threshold=stop if result is Result.STOP else warn,
        data={"overdue_base": facts.buyer.overdue_base, "warn_days": warn, "stop_days": stop},
        age_days=facts.buyer.overdue_age_days,
        fix=_collect(facts) if result is not Result.PASS else None,
        unit=Unit.DAYS,
        cause=Cause.OVERDUE_TOO_OLD if result is not Result.PASS else Cause.NOTHING_TOO_OLD,
    )


def overdue_amount_age(facts: CheckFacts) -> RuleAnswer:
    """Overdue amount **and** age together: above 10 % of the limit and older than 10 days; warns by default."""
    setting, buyer = facts.setting(RuleCode.OVERDUE_AMOUNT_AGE), facts.buyer
    allowed = buyer.limit.allowed_base * setting.number("percent_of_limit") / 100
    is_found = buyer.overdue_base > allowed and buyer.oldest_overdue_days > setting.whole("days")
    return RuleAnswer(
        RuleCode.OVERDUE_AMOUNT_AGE,
        Result.STOP if is_found else Result.PASS,
        measured=buyer.overdue_base,
        threshold=allowed,
        data={"oldest_days": buyer.oldest_overdue_days, "days": setting.whole("days")},
        age_days=buyer.overdue_age_days,
        fix=_collect(facts) if is_found else None,
        unit=Unit.BASE,
        cause=Cause.MUCH_OVERDUE_LONG if is_found else Cause.OVERDUE_BEARABLE,
    )


def dunning_level(facts: CheckFacts) -> RuleAnswer:
    """Dunning has reached the level +20 or a higher one: stop. Example: 19 passes, 20 stops."""
    stop, level = facts.setting(RuleCode.DUNNING_LEVEL).whole("stop_level"), facts.buyer.dunning_level
    return RuleAnswer(
        RuleCode.DUNNING_LEVEL,
        Result.STOP if level >= stop else Result.PASS,
        measured=level,
        threshold=stop,
        data={"overdue_base": facts.buyer.overdue_base},
        age_days=facts.buyer.overdue_age_days,
        fix=_collect(facts) if level >= stop else None,
        unit=Unit.LEVEL,
        cause=Cause.DUNNED if level >= stop else Cause.NOT_DUNNED_SO_FAR,
    )


def broken_promises(facts: CheckFacts) -> RuleAnswer:
    """One broken promise still open warns, two within 12 months stop."""
    setting, buyer = facts.setting(RuleCode.BROKEN_PROMISES), facts.buyer
    warn, stop = setting.whole("warn_open"), setting.whole("stop_in_12_months")
    stops, warns = buyer.broken_promises_12m >= stop, buyer.open_broken_promises >= warn
    result = Result.STOP if stops else Result.WARN if warns else Result.PASS
    return RuleAnswer(
        RuleCode.BROKEN_PROMISES,
        result,
        measured=buyer.broken_promises_12m if stops else buyer.open_broken_promises,
        threshold=stop if stops else warn,
        data={"open": buyer.open_broken_promises, "in_12_months": buyer.broken_promises_12m},
        age_days=buyer.overdue_age_days,
        fix=Fix(FixCode.KEEP_PROMISES) if result is not Result.PASS else None,
        unit=Unit.COUNT,
        cause=Cause.PROMISES_BROKEN if result is not Result.PASS else Cause.PROMISES_KEPT,
    )


def _collect(facts: CheckFacts) -> Fix:
    return Fix(FixCode.COLLECT_OVERDUE, {"overdue_base": facts.buyer.overdue_base})
