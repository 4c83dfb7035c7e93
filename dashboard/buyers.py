"""The list of buyers: found by name, code, alias or 中文名, filtered, with what they owe."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from buyers.domain.facts import BuyerStatus
from core.domain.roles import Permission
from dashboard import formats, labels
from dashboard.exports import wanted_export
from dashboard.glossary import TERMS
from dashboard.pages import PageView
from dashboard.queries.buyer_list import BuyerFilter, list_buyers, list_countries, list_owners
from dashboard.queries.dates import get_set_id
from dashboard.tables import (
    BaseMoneyColumn,
    BuyerColumn,
    CountryColumn,
    DataTable,
    DaysPastDueColumn,
    GradeColumn,
    LabelColumn,
    PagedData,
    PointsColumn,
    TextColumn,
    configure,
)


class GroupColumn(TextColumn):
    """A group's name linked to its page; the record carries group_code and group_name."""

    def render(self, record: Any) -> Any:
        """The link."""
        return format_html(
            '<a href="{}">{}</a>', reverse("dashboard:group", args=[record.group_code]), record.group_name
        )

    def value(self, record: Any) -> Any:
        """The name alone."""
        return record.group_name


class BuyersTable(DataTable):
    """Buyers with grade and debt."""

    title = _("Buyers")
    empty = _("No buyer fits. Search for part of a name, a code or a 中文名, or clear the filters.")
    code = TextColumn(_("code"), accessor="buyer_code", css="nowrap")
    buyer = BuyerColumn(_("buyer"), accessor="buyer_name")
    country = CountryColumn(_("country/region"))
    group = GroupColumn(_("group"), accessor="group_name")
    owner = TextColumn(_("owner"))
    status = LabelColumn(_("status"), table=labels.BUYER_STATUS)
    grade = GradeColumn(_("grade"), tip=TERMS["grade"].tip)
    score = PointsColumn(_("score"), tip=TERMS["score"].tip)
    open_amount = BaseMoneyColumn(_("open"))
    overdue = BaseMoneyColumn(_("overdue"), tip=TERMS["overdue"].tip)
    over_90 = BaseMoneyColumn(_("over 90 days"))
    oldest = DaysPastDueColumn(_("oldest, days past due"), tip=TERMS["dpd"].tip)


class BuyersPage(PageView):
    """``/buyers/?q=&grade=&country=&owner=&status=``"""

    permission = Permission.BUYER_READ

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list; a search that names exactly one code goes straight to the buyer."""
        page, given = self.page, request.GET
        wanted = BuyerFilter(
            text=given.get("q", "").strip()[:100],
            grade=given.get("grade", ""),
            country=given.get("country", ""),
            owner=given.get("owner", ""),
            status=given.get("status", ""),
        )
        set_id = get_set_id(as_of=page.as_of, base_currency=page.base_currency)
        rows = list_buyers(wanted=wanted, as_of=page.as_of, set_id=set_id, scope=page.scope)
        table = BuyersTable(PagedData(rows), name="buyers", base_currency=page.base_currency)
        export = wanted_export(request, table)
        if export:
            return export
        configure(request, table)
        shown = list(table.page.object_list.data)
        if wanted.text and len(shown) == 1:
            return redirect("dashboard:buyer", shown[0].buyer_code)
        return self.render(
            "buyers/list.html", table=table, wanted=wanted, has_figures=set_id is not None, **self._choices()
        )

    def _choices(self) -> dict[str, Any]:
        """What the filters offer."""
        countries = [(code or "none", formats.territory(code)) for code in list_countries(scope=self.page.scope)]
        return {
            "grades": [*labels.GRADES, "none"],
            "countries": sorted(countries, key=lambda item: item[1]),
            "owners": list_owners(scope=self.page.scope),
            "statuses": [(status.value, labels.BUYER_STATUS[status].text) for status in BuyerStatus],
        }
