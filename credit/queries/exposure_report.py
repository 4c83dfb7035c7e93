"""One buyer's exposure with its limits, cover and group: what the exposure page and endpoint ask, as of any date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from buyers.models import Buyer, BuyerGroup
from buyers.queries.records import no_buyer
from core.domain.rates import Rate, RateTable
from core.house import base_currency
from core.queries.prepared import planned_once
from core.queries.rates import rate_table
from credit.domain.exposure import Cover, Exposure, Insured, sum_exposures
from credit.domain.limits import LimitInForce
from credit.domain.rules import RuleCode
from credit.queries.exposure import Question, read_exposures
from credit.queries.insured import covers_in_force
from credit.queries.limits import AccountLimit, limits_in_force
from credit.queries.parties import Party, get_party
from credit.queries.rules import settings_for
from credit.queries.standings import get_standings


@dataclass(frozen=True, slots=True)
class PartyReport:
    """An exposure against the limit of its account, in base currency; headroom below 0 is exceeded.

    ``account_id`` None: it never had a limit.
    """

    exposure: Exposure
    limit: LimitInForce
    missing_rates: tuple[str, ...]
    account_id: int | None

    @property
    def headroom(self) -> Decimal:
        """Limit − net exposure, all orders."""
        return self.limit.allowed_base - self.exposure.net

    @property
    def headroom_in_horizon(self) -> Decimal:
        """Limit − net exposure without what ships beyond the horizon."""
        return self.limit.allowed_base - self.exposure.net_in_horizon


@dataclass(frozen=True, slots=True)
class MemberReport:
    """A member of the group and its own exposure."""

    code: str
    exposure: Exposure


@dataclass(frozen=True, slots=True)
class GroupReport:
    """The group: its sum against the limit that it shares, and the members."""

    code: str
    party: PartyReport
    members: tuple[MemberReport, ...]


@dataclass(frozen=True, slots=True)
class ExposureReport:
    """What could be lost with a buyer on a day. ``insured`` leaves out deductible and first loss."""

    buyer: str
    as_of: date
    known_at: datetime | None
    base_currency: str
    horizon_days: int
    party: PartyReport
    covers: tuple[Cover, ...]
    insured: Insured
    group: GroupReport | None
    rates: tuple[Rate, ...]


def get_exposure_report(
    buyer_id: int, *, as_of: date, known_at: datetime | None = None, rates: RateTable | None = None
) -> ExposureReport:
    """The report of a buyer (its survivor's where it was merged); a fixed number of statements.

    ``rates`` None: into the firm's base currency. Raises ``buyer_not_found``. A currency without a usable rate is named
    in ``missing_rates`` and is in no sum.
    """
    rates = rates or rate_table(base=base_currency(), as_of=as_of, known_at=known_at)
    with planned_once():
        party = _get_party(buyer_id, as_of=as_of, known_at=known_at)
        horizon = _horizon_days(party, as_of=as_of, known_at=known_at)
        question = Question(records=party.records, as_of=as_of, rates=rates, known_at=known_at, horizon_days=horizon)
        exposures = read_exposures(question).by_buyer
    groups = [] if party.group_id is None else [party.group_id]
    limits = limits_in_force(buyer_ids=[party.buyer_id], group_ids=groups, as_of=as_of, rates=rates, known_at=known_at)
    codes = dict(Buyer.objects.filter(pk__in=party.member_ids).values_list("pk", "code"))
    own = exposures[party.buyer_id]
    covers = covers_in_force([party.buyer_id], as_of=as_of, rates=rates, known_at=known_at).get(party.buyer_id, [])
    return ExposureReport(
        buyer=codes[party.buyer_id],
        as_of=as_of,
        known_at=known_at,
        base_currency=rates.base,
        horizon_days=horizon,
        party=_against(own, limits.of_buyer(party.buyer_id)),
        covers=tuple(covers),
        insured=own.uninsured(covers=covers),
        group=_group(party, exposures, codes, limits.of_group(party.group_id), rates),
        rates=_used(exposures, rates),
    )


def _get_party(buyer_id: int, *, as_of: date, known_at: datetime | None) -> Party:
    party = get_party(buyer_id, as_of=as_of, known_at=known_at)
    if party is None:
        raise no_buyer(buyer_id)
    return party


def _horizon_days(party: Party, *, as_of: date, known_at: datetime | None) -> int:
    grade = get_standings([party.buyer_id], as_of=as_of)[party.buyer_id].grade or None
    rules = settings_for(buyer_id=party.buyer_id, group_id=party.group_id, grade=grade, known_at=known_at)
    return rules[RuleCode.HORIZON_USE].whole("horizon_days")


def _against(exposure: Exposure, found: AccountLimit) -> PartyReport:
    missing = tuple(sorted({*exposure.missing_rates, *found.missing_rates}))
    return PartyReport(exposure, found.limit, missing, found.account_id)


def _group(
    party: Party,
    exposures: Mapping[int, Exposure],
    codes: Mapping[int, str],
    limit: AccountLimit,
    rates: RateTable,
) -> GroupReport | None:
    if party.group_id is None:
        return None
    total = sum_exposures(base_currency=rates.base, members=exposures.values(), own=exposures[party.buyer_id])
    members = (MemberReport(codes[pk], exposures[pk]) for pk in party.member_ids)
    code = BuyerGroup.objects.values_list("code", flat=True).get(pk=party.group_id)
    return GroupReport(code, _against(total, limit), tuple(sorted(members, key=lambda member: member.code)))


def _used(exposures: Mapping[int, Exposure], rates: RateTable) -> tuple[Rate, ...]:
    seen = {component.currency for exposure in exposures.values() for component in exposure.components}
    return tuple(rates.rates[code] for code in sorted(seen - {rates.base}) if code in rates.rates)
