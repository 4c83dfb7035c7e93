"""Formulas of the portfolio's figures and the names of what goes into them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

NAMES = {
    "dso": _("days sales outstanding, DSO"),
    "dso_count_back": _("DSO, count-back"),
    "dso_best_possible": _("best possible DSO"),
    "average_days_delinquent": _("average days delinquent"),
    "cei": _("collection effectiveness index, CEI"),
    "weighted_days_beyond_terms": _("weighted days beyond terms"),
    "hhi": _("concentration index, HHI"),
    "effective_number": _("effective number of buyers"),
    "top_5_share": _("share of the five largest buyers"),
}

FORMULAS = {
    "dso": _("receivables / credit sales × days of the period"),
    "dso_count_back": _("whole months' sales are taken off receivables from the latest back; the last counts in part"),
    "dso_best_possible": _("receivables not due / credit sales × days of the period"),
    "average_days_delinquent": _("DSO − best possible DSO"),
    "cei": _("(opening + sales/N − closing) / (opening + sales/N − closing not due) × 100"),
    "weighted_days_beyond_terms": _("Σ amount × (paid − due) / Σ amount"),
    "hhi": _("Σ share², shares in percent"),
    "effective_number": _("10,000 / HHI"),
    "top_5_share": _("five largest buyers / receivables × 100"),
}

UNITS = {"days": _("days"), "percent": "%", "buyers": _("buyers"), "0-10,000": "/ 10,000"}

INPUTS = {
    "receivables": _("receivables"),
    "credit_sales": _("credit sales of the period"),
    "days": _("days of the period"),
    "period_start": _("period from"),
    "not_due": _("receivables not due"),
    "dso": _("DSO"),
    "best": _("best possible DSO"),
    "opening": _("opening receivables"),
    "closing": _("closing receivables"),
    "months": _("months in the period, N"),
    "weighted_amount_days": _("Σ amount × days beyond terms"),
    "amount": _("amount"),
    "items": _("items"),
    "buyers": _("buyers"),
    "hhi": _("HHI"),
    "top_5": _("five largest buyers"),
}


def figure_url(name: str) -> str:
    """Where a figure stands with its formula and inputs."""
    return f"{reverse('dashboard:figures')}#{name}"
