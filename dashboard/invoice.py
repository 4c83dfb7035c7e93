"""The invoice page: every entry, every change, the source of every figure."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from core.errors import NotFound
from dashboard import labels
from dashboard.exports import wanted_export
from dashboard.pages import PageView
from dashboard.queries.accounts import is_visible
from dashboard.queries.invoice_sheet import EntryRow, get_invoice_sheet
from dashboard.tables import DataTable, DateColumn, MoneyColumn, TextColumn, WordColumn, configure
from invoices.models import Invoice


class EntriesTable(DataTable):
    """The ledger entries of one invoice with the balance after each."""

    title = _("Ledger entries")
    effective_date = DateColumn(_("effective"), tip=_("When it counts in the books."))
    kind = WordColumn(_("entry"), table=labels.ENTRIES)
    document = TextColumn(_("document"))
    amount = MoneyColumn(_("amount"), currency_of="currency")
    balance = MoneyColumn(_("open after it"), currency_of="currency")
    recorded_at = TextColumn(_("recorded"), tip=_("When we learned it."), css="nowrap soft")
    remark = TextColumn(_("remark"))

    class Meta(DataTable.Meta):
        orderable = False


class InvoicePage(PageView):
    """``/invoices/<id>/``"""

    permission = Permission.BUYER_READ

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The sheet as of the date, or its entries as a file."""
        invoice = Invoice.objects.filter(pk=pk).select_related("buyer", "order", "batch").first()
        if invoice is None or not is_visible(buyer_id=invoice.buyer_id, scope=self.page.scope):
            raise NotFound(
                "invoice_unknown", gettext("There is no invoice %(pk)s.") % {"pk": pk}, {"field": "id", "value": pk}
            )
        sheet = get_invoice_sheet(invoice=invoice, as_of=self.page.as_of)
        rows = [_as_row(entry, invoice.currency) for entry in sheet.entries]
        table = EntriesTable(rows, name="entries")
        export = wanted_export(request, table)
        return export or self.render(
            "invoices/invoice.html",
            sheet=sheet,
            invoice=invoice,
            table=configure(request, table, per_page=200),
            terms=labels.word_of(labels.TERMS_OF_PAYMENT, invoice.terms),
            days_past_due=(self.page.as_of - sheet.due_date).days,
        )


def _as_row(entry: EntryRow, currency: str) -> dict[str, Any]:
    remark = _("reversed later") if entry.is_reversed else _("after the as-of date") if entry.is_after else None
    return {
        "effective_date": entry.effective_date,
        "kind": entry.kind,
        "document": entry.document or None,
        "amount": entry.amount,
        "balance": entry.balance,
        "recorded_at": f"{timezone.localtime(entry.recorded_at):%Y-%m-%d %H:%M}",
        "remark": remark,
        "currency": currency,
    }
