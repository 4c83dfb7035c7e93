"""The documents behind an exposure: ``/exposure/?buyer=CODE`` or ``?group=CODE``, one part of it or all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from core.errors import DomainError
from credit.domain.exposure import Part
from credit.queries.exposure_rows import ComponentRow, list_component_rows, reconcile
from dashboard.check_words import PARTS
from dashboard.exports import wanted_export
from dashboard.limits.instrument_rows import KINDS, instrument_url
from dashboard.pages import PageView
from dashboard.queries.accounts import get_account
from dashboard.queries.groups import get_group
from dashboard.tables import BaseMoneyColumn, DataTable, DateColumn, MoneyColumn, TextColumn, WordColumn, configure

DOCUMENTS: dict[str, Any] = {
    "invoice": _("invoice"),
    "order": _("order"),
    "bill": _("bill"),
    "sold": _("sold receivable"),
    "receipt": _("receipt"),
    "credit_note": _("credit note"),
    "security": _("security"),
}


class ComponentsTable(DataTable):
    """Documents of an exposure, largest first."""

    title = _("Documents behind the exposure")
    empty = _("Nothing of this kind on this date.")

    part = WordColumn(_("part"), table=PARTS)
    document = WordColumn(_("document"), table=DOCUMENTS)
    reference = TextColumn(_("number"))
    order_reference = TextColumn(_("of order"))
    day = DateColumn(_("date"))
    amount = MoneyColumn(_("amount"))
    currency = TextColumn(_("currency"))
    amount_base = BaseMoneyColumn(_("amount,"))

    def render_reference(self, value: str, record: ComponentRow) -> Any:
        """Linked to its page, where it has one."""
        url = self._url(record)
        return format_html('<a href="{}">{}</a>', url, value) if url else value

    def _url(self, record: ComponentRow) -> str:
        if record.document == "invoice":
            return reverse("dashboard:invoice", args=[record.document_id])
        if record.document == "order":
            return f"{reverse('dashboard:orders')}?order={record.document_id}"
        return instrument_url(record.document, record.document_id) if record.document in KINDS else ""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose exposure: name, page, and the buyers that it is read of."""

    name: str
    url: str
    buyer_ids: tuple[int, ...]


class ExposurePage(PageView):
    """Every document that is part of the exposure on the date in the header."""

    permission = Permission.LIMITS_READ

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The rows, or the rows as a file."""
        whose, page = self._whose(request), self.page
        part = request.GET.get("part", "")
        if part and part not in set(Part):
            words = gettext("There is no such part of the exposure.")
            raise DomainError("part_unknown", words, {"field": "part", "value": part[:40]})
        parts = Part(part) if part else list(Part)
        rows = list_component_rows(list(whose.buyer_ids), parts, as_of=page.as_of, rates=page.rates, scope=page.scope)
        table = ComponentsTable(rows, name="components", base_currency=page.base_currency)
        export = wanted_export(request, table)
        return export or self.render(
            "exposure/rows.html",
            table=configure(request, table),
            whose=whose,
            part=PARTS.get(part, ""),
            ledger=[] if part else reconcile(list(whose.buyer_ids), as_of=page.as_of, rates=page.rates),
            total=sum((row.amount_base or 0 for row in rows), 0) if part else None,
        )

    def _whose(self, request: HttpRequest) -> Whose:
        page = self.page
        if code := request.GET.get("group", ""):
            group, members = get_group(code=code, as_of=page.as_of, scope=page.scope)
            ids = tuple(member.buyer_id for member in members)
            return Whose(group.name, reverse("dashboard:group", args=[group.code]), ids)
        account = get_account(code=request.GET.get("buyer", ""), scope=page.scope)
        buyer = account.merged_into or account.buyer
        return Whose(buyer.name, reverse("dashboard:buyer", args=[buyer.code]), (buyer.pk,))
