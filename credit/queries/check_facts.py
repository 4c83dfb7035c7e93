"""Everything that an order check needs to know, in a few statements whatever the size of group and history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from buyers.queries.records import no_buyer
from core.dates import working_days_between
from core.domain.rates import RateTable
from core.house import day_of
from core.queries.prepared import fetch_prepared, planned_once
from credit.domain.check_facts import Asked, CheckFacts, PartyFacts
from credit.domain.exposure import ZERO, Exposure, sum_exposures
from credit.domain.rules import RuleCode, RuleSetting, RuleVersion, resolve
from credit.domain.terms import DEFAULT_TERMS, GradeTerms, TermsKind
from credit.queries.check_sql import KNOWN, OVERDUE, PROFILE_COLUMNS
from credit.queries.exposure import Exposures, OwnOrder, Question, read_exposures
from credit.queries.limits import AccountLimit, limits_of
from credit.queries.parties import Party
from invoices.queries.open_items import OpenItems

KYC_EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class _Moment:
    """One check: the question, on which date, as known when, with which rates."""

    asked: Asked
    as_of: date
    known_at: datetime | None
    rates: RateTable


def load_check_facts(
    asked: Asked, buyer_id: int, *, as_of: date, rates: RateTable, known_at: datetime | None = None
) -> CheckFacts:
    """The facts of a check of ``buyer_id`` (its survivor where it was merged), in five statements.

    ``known_at`` None asks what is known now; a moment makes the same facts again as they were known then. Of an order
    on record (``asked.order_id``) the exposure leaves out what has not left the house, and ``asked`` comes back with
    what was delivered, received and secured of it. Raises ``buyer_not_found``.
    """
    moment = _Moment(asked, as_of, known_at, rates)
    with planned_once():
        known = _known(buyer_id, moment)
        party, profile = known.party, known.profile
        rules = resolve(versions=known.rules, grade=profile["grade"], group_id=party.group_id, buyer_id=party.buyer_id)
        found = _exposures(party, moment, rules)
        overdue = _overdue(party, moment)
    limits = limits_of(known.limits, as_of=as_of, rates=rates)
    own = found.by_buyer[party.buyer_id]
    return CheckFacts(
        asked=_completed(asked, found.own_order, is_insured=profile["is_insured"]),
        buyer=_buyer_facts(moment, profile, overdue, found.own_order, own, limits.of_buyer(party.buyer_id)),
        group=_group_facts(party, moment, found, limits.of_group(party.group_id)),
        rules=rules,
        as_of=as_of,
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What is on record that is not money owed: read in one statement."""

    party: Party
    profile: Mapping[str, Any]
    rules: Sequence[RuleVersion]
    limits: Sequence[Sequence[Any]]


def _known(buyer_id: int, moment: _Moment) -> _Known:
    params = {
        "buyer_id": buyer_id,
        "as_of": moment.as_of,
        "known_at": moment.known_at,
        "asked_order_id": moment.asked.order_id,
    }
    rows = fetch_prepared(KNOWN, params)
    if not rows:
        raise no_buyer(buyer_id)
    pk, group_id, records, accounts, rules, limits, *profile = rows[0]
    return _Known(
        party=Party(pk, group_id, dict(zip(records, accounts, strict=True))),
        profile=dict(zip(PROFILE_COLUMNS, profile, strict=True)),
        rules=[RuleVersion(*version) for version in json.loads(rules or "[]")],
        limits=[_limit_row(*row) for row in json.loads(limits or "[]")],
    )


def _limit_row(
    account: int, buyer: int | None, group: int | None, kind: str, currency: str, amount: str, end: str | None
) -> tuple[Any, ...]:
    return account, buyer, group, kind, currency, Decimal(amount), end and date.fromisoformat(end)


def _exposures(party: Party, moment: _Moment, rules: Mapping[str, RuleSetting]) -> Exposures:
    question = Question(
        records=party.records,
        as_of=moment.as_of,
        rates=moment.rates,
        known_at=moment.known_at,
        horizon_days=rules[RuleCode.HORIZON_USE].whole("horizon_days"),
        asked_order_id=moment.asked.order_id,
        asked_base=moment.asked.amount_base,
    )
    return read_exposures(question)


def _completed(asked: Asked, own: OwnOrder, *, is_insured: bool) -> Asked:
    """The question with what is on record about its order; a deposit or security that it assumes stays (what-if)."""
    if asked.order_id is not None:
        asked = replace(
            asked,
            delivered_base=own.delivered_base,
            deposit_received_base=asked.deposit_received_base or own.deposit_base,
            secured_base=asked.secured_base or own.secured_base,
            is_prepaid=asked.is_prepaid or _is_paid_in_full(asked, own),
        )
    is_covered = 0 < asked.remaining_base <= asked.secured_base
    return replace(asked, is_secured=asked.is_secured or is_insured or is_covered)


def _is_paid_in_full(asked: Asked, own: OwnOrder) -> bool:
    """Cleared funds for 100 %: in the order's own currency where all came in it, else in base currency."""
    if set(own.received) == {asked.amount.currency}:
        return own.received[asked.amount.currency] >= asked.amount.amount
    return 0 < asked.amount_base <= own.received_base


def _buyer_facts(
    moment: _Moment,
    profile: Mapping[str, Any],
    overdue: tuple[int, Decimal],
    own_order: OwnOrder,
    exposure: Exposure,
    limit: AccountLimit,
) -> PartyFacts:
    overdue_days, overdue_base = overdue
    missing = {*exposure.missing_rates, *limit.missing_rates, *own_order.missing_rates}
    as_of = moment.as_of
    return PartyFacts(
        exposure=exposure,
        limit=limit.limit,
        grade=profile["grade"] or None,
        grade_terms=_grade_terms(profile),
        score_age_days=_age(profile["scored_on"], as_of),
        oldest_overdue_days=overdue_days,
        overdue_base=overdue_base,
        overdue_age_days=0,
        kyc_status=_kyc_status(profile, as_of),
        kyc_age_days=_age(profile["kyc_since"], as_of),
        screening_result=profile["screening_result"],
        screening_age_days=_age(profile["screened_on"], as_of),
        dunning_level=int(profile["dunning_level"] or 0),
        # Promises and policies have no tables yet: nothing can be broken, and no policy says stop.
        open_broken_promises=0,
        broken_promises_12m=0,
        insurance_stop_since=None,
        forced_hold=profile["is_forced"],
        receipts_age_working_days=_receipts_age(profile["heard_at"], as_of),
        missing_rates=tuple(sorted(missing)),
    )


def _group_facts(party: Party, moment: _Moment, found: Exposures, limit: AccountLimit) -> PartyFacts | None:
    """Exposure and limit of the group; None where the group has no account with a limit."""
    if party.group_id is None or not limit.has_limits:
        return None
    own = found.by_buyer[party.buyer_id]
    total = sum_exposures(base_currency=moment.rates.base, members=found.by_buyer.values(), own=own)
    missing = {*total.missing_rates, *limit.missing_rates}
    return PartyFacts(exposure=total, limit=limit.limit, missing_rates=tuple(sorted(missing)))


def _overdue(party: Party, moment: _Moment) -> tuple[int, Decimal]:
    """Days past due of the oldest material overdue item of the buyer, and what is overdue in base currency."""
    question = OpenItems(moment.as_of, known_at=moment.known_at, buyer_ids=[party.buyer_id])
    params = question.base_params(moment.rates, records=party.own_records)
    days, base = fetch_prepared(OVERDUE, params)[0]
    return days, base or ZERO


def _grade_terms(profile: Mapping[str, Any]) -> GradeTerms | None:
    grade = profile["grade"]
    if not grade:
        return None
    if profile["terms_kind"] is None:
        return DEFAULT_TERMS.get(grade)
    return GradeTerms(
        grade,
        TermsKind(profile["terms_kind"]),
        profile["terms_days"],
        profile["terms_deposit"],
        profile["terms_version"],
    )


def _kyc_status(profile: Mapping[str, Any], as_of: date) -> str | None:
    expires: date | None = profile["kyc_expires_on"]
    status: str | None = profile["kyc_status"]
    return KYC_EXPIRED if status and expires is not None and expires < as_of else status


def _age(day: date | None, as_of: date) -> int | None:
    return None if day is None else (as_of - day).days


def _receipts_age(heard_at: datetime | None, as_of: date) -> int:
    """Working days since the ledger last heard of money; 0 where nothing is on record that could be paid."""
    return 0 if heard_at is None else working_days_between(day_of(heard_at), as_of)
