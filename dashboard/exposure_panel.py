"""Exposure of a buyer or a group as its page shows it: the bar against the limits, and what is not insured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.domain.rates import RateTable
from core.queries.rates import rate_table
from credit.domain.exposure import Exposure, Part
from credit.queries.exposure import get_exposures, group_exposure
from credit.queries.insured import covers_in_force
from credit.queries.limits import AccountLimit, limits_in_force
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


def buyer_panel(buyer: Any, page: PageContext) -> ExposurePanel:
    """A buyer against its own limit, its group's and the insurers'."""
    rates = rate_table(base=page.base_currency, as_of=page.as_of)
    exposure = get_exposures([buyer.pk], as_of=page.as_of, rates=rates)[buyer.pk]
    group_ids = [buyer.group_id] if buyer.group_id else []
    found = limits_in_force(buyer_ids=[buyer.pk], group_ids=group_ids, as_of=page.as_of, rates=rates)
    own, shared = found.of_buyer(buyer.pk), found.of_group(buyer.group_id)
    marks = [_mark("own", _("limit of the buyer"), own, exposure.net_in_horizon)] if own.has_limits else []
    if shared.has_limits:
        total = group_exposure(buyer.group_id, as_of=page.as_of, rates=rates).total
        marks.append(_mark("group", _("limit of the group"), shared, total.net_in_horizon))
    return _panel(exposure, marks, own, [buyer.pk], rates, page.as_of, f"buyer={buyer.code}")


def group_panel(group: Any, buyer_ids: Sequence[int], page: PageContext) -> ExposurePanel:
    """A group against the limit that its members share; covers of all members."""
    rates = rate_table(base=page.base_currency, as_of=page.as_of)
    exposure = group_exposure(group.pk, as_of=page.as_of, rates=rates).total
    shared = limits_in_force(group_ids=[group.pk], as_of=page.as_of, rates=rates).of_group(group.pk)
    marks = [_mark("group", _("limit of the group"), shared, exposure.net_in_horizon)] if shared.has_limits else []
    return _panel(exposure, marks, shared, list(buyer_ids), rates, page.as_of, f"group={group.code}")


def _mark(code: str, label: str, found: AccountLimit, used: Decimal) -> Limit:
    limit = found.limit
    note = _("until %(day)s") % {"day": limit.valid_to} if limit.valid_to else ""
    if limit.is_temporary:
        note = f"{_('temporary')}, {note}"
    return Limit(code, label, limit.allowed_base, used, note)


def _panel(
    exposure: Exposure,
    marks: list[Limit],
    found: AccountLimit,
    buyer_ids: Sequence[int],
    rates: RateTable,
    as_of: date,
    query: str,
) -> ExposurePanel:
    covers = [cover for rows in covers_in_force(buyer_ids, as_of=as_of, rates=rates).values() for cover in rows]
    told = exposure.uninsured(covers=covers)
    if covers:
        total = sum((cover.limit_base for cover in covers), ZERO)
        marks = [*marks, Limit("insured", _("insured limit"), total, told.covered_base, _("what has shipped"))]
    url = f"{reverse('dashboard:exposure')}?{query}"
    amounts = {part.value: _amount(exposure, part) for part in Part}
    return ExposurePanel(
        bar=bar_of(amounts=amounts, limits=marks, currency=rates.base, url_of=lambda part: f"{url}&part={part}"),
        uninsured=told.uninsured_base,
        planned=told.planned_base,
        missing_rates=exposure.missing_rates,
        account_id=found.account_id,
        rows_url=url,
    )


def _amount(exposure: Exposure, part: Part) -> Decimal | None:
    """None where something of the part has no rate."""
    rows = [row for row in exposure.components if row.part == part]
    return None if any(row.amount_base is None for row in rows) else exposure.by_part[part]
