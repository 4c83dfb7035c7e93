"""The figures behind an alert: single ones by name, rows as a small table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from alerts.labels import FIGURES
from dashboard.formats import money

_HIDDEN = {"invoice_id", "line_id", "order_id", "buyer_id", "sales_owner_id", "currency"}
_FIRST = ("invoice", "order", "shipment", "shipped_on", "buyer", "due_date", "days", "amount", "is_open")
_AMOUNTS = {"amount", "exposure", "total_exposure", "ledger", "aging", "difference"}


@dataclass(frozen=True, slots=True)
class EvidenceTable:
    """Named figures, and rows under named columns."""

    figures: list[tuple[Any, Any]]
    columns: list[tuple[Any, str]]
    rows: list[list[tuple[Any, str]]]


def evidence_table(facts: Mapping[str, Any], names: Mapping[str, str]) -> EvidenceTable:
    """Evidence as an alert page shows it; ``names`` by buyer code."""
    rows = list(facts.get("rows") or [])
    columns = _columns(rows)
    single = [(name, value) for name, value in facts.items() if name not in {*_HIDDEN, "rows"}]
    return EvidenceTable(
        figures=[(_word(name), _plain(name, value, facts)) for name, value in single],
        columns=[(_word(name), _css(name)) for name in columns],
        rows=[[(_cell(name, row, names), _css(name)) for name in columns] for row in rows],
    )


def _columns(rows: list[Mapping[str, Any]]) -> list[str]:
    """The database does not keep the order of names."""
    names = [name for name in (rows[0] if rows else {}) if name not in _HIDDEN]
    return sorted(names, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))


def _word(name: str) -> Any:
    return FIGURES.get(name, name.replace("_", " "))


def _css(name: str) -> str:
    return "num" if name in {*_AMOUNTS, "days"} else ""


def _plain(name: str, value: Any, row: Mapping[str, Any]) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in _AMOUNTS and row.get("currency"):
        return f"{row['currency']} {money(Decimal(str(value)), row['currency'])}"
    return value


def _cell(name: str, row: Mapping[str, Any], names: Mapping[str, str]) -> Any:
    if name == "invoice" and row.get("invoice_id"):
        return format_html('<a href="{}">{}</a>', reverse("dashboard:invoice", args=[row["invoice_id"]]), row[name])
    if name == "order":
        return format_html('<a href="{}?order={}">{}</a>', reverse("dashboard:orders"), row["order_id"], row[name])
    if name == "buyer":
        code = row[name]
        url = reverse("dashboard:buyer", args=[code])
        return format_html('<a href="{}">{}</a> <span class="minor">{}</span>', url, names.get(code, code), code)
    return _plain(name, row.get(name), row)
