"""Administration: which exchange rates we have, how old they are and where they come from."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from core.queries.latest_rates import LatestRate, list_latest_rates
from dashboard.administration.base import AdministrationPage
from dashboard.exports import wanted_export
from dashboard.labels import Label
from dashboard.tables import DataTable, DateColumn, DaysColumn, NumberColumn, TextColumn, configure
from dashboard.templatetags import duewatch

USED = Label(_("in use"), "good")
OLD = Label(_("in use, old"), "warn")
STALE = Label(_("too old, not used"), "worst")


class RatesTable(DataTable):
    """The latest rate of each currency."""

    title = _("Exchange rates")
    empty = _("No rates yet. Run: manage.py load_rates")

    currency = TextColumn(_("Currency"))
    per_eur = NumberColumn(_("Units for 1 EUR"))
    rate_date = DateColumn(_("Rate of"))
    age_days = DaysColumn(_("Age in days"))
    source = TextColumn(_("Source"))
    state = TextColumn(_("State"), orderable=False, accessor="age_days")

    def render_state(self, record: LatestRate) -> Any:
        """Used, used with a warning, or not used."""
        return duewatch.tone(_label(record))

    def value_state(self, record: LatestRate) -> str:
        """The word alone."""
        return str(_label(record).text)


class RatesPage(AdministrationPage):
    """The latest rates on the date in the header."""

    tab = "administration_rates"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list."""
        rows = list_latest_rates(as_of=self.page.as_of)
        table = configure(request, RatesTable(rows, name="rates"))
        return wanted_export(request, table) or self._page(table)

    def _page(self, table: RatesTable) -> HttpResponse:
        limits = {"warn_after": settings.RATE_WARN_AFTER_DAYS, "max_age": settings.RATE_MAX_AGE_DAYS}
        return self.render("administration/rates.html", table=table, **limits)


def _label(row: LatestRate) -> Label:
    if row.age_days > settings.RATE_MAX_AGE_DAYS:
        return STALE
    return OLD if row.age_days > settings.RATE_WARN_AFTER_DAYS else USED
