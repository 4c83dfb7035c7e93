"""Compliance 合规记录: identity, sanctions, certificates, contract. Never without data: what is absent costs points."""

from __future__ import annotations

import numpy as np

from scoring.domain.v1.arrays import Bools, Floats, count, days_between, decay, total
from scoring.domain.v1.facts import (
    COMPLETE,
    CONFIRMED,
    EVENT_KINDS,
    POTENTIAL,
    UNKNOWN,
    Certificates,
    Facts,
    Gates,
)
from scoring.domain.v1.points import Dimension, dimension

KYC_INCOMPLETE_POINTS, KYC_EXPIRED_POINTS = 40.0, 25.0
NEVER_SCREENED_POINTS, SCREENING_OLD_POINTS, POTENTIAL_MATCH_POINTS = 30.0, 10.0, 50.0
SCREENING_FRESH_DAYS = 30
CERTIFICATE_POINTS = 15.0
CONTRACT_POINTS = 10.0
VIOLATION_POINTS, VIOLATION_HALF_LIFE_DAYS = 20.0, 365
RECORDS = 4.0  # identity gate, screening, certificates, contract


def compliance(facts: Facts) -> Dimension:
    """Value, coverage and reasons of the dimension.

    Formula: 100 − KYC absent or incomplete 40, expired 25 − never screened 30, screening older than 30 days 10, open
    potential match 50 − 15 a required certificate missing or expired − no signed contract 10 − 20 a violation (halving
    every 365 days); a confirmed sanctions hit → 0. Coverage = share of {KYC, screening, certificates, contract} on
    record. Source: domain.md section 5. Example: screening 40 days old and one certificate expired → 75.00.
    """
    lost = _kyc(facts.gates, facts.as_of) | _screening(facts.gates, facts.as_of)
    lost |= _certificates(facts.certificates, facts.as_of, facts.buyers)
    lost["contract_missing"] = np.where(has_contract(facts.gates, facts.as_of), 0.0, CONTRACT_POINTS)
    lost["violations"] = _violations(facts)
    left = 100.0 - sum(lost.values(), start=np.zeros(facts.buyers))
    lost["sanctions_hit"] = np.where(is_sanctioned(facts.gates), np.maximum(0.0, left), 0.0)
    return dimension(lost=lost, coverage=_coverage(facts))


def is_sanctioned(gates: Gates) -> Bools:
    """The latest screening is a confirmed hit."""
    return np.equal(gates.screening, CONFIRMED)


def is_kyc_incomplete(gates: Gates) -> Bools:
    """The identity gate is absent or incomplete (an expired one is neither)."""
    return np.not_equal(gates.kyc, COMPLETE)


def has_contract(gates: Gates, as_of: np.datetime64) -> Bools:
    """A signed contract that has not run out."""
    signed: Bools = (gates.contract == 1) & ~_is_past(gates.contract_expires, as_of)
    return signed


def _is_past(day: np.ndarray, as_of: np.datetime64) -> Bools:
    """The day has passed; NaT never does."""
    past: Bools = ~np.isnat(day) & (day < as_of)
    return past


def _kyc(gates: Gates, as_of: np.datetime64) -> dict[str, Floats]:
    expired = (gates.kyc == COMPLETE) & _is_past(gates.kyc_expires, as_of)
    return {
        "kyc_missing": np.where(gates.kyc == UNKNOWN, KYC_INCOMPLETE_POINTS, 0.0),
        "kyc_incomplete": np.where(is_kyc_incomplete(gates) & (gates.kyc != UNKNOWN), KYC_INCOMPLETE_POINTS, 0.0),
        "kyc_expired": np.where(expired, KYC_EXPIRED_POINTS, 0.0),
    }


def _screening(gates: Gates, as_of: np.datetime64) -> dict[str, Floats]:
    never = gates.screening == UNKNOWN
    old = ~never & (days_between(as_of, gates.screened_on) > SCREENING_FRESH_DAYS)
    return {
        "never_screened": np.where(never, NEVER_SCREENED_POINTS, 0.0),
        "screening_old": np.where(old, SCREENING_OLD_POINTS, 0.0),
        "sanctions_potential": np.where(gates.screening == POTENTIAL, POTENTIAL_MATCH_POINTS, 0.0),
    }


def _certificates(certificates: Certificates, as_of: np.datetime64, buyers: int) -> dict[str, Floats]:
    missing = certificates.is_required & ~certificates.has_number
    expired = certificates.is_required & certificates.has_number & _is_past(certificates.expires_on, as_of)
    return {
        "certificate_missing": CERTIFICATE_POINTS * total(certificates.owner, missing, buyers),
        "certificate_expired": CERTIFICATE_POINTS * total(certificates.owner, expired, buyers),
    }


def _violations(facts: Facts) -> Floats:
    events = facts.events
    of_kind = events.kind == EVENT_KINDS.index("violation")
    strength = np.where(of_kind, decay(events.days_since_start, VIOLATION_HALF_LIFE_DAYS), 0.0)
    return VIOLATION_POINTS * total(events.owner, strength, facts.buyers)


def _coverage(facts: Facts) -> Floats:
    gates = facts.gates
    on_record: Floats = (gates.kyc != UNKNOWN).astype(np.float64) + (gates.screening != UNKNOWN)
    on_record = on_record + (gates.contract != UNKNOWN) + (count(facts.certificates.owner, facts.buyers) > 0)
    share: Floats = on_record / RECORDS
    return share
