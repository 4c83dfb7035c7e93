"""Names of the rules of the order check, and what they have in common (domain.md section 4)."""

from __future__ import annotations

from enum import StrEnum


class RuleCode(StrEnum):
    """Every rule of the check engine, in the order of precedence (domain.md section 4)."""

    SANCTIONS = "sanctions"
    SCREENING_AGE = "screening_age"
    FORCED_HOLD = "forced_hold"
    INSURANCE_STOP = "insurance_stop"
    STALE_DATA = "stale_data"
    KYC = "kyc"
    LIMIT_MISSING = "limit_missing"
    LIMIT_EXPIRED = "limit_expired"
    HORIZON_USE = "horizon_use"
    STATIC_USE = "static_use"
    GROUP_LIMIT = "group_limit"
    ORDER_VALUE = "order_value"
    OLDEST_OVERDUE = "oldest_overdue"
    OVERDUE_AMOUNT_AGE = "overdue_amount_age"
    DUNNING_LEVEL = "dunning_level"
    BROKEN_PROMISES = "broken_promises"
    SCORE_GRADE = "score_grade"
    TERMS = "terms"
    SCORE_AGE = "score_age"


# Nobody may exclude or weaken these: law, a person's word, the policy, and "no approval above the limit in force".
LOCKED = frozenset(
    {
        RuleCode.SANCTIONS,
        RuleCode.SCREENING_AGE,
        RuleCode.FORCED_HOLD,
        RuleCode.INSURANCE_STOP,
        RuleCode.GROUP_LIMIT,
    }
)
# Rules that money paid in full answers (a missing rate and grade E apart); the others ask about something else.
WAIVED_IF_PREPAID = frozenset(
    {
        RuleCode.LIMIT_MISSING,
        RuleCode.LIMIT_EXPIRED,
        RuleCode.HORIZON_USE,
        RuleCode.STATIC_USE,
        RuleCode.GROUP_LIMIT,
        RuleCode.ORDER_VALUE,
        RuleCode.OLDEST_OVERDUE,
        RuleCode.OVERDUE_AMOUNT_AGE,
        RuleCode.DUNNING_LEVEL,
        RuleCode.BROKEN_PROMISES,
        RuleCode.SCORE_GRADE,
        RuleCode.TERMS,
        RuleCode.SCORE_AGE,
        RuleCode.STALE_DATA,
    }
)
# Whose figures say something about limits: shown only with limits:read.
LIMIT_RULES = frozenset({RuleCode.STATIC_USE, RuleCode.HORIZON_USE, RuleCode.GROUP_LIMIT, RuleCode.OVERDUE_AMOUNT_AGE})
# Whose answer stands on the credit insurance.
COVER_RULES = frozenset({RuleCode.INSURANCE_STOP})
