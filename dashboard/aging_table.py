"""The table of the aging pivot: every figure opens its rows."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard import formats, labels
from dashboard.glossary import TERMS
from dashboard.open_items import items_url
from dashboard.queries.aging_pivot import PivotLine, PivotQuestion
from dashboard.queries.open_items import NONE
from dashboard.tables import CountColumn, DataTable, DaysPastDueColumn, NumberColumn, TextColumn


class LineColumn(TextColumn):
    """What the line stands for, linked to its page or its rows."""

    def render(self, record: PivotLine, table: AgingTable) -> Any:
        """Name, second name and link."""
        return format_html(
            '<a href="{}">{}</a> <span class="minor" lang="zh-hans">{}</span>',
            line_url(record, table.question),
            line_name(record, table.question),
            record.name_zh,
        )

    def value(self, record: PivotLine, table: AgingTable) -> str:
        """The name alone."""
        return line_name(record, table.question)


class LinkedAmountColumn(NumberColumn):
    """An amount that opens its open items; ``filters`` narrow them further."""

    def __init__(self, verbose_name: Any = None, *, filters: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(verbose_name, **kwargs)
        self.filters = filters or {}

    def render(self, value: Any, record: Any = None, table: Any = None) -> Any:
        """Zero is toned down and opens nothing."""
        if not value:
            return format_html('<span class="zero">{}</span>', 0)
        url = items_url(**line_filter(record, table.question), **self.filters)
        return format_html('<a href="{}">{}</a>', url, formats.whole(value))


class AmountColumn(NumberColumn):
    """An amount without rows of its own."""

    write = staticmethod(formats.whole)


class AgingTable(DataTable):
    """One line for each buyer, group, country, currency or owner."""

    title = gettext_lazy("Aging")
    empty = gettext_lazy("Nothing is open on this date.")
    name = LineColumn(gettext_lazy("line"), empty_values=())
    currency = TextColumn(gettext_lazy("currency"))
    buyers = CountColumn(gettext_lazy("buyers"))
    items = CountColumn(gettext_lazy("items"))
    b0 = LinkedAmountColumn(filters={"bucket": 0})
    b1 = LinkedAmountColumn(filters={"bucket": 1})
    b2 = LinkedAmountColumn(filters={"bucket": 2})
    b3 = LinkedAmountColumn(filters={"bucket": 3})
    b4 = LinkedAmountColumn(filters={"bucket": 4})
    b5 = LinkedAmountColumn(filters={"bucket": 5})
    open_amount = LinkedAmountColumn(gettext_lazy("open"), tip=TERMS["receivable"].tip)
    disputed = LinkedAmountColumn(
        gettext_lazy("of which disputed"), tip=TERMS["disputed"].tip, filters={"disputed": "1"}
    )
    unapplied = AmountColumn(gettext_lazy("unapplied"), tip=TERMS["unapplied"].tip)
    net = AmountColumn(gettext_lazy("net"), tip=TERMS["control"].tip)
    oldest = DaysPastDueColumn(gettext_lazy("oldest"), tip=TERMS["dpd"].tip)

    def __init__(self, data: Any, *, question: PivotQuestion, **kwargs: Any) -> None:
        words = labels.bucket_words(question.basis)
        hidden = {"currency"} if question.in_base or question.group_by == "currency" else set()
        hidden |= {"buyers"} if question.group_by == "buyer" else set()
        hidden |= {f"b{place}" for place in range(len(words), 6)}
        super().__init__(data, exclude=tuple(hidden), **kwargs)
        self.question = question
        for place, word in enumerate(words):
            self.columns[f"b{place}"].column.verbose_name = word


def line_filter(line: PivotLine, asked: PivotQuestion) -> dict[str, Any]:
    """The filter of the open items behind a line."""
    currency = line.currency if not asked.in_base else ""
    return {asked.group_by: line.key or NONE, "by": asked.basis.value} | ({"currency": currency} if currency else {})


def line_url(line: PivotLine, asked: PivotQuestion) -> str:
    """Buyers and groups have pages of their own; the rest opens its rows."""
    if asked.group_by in {"buyer", "group"} and line.key:
        return reverse(f"dashboard:{asked.group_by}", args=[line.key])
    return items_url(**line_filter(line, asked))


def line_name(line: PivotLine, asked: PivotQuestion) -> str:
    """The name of the line; what has none says so."""
    if asked.group_by == "country" and line.key:
        return formats.territory(line.key)
    return line.name or {"group": _("without group"), "owner": _("without owner")}.get(asked.group_by, _("unknown"))
