"""Rules about who the buyer is and how good the data are: sanctions, holds, KYC, grade, age (domain.md section 4)."""

from __future__ import annotations

from buyers.domain.facts import KycStatus, ScreeningResult
from credit.domain.check_answers import Fix, RuleAnswer
from credit.domain.check_codes import Cause, FixCode, Unit
from credit.domain.check_facts import CheckFacts
from credit.domain.kinds import Result
from credit.domain.rules import RuleCode
from credit.domain.terms import GRADES

NEVER_STOPS = "-"


def sanctions(facts: CheckFacts) -> RuleAnswer:
    """A confirmed hit or a match that nobody has cleared yet: stop. Never screened is the next rule's."""
    found = facts.buyer.screening_result
    is_hit = found not in (None, ScreeningResult.CLEAR)
    return RuleAnswer(
        RuleCode.SANCTIONS,
        Result.STOP if is_hit else Result.PASS,
        measured=found,
        threshold=ScreeningResult.CLEAR,
        age_days=facts.buyer.screening_age_days,
        fix=Fix(FixCode.CLEAR_MATCH) if is_hit else None,
        cause=Cause.SANCTIONS_MATCH if is_hit else Cause.NO_MATCH,
    )


def screening_age(facts: CheckFacts) -> RuleAnswer:
    """Sanctions screening never done, or older than 30 days: stop. Example: 30 passes, 31 stops."""
    stop, age = facts.setting(RuleCode.SCREENING_AGE).whole("stop_days"), facts.buyer.screening_age_days
    is_found = age is None or age > stop
    return RuleAnswer(
        RuleCode.SCREENING_AGE,
        Result.STOP if is_found else Result.PASS,
        measured=age,
        threshold=stop,
        age_days=age,
        fix=Fix(FixCode.SCREEN_BUYER) if is_found else None,
        unit=Unit.DAYS,
        cause=Cause.NEVER_SCREENED if age is None else Cause.SCREENING_OLD if is_found else Cause.SCREENING_FRESH,
    )


def forced_hold(facts: CheckFacts) -> RuleAnswer:
    """A person has set a hold: stop, and only a person lifts it."""
    is_held = facts.buyer.forced_hold
    return RuleAnswer(
        RuleCode.FORCED_HOLD,
        Result.STOP if is_held else Result.PASS,
        measured=int(is_held),
        threshold=0,
        age_days=0,
        fix=Fix(FixCode.LIFT_FORCED_HOLD) if is_held else None,
        unit=Unit.COUNT,
        cause=Cause.HELD_BY_A_PERSON if is_held else Cause.NOT_HELD,
    )


def insurance_stop(facts: CheckFacts) -> RuleAnswer:
    """The day from which the insurance asks to stop shipping has come (past MEP): stop. Decides by date alone."""
    since = facts.buyer.insurance_stop_since
    is_found = since is not None and since <= facts.as_of
    return RuleAnswer(
        RuleCode.INSURANCE_STOP,
        Result.STOP if is_found else Result.PASS,
        measured=since.isoformat() if since else None,
        threshold=facts.as_of.isoformat(),
        age_days=0,
        fix=Fix(FixCode.COLLECT_OLDEST_INSURED) if is_found else None,
        cause=Cause.INSURANCE_STOPS_SHIPPING if is_found else Cause.NO_INSURANCE_STOP,
    )


def kyc(facts: CheckFacts) -> RuleAnswer:
    """The buyer's identity is not known completely: stop; money paid ahead does not answer it."""
    status = facts.buyer.kyc_status
    is_found = status != KycStatus.COMPLETE
    return RuleAnswer(
        RuleCode.KYC,
        Result.STOP if is_found else Result.PASS,
        measured=status,
        threshold=KycStatus.COMPLETE,
        age_days=facts.buyer.kyc_age_days,
        fix=Fix(FixCode.COMPLETE_KYC) if is_found else None,
        cause=Cause.NOT_IDENTIFIED if is_found else Cause.IDENTIFIED,
    )


def score_grade(facts: CheckFacts) -> RuleAnswer:
    """Grade E (setting) or never scored: stop. Grade E goes against cash in advance **and** a manager's release."""
    first = facts.setting(RuleCode.SCORE_GRADE).whole("stop_from_grade")
    grade = facts.buyer.grade
    place = GRADES.index(grade) + 1 if grade and grade in GRADES else None
    is_found = place is None or place >= first
    fix = Fix(FixCode.SCORE_BUYER) if place is None else Fix(FixCode.CASH_IN_ADVANCE_AND_RELEASE)
    return RuleAnswer(
        RuleCode.SCORE_GRADE,
        Result.STOP if is_found else Result.PASS,
        measured=grade,
        threshold=GRADES[first - 1] if first <= len(GRADES) else NEVER_STOPS,
        age_days=facts.buyer.score_age_days,
        fix=fix if is_found else None,
        unit=Unit.GRADE,
        cause=Cause.NEVER_SCORED if place is None else Cause.GRADE_STOPS if is_found else Cause.GRADE_GOES,
    )


def score_age(facts: CheckFacts) -> RuleAnswer:
    """Score older than 100 days, or none: warn. Example: 100 passes, 101 warns."""
    warn, age = facts.setting(RuleCode.SCORE_AGE).whole("warn_days"), facts.buyer.score_age_days
    is_found = age is None or age > warn
    return RuleAnswer(
        RuleCode.SCORE_AGE,
        Result.WARN if is_found else Result.PASS,
        measured=age,
        threshold=warn,
        age_days=age,
        fix=Fix(FixCode.SCORE_BUYER) if is_found else None,
        unit=Unit.DAYS,
        cause=Cause.NEVER_SCORED if age is None else Cause.SCORE_OLD if is_found else Cause.SCORE_FRESH,
    )


def stale_data(facts: CheckFacts) -> RuleAnswer:
    """An amount without a rate: stop, whatever is set. Receipts not updated for 3 working days warn, for 7 stop."""
    missing = _missing_rates(facts)
    return _rates(missing) if missing else _receipts(facts)


def _missing_rates(facts: CheckFacts) -> str:
    parties = [facts.buyer] if facts.group is None else [facts.buyer, facts.group]
    return ", ".join(sorted({c for p in parties for c in (*p.missing_rates, *p.exposure.missing_rates)}))


def _rates(missing: str) -> RuleAnswer:
    fix = Fix(FixCode.LOAD_RATES, {"currencies": missing})
    return RuleAnswer(RuleCode.STALE_DATA, Result.STOP, measured=missing, fix=fix, cause=Cause.RATE_MISSING)


def _receipts(facts: CheckFacts) -> RuleAnswer:
    setting, age = facts.setting(RuleCode.STALE_DATA), facts.buyer.receipts_age_working_days
    warn, stop = setting.whole("warn_working_days"), setting.whole("stop_working_days")
    result, cause = _receipts_finding(age, warn, stop)
    return RuleAnswer(
        RuleCode.STALE_DATA,
        result,
        cause,
        measured=age,
        threshold=stop if result is Result.STOP else warn,
        data={"warn_working_days": warn, "stop_working_days": stop},
        age_days=age,
        fix=Fix(FixCode.LOAD_RECEIPTS) if result is not Result.PASS else None,
        unit=Unit.WORKING_DAYS,
    )


def _receipts_finding(age: int | None, warn: int, stop: int) -> tuple[Result, Cause]:
    if age is None:
        return Result.STOP, Cause.RECEIPTS_NEVER_LOADED
    if age < warn:
        return Result.PASS, Cause.RECEIPTS_FRESH
    return Result.STOP if age >= stop else Result.WARN, Cause.RECEIPTS_OLD
