"""Figures of the portfolio with formula, inputs and the rows behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from core.domain.roles import Permission
from dashboard import formats, labels
from dashboard.figure_words import FORMULAS, INPUTS, NAMES, UNITS
from dashboard.home_tiles import amount
from dashboard.open_items import items_url
from dashboard.snapshots import SnapshotPage
from invoices.queries.snapshots import Snapshot

_COUNTS = frozenset({"days", "months", "items", "buyers"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric ready to read."""

    name: str
    title: Any
    value: str
    unit: Any
    formula: Any
    inputs: list[tuple[Any, str]]
    months: list[tuple[int, str]]
    rows_url: str


class FiguresPage(SnapshotPage):
    """``/figures/``"""

    permission = Permission.PORTFOLIO_READ

    def show(self, request: HttpRequest, snapshot: Snapshot) -> HttpResponseBase:
        """All metrics of the date."""
        metrics = snapshot.set.totals["metrics"]
        figures = [figure_of(name, metrics[name]) for name in NAMES if name in metrics]
        return self.render("home/figures.html", figures=figures, snapshot=snapshot)


def figure_of(name: str, metric: Mapping[str, Any]) -> Figure:
    """One metric with its inputs in words."""
    value, inputs = metric["value"], metric.get("inputs") or {}
    return Figure(
        name=name,
        title=NAMES[name],
        value=_("n/a") if value is None else formats.figure(amount(value), digits=2),
        unit="" if value is None else UNITS.get(metric["unit"], metric["unit"]),
        formula=FORMULAS[name],
        inputs=[(labels.word_of(INPUTS, key), _shown(key, item)) for key, item in inputs.items() if _is_plain(item)],
        months=[(int(month["days"]), formats.whole(amount(month["sales"]))) for month in _months(inputs)],
        rows_url=_rows_url(name),
    )


def _is_plain(item: Any) -> bool:
    return not isinstance(item, list | dict)


def _months(inputs: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    months = inputs.get("months")
    return list(reversed(months)) if isinstance(months, list) else []


def _shown(key: str, item: Any) -> str:
    if key == "period_start":
        return str(item)
    number = Decimal(str(item))
    return formats.grouped(number, digits=0 if key in _COUNTS else 2)


def _rows_url(name: str) -> str:
    if name in {"hhi", "effective_number", "top_5_share"}:
        return reverse("dashboard:buyers")
    return items_url(bucket=0) if name == "dso_best_possible" else items_url()
