"""Aging: who owes what since when?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.roles import Permission
from core.errors import DomainError
from dashboard import formats, labels
from dashboard.aging_table import AgingTable
from dashboard.charts import bucket_chart
from dashboard.exports import wanted_export
from dashboard.open_items import basis_of, items_url
from dashboard.queries.aging_pivot import GROUPINGS, PivotLine, PivotQuestion, list_pivot, sum_pivot
from dashboard.snapshots import SnapshotPage
from dashboard.tables import PagedData, configure
from invoices.domain.kinds import AgingBasis
from invoices.queries.snapshots import Snapshot

GROUPING_WORDS = {
    "buyer": gettext_lazy("buyer"),
    "group": gettext_lazy("group"),
    "country": gettext_lazy("country/region"),
    "currency": gettext_lazy("currency"),
    "owner": gettext_lazy("owner"),
}
BASIS_WORDS = {
    AgingBasis.DUE.value: gettext_lazy("by due date"),
    AgingBasis.INVOICE.value: gettext_lazy("by invoice date"),
}
MONEY_WORDS = {"base": gettext_lazy("in base currency"), "document": gettext_lazy("in document currency")}


@dataclass(frozen=True, slots=True)
class ControlLine:
    """Aging against ledger in one currency."""

    currency: str
    ledger: str
    aging: str
    difference: str
    is_ok: bool


class AgingPage(SnapshotPage):
    """``/aging/?group=buyer|group|country|currency|owner&by=due|invoice&in=base|document``"""

    permission = Permission.BUYER_READ

    def show(self, request: HttpRequest, snapshot: Snapshot) -> HttpResponseBase:
        """The pivot with totals, chart and control."""
        asked = self._question(request, snapshot)
        rows = PagedData(list_pivot(asked))
        table = AgingTable(rows, question=asked, name="aging", base_currency=self.page.base_currency)
        export = wanted_export(request, table)
        if export:
            return export
        totals = sum_pivot(asked)
        return self.render(
            "aging/aging.html",
            snapshot=snapshot,
            table=configure(request, table),
            totals=totals,
            bucket_words=labels.bucket_words(asked.basis),
            chart=self._chart(asked, totals) if asked.in_base and totals else None,
            choices=_choices(asked),
            controls=_controls(snapshot) if self.page.scope.is_everything else [],
            unconverted=sum(line.unconverted for line in totals) if asked.in_base else 0,
        )

    def _question(self, request: HttpRequest, snapshot: Snapshot) -> PivotQuestion:
        return PivotQuestion(
            set_id=snapshot.set.pk,
            as_of=self.page.as_of,
            basis=basis_of(request),
            group_by=_one_of(request, "group", GROUPINGS),
            in_base=_one_of(request, "in", tuple(MONEY_WORDS)) == "base",
            scope=self.page.scope,
        )

    def _chart(self, asked: PivotQuestion, totals: list[PivotLine]) -> Any:
        words = labels.bucket_words(asked.basis)
        return bucket_chart(
            labels=words,
            values=_buckets(totals[0])[: len(words)],
            urls=[items_url(by=asked.basis.value, bucket=place) for place in range(len(words))],
            unit=self.page.base_currency,
            name=_("open"),
            summary=_("Open amount by bucket, in %(currency)s.") % {"currency": self.page.base_currency},
        )


def _buckets(line: PivotLine) -> list[Decimal]:
    return [line.b0, line.b1, line.b2, line.b3, line.b4, line.b5]


def _one_of(request: HttpRequest, name: str, offered: tuple[str, ...]) -> str:
    asked = request.GET.get(name, offered[0])
    if asked not in offered:
        message = _("Choose one of: %(offered)s.") % {"offered": ", ".join(offered)}
        raise DomainError("choice_unknown", message, {"field": name, "value": asked[:40]})
    return asked


def _choices(asked: PivotQuestion) -> list[tuple[str, Any, list[tuple[str, Any, bool]]]]:
    """The three switches: parameter, what it is, and each choice with whether it is the current one."""
    money = "base" if asked.in_base else "document"
    given = (
        ("group", _("Lines"), GROUPING_WORDS, asked.group_by),
        ("by", _("Age"), BASIS_WORDS, asked.basis.value),
        ("in", _("Currency"), MONEY_WORDS, money),
    )
    return [
        (name, title, [(key, word, key == now) for key, word in words.items()]) for name, title, words, now in given
    ]


def _controls(snapshot: Snapshot) -> list[ControlLine]:
    return [_control(line) for line in snapshot.set.totals["control"]]


def _control(line: dict[str, Any]) -> ControlLine:
    currency, ledger, aging = line["currency"], Decimal(line["ledger"]), Decimal(line["aging"])
    return ControlLine(
        currency=currency,
        ledger=formats.money(ledger, currency),
        aging=formats.money(aging, currency),
        difference=formats.money(ledger - aging, currency),
        is_ok=bool(line["ok"]),
    )
