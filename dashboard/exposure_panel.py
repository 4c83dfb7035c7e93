"""Exposure of a buyer or a group as its page shows it: the bar against the limits, and what is not insured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from buyers.models import Buyer, BuyerGroup
from credit.domain.exposure import Cover, Exposure, Part
from credit.queries.exposure import group_exposure
from credit.queries.exposure_report import PartyReport, get_exposure_report
from credit.queries.insured import covers_in_force
from credit.queries.limits import limits_in_force
from dashboard.context import PageContext
from dashboard.exposure_bar import ExposureBar, Limit, bar_of

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ExposurePanel:
    """The bar, the uninsured part, and the account behind the limit."""

    bar: ExposureBar
    uninsured: Decimal
    planned: Decimal
    missing_rates: tuple[str, ...]
    account_id: int | None
    rows_url: str


def buyer_panel(buyer: Buyer, page: PageContext) -> ExposurePanel:
    """A buyer against its own limit, its group's and the insurers'."""
    report = get_exposure_report(buyer.pk, as_of=page.as_of, rates=page.rates)
    shared = report.group.party if report.group else None
    marks = [*_mark("own", _("limit of the buyer"), report.party), *_mark("group", _("limit of the group"), shared)]
    return _panel(report.party, marks, report.covers, f"buyer={buyer.code}")


def group_panel(group: BuyerGroup, buyer_ids: Sequence[int], page: PageContext) -> ExposurePanel:
    """A group against the limit that its members share; covers of all members."""
    exposure = group_exposure(group.pk, as_of=page.as_of, rates=page.rates).total
    shared = limits_in_force(group_ids=[group.pk], as_of=page.as_of, rates=page.rates).of_group(group.pk)
    party = PartyReport(exposure, shared.limit, exposure.missing_rates, shared.account_id)
    found = covers_in_force(buyer_ids, as_of=page.as_of, rates=page.rates)
    covers = [cover for rows in found.values() for cover in rows]
    return _panel(party, _mark("group", _("limit of the group"), party), covers, f"group={group.code}")


def _mark(code: str, label: str, party: PartyReport | None) -> list[Limit]:
    """The limit with what is used of it; none where there never was one."""
    if party is None or party.account_id is None:
        return []
    limit = party.limit
    note = _("until %(day)s") % {"day": limit.valid_to} if limit.valid_to else ""
    if limit.is_temporary:
        note = f"{_('temporary')}, {note}"
    return [Limit(code, label, limit.allowed_base, party.exposure.net_in_horizon, note)]


def _panel(party: PartyReport, marks: list[Limit], covers: Sequence[Cover], query: str) -> ExposurePanel:
    exposure = party.exposure
    told = exposure.uninsured(covers=covers)
    if covers:
        total = sum((cover.limit_base for cover in covers), ZERO)
        marks = [*marks, Limit("insured", _("insured limit"), total, told.covered_base, _("what has shipped"))]
    url = f"{reverse('dashboard:exposure')}?{query}"
    amounts = {part.value: _amount(exposure, part) for part in Part}
    return ExposurePanel(
        bar=bar_of(
            amounts=amounts, limits=marks, currency=exposure.base_currency, url_of=lambda part: f"{url}&part={part}"
        ),
        uninsured=told.uninsured_base,
        planned=told.planned_base,
        missing_rates=party.missing_rates,
        account_id=party.account_id,
        rows_url=url,
    )


def _amount(exposure: Exposure, part: Part) -> Decimal | None:
    """None where something of the part has no rate."""
    rows = [row for row in exposure.components if row.part == part]
    return None if any(row.amount_base is None for row in rows) else exposure.by_part[part]
