"""Overview of a buyer: aging, open invoices, payment behaviour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.roles import Permission
from dashboard import labels
from dashboard.buyer_behaviour import behaviour_of
from dashboard.buyer_trade import InvoiceLinkColumn
from dashboard.charts import bucket_chart
from dashboard.context import PageContext
from dashboard.exposure_panel import buyer_panel
from dashboard.glossary import TERMS
from dashboard.open_items import items_url
from dashboard.queries.accounts import Account
from dashboard.queries.behaviour import list_payments
from dashboard.queries.open_items import OpenItemFilter, list_open_items
from dashboard.queries.owed import Owed, OwedRow, list_owed, total_of
from dashboard.tables import (
    BaseMoneyColumn,
    DataTable,
    DateColumn,
    DaysPastDueColumn,
    MoneyColumn,
    PagedData,
    TextColumn,
)
from invoices.domain.kinds import AgingBasis

BEHAVIOUR_DAYS = 3 * 365


class OpenInvoicesTable(DataTable):
    """Open invoices of one buyer."""

    title = gettext_lazy("Open invoices")
    empty = gettext_lazy("Nothing is open on this date.")
    number = InvoiceLinkColumn(gettext_lazy("invoice"))
    invoice_date = DateColumn(gettext_lazy("invoice date"))
    due_date = DateColumn(gettext_lazy("due"))
    days_past_due = DaysPastDueColumn(gettext_lazy("days past due"), tip=TERMS["dpd"].tip)
    currency = TextColumn(gettext_lazy("currency"))
    amount = MoneyColumn(gettext_lazy("issued"))
    open_amount = MoneyColumn(gettext_lazy("open"))
    disputed = MoneyColumn(gettext_lazy("disputed"), tip=TERMS["disputed"].tip)
    base_open = BaseMoneyColumn(gettext_lazy("open"))


def build(account: Account, page: PageContext) -> dict[str, Any]:
    """Aging by currency with its chart, open invoices, behaviour."""
    owed = list_owed(buyer_ids=[account.buyer.pk], as_of=page.as_of, rates=page.rates, scope=page.scope)
    payments = list_payments(
        buyer_ids=account.buyer_ids, as_of=page.as_of, since=page.as_of - timedelta(days=BEHAVIOUR_DAYS)
    )
    return {
        "owed": owed,
        "total": total_of(owed),
        "bucket_words": labels.bucket_words(AgingBasis.DUE),
        "aging_chart": _aging_chart(owed, page, account.buyer.code),
        "behaviour": behaviour_of(payments=payments, as_of=page.as_of),
        "table": _invoices(account, page),
        "exposure": buyer_panel(account.buyer, page) if page.may(Permission.LIMITS_READ) else None,
    }


def _aging_chart(owed: list[OwedRow], page: PageContext, code: str) -> Any:
    total: Owed = total_of(owed)
    if not total.items:
        return None
    return bucket_chart(
        labels=labels.bucket_words(AgingBasis.DUE),
        values=total.buckets,
        urls=[items_url(buyer=code, bucket=place) for place in range(len(total.buckets))],
        unit=page.base_currency,
        name=_("open"),
        summary=_("Open amount by days past due, in %(currency)s.") % {"currency": page.base_currency},
    )


def _invoices(account: Account, page: PageContext) -> OpenInvoicesTable:
    wanted = OpenItemFilter(page.as_of, page.base_currency, page.scope, buyer_code=account.buyer.code)
    return OpenInvoicesTable(PagedData(list_open_items(wanted)), name="open-invoices", base_currency=page.base_currency)
