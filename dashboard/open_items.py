"""The rows behind a figure: open items, reached from every number."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from core.errors import DomainError
from dashboard import formats, labels
from dashboard.buyer_trade import InvoiceLinkColumn
from dashboard.context import PageContext
from dashboard.exports import wanted_export
from dashboard.glossary import TERMS
from dashboard.pages import PageView
from dashboard.queries.open_items import NONE, OpenItemFilter, list_open_items, sum_open_items
from dashboard.tables import (
    BaseMoneyColumn,
    BuyerColumn,
    DataTable,
    DateColumn,
    DaysPastDueColumn,
    MoneyColumn,
    PagedData,
    TextColumn,
    configure,
)
from invoices.domain.aging import DEFAULT_BUCKETS
from invoices.domain.kinds import AgingBasis


class OpenItemsTable(DataTable):
    """Open items of any filter."""

    title = _("Open items")
    empty = _("No open items here on this date. Widen the filter or choose another date.")
    number = InvoiceLinkColumn(_("invoice"))
    buyer = BuyerColumn(_("buyer"), accessor="buyer_name")
    invoice_date = DateColumn(_("invoice date"))
    due_date = DateColumn(_("due"))
    days_past_due = DaysPastDueColumn(_("days past due"), tip=TERMS["dpd"].tip)
    currency = TextColumn(_("currency"))
    amount = MoneyColumn(_("issued"))
    open_amount = MoneyColumn(_("open"))
    disputed = MoneyColumn(_("disputed"), tip=TERMS["disputed"].tip)
    base_open = BaseMoneyColumn(_("open"))


class OpenItemsPage(PageView):
    """``/open-items/?buyer=&group=&country=&owner=&currency=&bucket=&by=&disputed=``"""

    permission = Permission.BUYER_READ

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The rows with their sum, or the rows as a file."""
        wanted = filter_of(request, self.page)
        rows = PagedData(list_open_items(wanted))
        table = OpenItemsTable(rows, name="open-items", base_currency=self.page.base_currency)
        export = wanted_export(request, table)
        if export:
            return export
        return self.render(
            "invoices/open_items.html",
            table=configure(request, table),
            totals=sum_open_items(wanted),
            wanted=wanted,
            words=filter_words(wanted),
        )


def filter_of(request: HttpRequest, page: PageContext) -> OpenItemFilter:
    """The filter that the address asks for."""
    given = request.GET
    return OpenItemFilter(
        as_of=page.as_of,
        base_currency=page.base_currency,
        scope=page.scope,
        basis=basis_of(request),
        buyer_code=given.get("buyer", ""),
        group_code=given.get("group", ""),
        country=given.get("country", ""),
        owner=given.get("owner", ""),
        currency=given.get("currency", ""),
        bucket=_whole(given.get("bucket", ""), "bucket", most=len(DEFAULT_BUCKETS.labels(basis_of(request))) - 1),
        overdue=_whole(given.get("overdue", ""), "overdue", most=100_000),
        is_disputed=given.get("disputed") == "1",
        is_unconverted=given.get("unconverted") == "1",
    )


def basis_of(request: HttpRequest) -> AgingBasis:
    """``by=due`` (default) or ``by=invoice``; anything else is refused."""
    text = request.GET.get("by", AgingBasis.DUE.value)
    if text not in set(AgingBasis):
        raise DomainError(
            "basis_unknown", gettext("Aging is by due or by invoice date."), {"field": "by", "value": text}
        )
    return AgingBasis(text)


def _whole(text: str, field: str, *, most: int) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or int(text) > most:
        raise DomainError(
            "number_invalid",
            gettext("A whole number from 0 to %(most)s is needed here.") % {"most": most},
            {"field": field, "value": text[:20]},
        )
    return int(text)


def items_url(**filters: Any) -> str:
    """The address of the rows behind a figure; empty filters stay out."""
    given = {name: value for name, value in filters.items() if value not in (None, "", False)}
    return f"{reverse('dashboard:open_items')}?{urlencode(given)}" if given else reverse("dashboard:open_items")


def filter_words(wanted: OpenItemFilter) -> list[str]:
    """What the filter means, in words, for the page's heading."""
    said = [
        _named(gettext("buyer"), wanted.buyer_code),
        _named(gettext("group"), wanted.group_code),
        _named(gettext("country/region"), formats.territory(wanted.country) if wanted.country else "", wanted.country),
        _named(gettext("owner"), wanted.owner),
        _named(gettext("currency"), wanted.currency),
        _bucket_words(wanted),
        gettext("overdue") if wanted.overdue else "",
        gettext("disputed") if wanted.is_disputed else "",
        gettext("without a usable exchange rate") if wanted.is_unconverted else "",
    ]
    return [words for words in said if words]


def _named(what: str, shown: str, raw: str | None = None) -> str:
    if not shown:
        return ""
    return f"{what}: {gettext('none') if (raw if raw is not None else shown) == NONE else shown}"


def _bucket_words(wanted: OpenItemFilter) -> str:
    if wanted.bucket is None:
        return ""
    word = labels.bucket_word(DEFAULT_BUCKETS.labels(wanted.basis)[wanted.bucket])
    if wanted.basis is AgingBasis.INVOICE:
        return gettext("%(bucket)s days since invoice") % {"bucket": word}
    return word if wanted.bucket == 0 else gettext("%(bucket)s days past due") % {"bucket": word}
