"""Charts of the Home page and the table of the risk map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard import formats, labels
from dashboard.charts import Chart, Series, bucket_chart
from dashboard.context import PageContext
from dashboard.glossary import TERMS
from dashboard.open_items import items_url
from dashboard.queries.countries import CountryLine
from dashboard.queries.open_items import NONE
from dashboard.tables import BaseMoneyColumn, CountColumn, DataTable, ShareColumn, TextColumn
from dashboard.templatetags import duewatch
from invoices.domain.kinds import AgingBasis

_PIECES = (
    (None, 5, "bucket-0"),
    (5, 15, "bucket-1"),
    (15, 30, "bucket-2"),
    (30, 50, "bucket-3"),
    (50, None, "bucket-5"),
)


class CountryLinkColumn(TextColumn):
    """A country/region linked to its open items."""

    def render(self, record: CountryLine) -> Any:
        """The name as a link."""
        url = items_url(country=record.country or NONE)
        return format_html('<a href="{}">{}</a>', url, country_name(record.country))

    def value(self, record: CountryLine) -> str:
        """The name alone."""
        return country_name(record.country)


class RiskColumn(TextColumn):
    """The OECD class in words and colour."""

    def render(self, record: CountryLine) -> Any:
        """The toned word."""
        return duewatch.tone(risk_label(record))

    def value(self, record: CountryLine) -> str:
        """The word."""
        return str(risk_label(record).text)


class CountriesTable(DataTable):
    """Exposure, lateness and risk class by country/region."""

    title = gettext_lazy("Risk by country/region")
    empty = gettext_lazy("Nothing is open on this date.")
    country = CountryLinkColumn(gettext_lazy("country/region"), empty_values=())
    risk_class = RiskColumn(gettext_lazy("risk class"), tip=TERMS["country_class"].tip, empty_values=())
    buyers = CountColumn(gettext_lazy("buyers"))
    open_amount = BaseMoneyColumn(gettext_lazy("open"))
    overdue = BaseMoneyColumn(gettext_lazy("overdue"), tip=TERMS["overdue"].tip)
    overdue_share = ShareColumn(gettext_lazy("overdue %"))


def country_name(code: str) -> str:
    """The name, or that it is unknown."""
    return formats.territory(code) if code else _("unknown")


def risk_label(line: CountryLine) -> labels.Label:
    """The class in words."""
    if not line.is_listed:
        return labels.Label(_("not on the list"))
    return labels.country_class(line.risk_class, is_high_income=line.is_high_income)


def aging_chart(buckets: Sequence[Decimal], page: PageContext) -> Chart:
    """Open amounts by days past due; each bar opens its rows."""
    return bucket_chart(
        labels=labels.bucket_words(AgingBasis.DUE),
        values=buckets,
        urls=[items_url(bucket=place) for place in range(len(buckets))],
        unit=page.base_currency,
        name=_("open"),
        summary=_("Open amount by days past due, in %(currency)s.") % {"currency": page.base_currency},
    )


def trend_chart(points: Sequence[Mapping[str, Any]], page: PageContext) -> Chart:
    """Receivables of 24 month-ends: not due, overdue up to 90 days, over 90; sales as a line."""
    shown = [{name: float(point[name]) for name in ("receivable", "overdue", "over_90", "sales")} for point in points]
    return Chart(
        kind="columns",
        summary=_("Receivables at the last 24 month-ends by lateness, with the sales of each month."),
        unit=page.base_currency,
        labels=[str(point["day"])[:7] for point in points],
        series=[
            Series(_("not due"), [point["receivable"] - point["overdue"] for point in shown], "bucket-0"),
            Series(_("overdue up to 90 days"), [point["overdue"] - point["over_90"] for point in shown], "bucket-2"),
            Series(_("over 90 days"), [point["over_90"] for point in shown], "bucket-5"),
            Series(_("sales of the month"), [point["sales"] for point in shown], "ink", as_line=True),
        ],
    )


def map_chart(lines: Sequence[CountryLine], page: PageContext) -> Chart:
    """Countries/regions by overdue share; the table beside it carries the figures."""
    return Chart(
        kind="map",
        summary=_("World map: share overdue by country/region; the table beside it holds the figures."),
        unit="%",
        series=[Series(_("overdue %"), [_spot(line, page) for line in lines if line.country], "accent")],
        extra={"pieces": [_piece(*piece) for piece in _PIECES]},
    )


def _piece(low: int | None, high: int | None, colour: str) -> dict[str, Any]:
    if low is None:
        return {"lt": high, "colour": colour, "label": _("overdue below %(high)s %%") % {"high": high}}
    if high is None:
        return {"gte": low, "colour": colour, "label": _("%(low)s %% and more") % {"low": low}}
    return {"gte": low, "lt": high, "colour": colour, "label": f"{low}–{high} %"}


def _spot(line: CountryLine, page: PageContext) -> dict[str, Any]:
    base = page.base_currency
    return {
        "name": line.country,
        "value": round(float(line.overdue_share or 0) * 100, 1),
        "url": items_url(country=line.country),
        "words": [
            country_name(line.country),
            _("open %(amount)s %(base)s") % {"amount": formats.whole(line.open_amount), "base": base},
            _("overdue %(amount)s, %(share)s")
            % {"amount": formats.whole(line.overdue), "share": formats.percent(line.overdue_share)},
            str(risk_label(line).text),
        ],
    }
