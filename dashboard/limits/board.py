"""The limits board: what buyers and groups may owe, how much of it is used, what ends soon."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from dashboard.credit_labels import LIMIT_STATES
from dashboard.exports import wanted_export
from dashboard.formats import money, percent
from dashboard.glossary import TERMS
from dashboard.labels import Label
from dashboard.limits.base import LimitsPage
from dashboard.limits.used import UsedRow, UsedRows
from dashboard.queries.limit_board import list_limit_board
from dashboard.tables import (
    BaseMoneyColumn,
    DataTable,
    DateColumn,
    LabelColumn,
    MoneyColumn,
    PagedData,
    ShareColumn,
    TextColumn,
    configure,
)
from dashboard.templatetags import duewatch

CHOICES = {"": _("all"), "ending": _("ending or expired"), "groups": _("groups")}


class BoardTable(DataTable):
    """Limits in force, the largest first."""

    title = _("Limits")
    empty = _("No limit here. Ask for one from a buyer's page; it counts when it is approved.")

    name = TextColumn(_("buyer or group"))
    amount = MoneyColumn(_("own limit"), orderable=False)
    currency = TextColumn(_("currency"), orderable=False)
    base_amount = BaseMoneyColumn(_("own limit,"))
    valid_to = DateColumn(_("until"))
    temporary = TextColumn(_("temporary"), accessor="temporary_amount", orderable=False)
    exposure = BaseMoneyColumn(_("exposure,"), tip=TERMS["exposure"].tip, orderable=False)
    use = ShareColumn(_("used"), orderable=False)
    state = LabelColumn(_("state"), table=LIMIT_STATES, orderable=False)
    review_on = DateColumn(_("review"))

    def render_name(self, record: UsedRow) -> Any:
        """Linked to the account."""
        url = reverse("dashboard:limit_account", args=[record.account_id])
        kind = format_html(' <span class="tone">{}</span>', _("group")) if record.is_group else ""
        return format_html('<a href="{}">{}</a> <span class="minor">{}</span>{}', url, record.name, record.code, kind)

    def value_name(self, record: UsedRow) -> str:
        """The name alone."""
        return record.name

    def render_temporary(self, record: UsedRow) -> str:
        """Amount and last day."""
        amount = money(record.temporary_amount, record.temporary_currency or "")
        return f"{amount} {record.temporary_currency} → {record.temporary_until}"

    def value_temporary(self, record: UsedRow) -> Decimal | None:
        """The bare amount."""
        return record.temporary_amount

    def render_use(self, value: Decimal) -> Any:
        """In a colour when the limit is nearly used up or exceeded."""
        tone = "worst" if value > 1 else "warn" if value > Decimal("0.9") else ""
        return duewatch.tone(Label(percent(value, digits=0), tone)) if tone else percent(value, digits=0)


class BoardPage(LimitsPage):
    """All limits as of the date in the header."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The board, or the board as a file."""
        which = request.GET.get("which", "") if request.GET.get("which", "") in CHOICES else ""
        search = request.GET.get("q", "").strip()[:60]
        page = self.page
        rows = list_limit_board(as_of=page.as_of, rates=page.rates, which=which, search=search)
        data = PagedData(UsedRows(rows, page.as_of, page.rates))
        table = configure(request, BoardTable(data, name="limits", base_currency=page.base_currency))
        choices = [(code, word, code == which) for code, word in CHOICES.items()]
        return wanted_export(request, table) or self.render(
            "limits/board.html", table=table, choices=choices, search=search
        )
