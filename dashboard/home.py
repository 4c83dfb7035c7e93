"""Home: what must I do today?"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from buyers.models import Buyer
from core.domain.roles import Permission, is_granted
from dashboard import home_charts, labels
from dashboard.exports import wanted_export
from dashboard.home_alerts import worklist_of
from dashboard.home_credit import ending_limits, holds_of
from dashboard.home_movers import movers_of
from dashboard.home_tiles import own_tiles, tiles_of
from dashboard.queries.countries import list_country_lines
from dashboard.queries.deadlines import Deadline, list_deadlines
from dashboard.queries.movers import own_totals
from dashboard.snapshots import SnapshotPage
from dashboard.tables import configure
from dashboard.uninsured import waiting_tile
from invoices.queries.snapshots import Snapshot


class HomePage(SnapshotPage):
    """``/``: the portfolio for who may see it, own buyers for sales, administration for administrators."""

    permission = Permission.BUYER_READ

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Who may see no buyer has their work elsewhere."""
        role = getattr(request.user, "role", "")
        if request.user.is_authenticated and not is_granted(role, Permission.BUYER_READ):
            return redirect("dashboard:administration")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """An empty database says what to do first."""
        if not Buyer.objects.exists():
            return self.render("home/empty.html", may_import=self.page.may(Permission.LEDGER_IMPORT))
        return super().get(request)

    def show(self, request: HttpRequest, snapshot: Snapshot) -> HttpResponseBase:
        """Tiles, movers, alerts, deadlines, aging, trend, map."""
        page, found = self.page, snapshot.set
        totals = found.totals if page.scope.is_everything else None
        countries = list_country_lines(totals=totals, set_id=found.pk, as_of=page.as_of, scope=page.scope)
        table = home_charts.CountriesTable(countries, name="countries", base_currency=page.base_currency)
        export = wanted_export(request, table)
        if export:
            return export
        tiles, buckets = self._sums(found.totals, found.pk)
        return self.render(
            "home/home.html",
            snapshot=snapshot,
            tiles=tiles,
            uninsured=waiting_tile() if page.may(Permission.LIMITS_READ) else None,
            movers=movers_of(totals=totals, set_id=found.pk, page=page),
            worklist=worklist_of(page=page),
            deadlines=[_deadline(row) for row in list_deadlines(set_id=found.pk, as_of=page.as_of, scope=page.scope)],
            holds=holds_of(page),
            limit_ends=ending_limits(page),
            aging_chart=home_charts.aging_chart(buckets, page),
            trend_chart=home_charts.trend_chart(found.totals["trend"], page) if totals else None,
            map_chart=home_charts.map_chart(countries, page),
            table=configure(request, table, per_page=15),
            totals=totals,
            old_rates=old_rates_of(found.totals),
            warn_after=settings.RATE_WARN_AFTER_DAYS,
            control_is_ok=all(line["ok"] for line in found.totals["control"]),
        )

    def _sums(self, totals: dict[str, Any], set_id: int) -> tuple[list[Any], list[Decimal]]:
        if self.page.scope.is_everything:
            return tiles_of(totals), [Decimal(bucket["amount"]) for bucket in totals["aging"]["due"]["buckets"]]
        sums, buckets = own_totals(set_id=set_id, scope=self.page.scope)
        return own_tiles(sums, self.page.base_currency), buckets


def old_rates_of(totals: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Rates in use that are older than the warning age: their date and the currencies, oldest first."""
    used = {line["currency"] for line in totals["control"]}
    by_day: dict[str, list[str]] = {}
    for code in totals["rates_warnings"]:
        if code in used:
            by_day.setdefault(totals["rates"][code]["date"], []).append(code)
    return sorted(by_day.items())


def _deadline(row: Deadline) -> tuple[Any, Any, Deadline]:
    detail = labels.CERTIFICATES.get(row.detail, row.detail)
    return labels.word_of(labels.DEADLINES, row.what), detail, row
