"""Words that an order check answers with, declared once; people read the presenter's."""

from __future__ import annotations

from enum import StrEnum


class Unit(StrEnum):
    """What ``measured`` and ``threshold`` of a rule are; ``BASE`` is money in base currency."""

    BASE = "base"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    COUNT = "count"
    LEVEL = "level"
    GRADE = "grade"
    TERMS = "terms"
    WORD = "word"


class OptionCode(StrEnum):
    """What would release an order; the set is static."""

    PAY_NOW = "pay_now"
    DEPOSIT = "deposit"
    SHIP_LATER = "ship_later"
    TEMPORARY_LIMIT = "temporary_limit"
    CONFIRMED_LC = "confirmed_lc"


class Waiver(StrEnum):
    """Why a finding does not count, or counts as a warning only."""

    NONE = ""
    EXCLUDED = "excluded"
    PREPAID = "prepaid"
    WARNS_ONLY = "warns_only"
    QUOTATION = "quotation"
    INVOICE = "invoice"


class Cause(StrEnum):
    """Why a rule answers as it does."""

    SANCTIONS_MATCH = "sanctions_match"
    NO_MATCH = "no_match"
    NEVER_SCREENED = "never_screened"
    SCREENING_OLD = "screening_old"
    SCREENING_FRESH = "screening_fresh"
    HELD_BY_A_PERSON = "held_by_a_person"
    NOT_HELD = "not_held"
    INSURANCE_STOPS_SHIPPING = "insurance_stops_shipping"
    NO_INSURANCE_STOP = "no_insurance_stop"
    RATE_MISSING = "rate_missing"
    RECEIPTS_NEVER_LOADED = "receipts_never_loaded"
    RECEIPTS_OLD = "receipts_old"
    RECEIPTS_FRESH = "receipts_fresh"
    NOT_IDENTIFIED = "not_identified"
    IDENTIFIED = "identified"
    NO_LIMIT = "no_limit"
    LIMIT_ENDED = "limit_ended"
    NO_LIMIT_ENDED = "no_limit_ended"
    LIMIT_IN_FORCE = "limit_in_force"
    OVER_LIMIT = "over_limit"
    WITHIN_LIMIT = "within_limit"
    NO_GROUP_LIMIT = "no_group_limit"
    ORDER_TOO_LARGE = "order_too_large"
    ORDER_VALUE_FITS = "order_value_fits"
    OVERDUE_TOO_OLD = "overdue_too_old"
    NOTHING_TOO_OLD = "nothing_too_old"
    MUCH_OVERDUE_LONG = "much_overdue_long"
    OVERDUE_BEARABLE = "overdue_bearable"
    DUNNED = "dunned"
    NOT_DUNNED_SO_FAR = "not_dunned_so_far"
    PROMISES_BROKEN = "promises_broken"
    PROMISES_KEPT = "promises_kept"
    GRADE_STOPS = "grade_stops"
    GRADE_GOES = "grade_goes"
    NEVER_SCORED = "never_scored"
    SCORE_OLD = "score_old"
    SCORE_FRESH = "score_fresh"
    TERMS_FIT = "terms_fit"
    NO_BUSINESS = "no_business"
    TERMS_UNKNOWN = "terms_unknown"
    PREPAYMENT_NEEDED = "prepayment_needed"
    WORSE_THAN_OPEN_ACCOUNT = "worse_than_open_account"
    TERMS_TOO_LONG = "terms_too_long"
    COVER_OR_DEPOSIT_NEEDED = "cover_or_deposit_needed"
    DEPOSIT_NEEDED = "deposit_needed"
    SECURITY_NEEDED = "security_needed"


class FixCode(StrEnum):
    """What would make a rule pass."""

    CLEAR_MATCH = "clear_match"
    SCREEN_BUYER = "screen_buyer"
    LIFT_FORCED_HOLD = "lift_forced_hold"
    COLLECT_OLDEST_INSURED = "collect_oldest_insured"
    LOAD_RATES = "load_rates"
    LOAD_RECEIPTS = "load_receipts"
    COMPLETE_KYC = "complete_kyc"
    REQUEST_LIMIT = "request_limit"
    REDUCE_USE = "reduce_use"
    SMALLER_ORDER = "smaller_order"
    COLLECT_OVERDUE = "collect_overdue"
    KEEP_PROMISES = "keep_promises"
    SCORE_BUYER = "score_buyer"
    CASH_IN_ADVANCE_AND_RELEASE = "cash_in_advance_and_release"
    BETTER_TERMS = "better_terms"
