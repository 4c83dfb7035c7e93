"""Rules about who the buyer is and how good the data are: sanctions, holds, KYC, grade, age (domain.md section 4)."""

from __future__ import annotations

from buyers.domain.facts import KycStatus, ScreeningResult
from credit.domain.check_answers import Fix, RuleAnswer, Unit
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
        fix=Fix("clear_match") if is_hit else None,
        cause="sanctions_match" if is_hit else "no_match",
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
        fix=Fix("screen_buyer") if is_found else None,
        unit=Unit.DAYS,
        cause="never_screened" if age is None else "screening_old" if is_found else "screening_fresh",
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
        fix=Fix("lift_forced_hold") if is_held else None,
        unit=Unit.COUNT,
        cause="held_by_a_person" if is_held else "not_held",
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
        fix=Fix("collect_oldest_insured") if is_found else None,
        cause="insurance_stops_shipping" if is_found else "no_insurance_stop",
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
        fix=Fix("complete_kyc") if is_found else None,
        cause="not_identified" if is_found else "identified",
    )


def score_grade(facts: CheckFacts) -> RuleAnswer:
    """Grade E (setting) or never scored: stop. Grade E goes against cash in advance **and** a manager's release."""
    first = facts.setting(RuleCode.SCORE_GRADE).whole("stop_from_grade")
    grade = facts.buyer.grade
    place = GRADES.index(grade) + 1 if grade and grade in GRADES else None
    is_found = place is None or place >= first
    fix = Fix("score_buyer") if place is None else Fix("cash_in_advance_and_release")
    return RuleAnswer(
        RuleCode.SCORE_GRADE,
        Result.STOP if is_found else Result.PASS,
        measured=grade,
        threshold=GRADES[first - 1] if first <= len(GRADES) else NEVER_STOPS,
        age_days=facts.buyer.score_age_days,
        fix=fix if is_found else None,
        unit=Unit.GRADE,
        cause="never_scored" if place is None else "grade_stops" if is_found else "grade_goes",
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
        fix=Fix("score_buyer") if is_found else None,
        unit=Unit.DAYS,
        cause="never_scored" if age is None else "score_old" if is_found else "score_fresh",
    )


def stale_data(facts: CheckFacts) -> RuleAnswer:
    """An amount without a rate: stop, whatever is set. Receipts not updated for 3 working days warn, for 7 stop."""
    missing = _missing_rates(facts)
    return _rates(missing) if missing else _receipts(facts)


def _missing_rates(facts: CheckFacts) -> str:
    parties = [facts.buyer] if facts.group is None else [facts.buyer, facts.group]
    return ", ".join(sorted({c for p in parties for c in (*p.missing_rates, *p.exposure.missing_rates)}))


def _rates(missing: str) -> RuleAnswer:
    fix = Fix("load_rates", {"currencies": missing})
    return RuleAnswer(RuleCode.STALE_DATA, Result.STOP, measured=missing, fix=fix, cause="rate_missing")


def _receipts(facts: CheckFacts) -> RuleAnswer:
    setting, age = facts.setting(RuleCode.STALE_DATA), facts.buyer.receipts_age_working_days
    warn, stop = setting.whole("warn_working_days"), setting.whole("stop_working_days")
    result = Result.STOP if age is None or age >= stop else Result.WARN if age >= warn else Result.PASS
    return RuleAnswer(
        RuleCode.STALE_DATA,
        result,
        measured=age,
        threshold=stop if result is Result.STOP else warn,
        data={"warn_working_days": warn, "stop_working_days": stop},
        age_days=age,
        fix=Fix("load_receipts") if result is not Result.PASS else None,
        unit=Unit.WORKING_DAYS,
        cause="receipts_never_loaded" if age is None else "receipts_old" if age >= warn else "receipts_fresh",
    )
