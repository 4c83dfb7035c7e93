"""Query parameters of invoices and aging."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.comparing import amount, day, word
from core.api.pagination import MAX_PAGE_SIZE
from core.api.params import MomentParams, PageParams
from core.money import known_currencies
from invoices.domain.kinds import AgingBasis
from invoices.queries.aging_lines import GROUPINGS
from invoices.queries.invoices import InvoiceFilter, InvoiceState


@extend_schema_field({"type": "string", "pattern": "^[A-Z]{3}$"})
class CurrencyField(serializers.CharField):
    """An ISO 4217 code."""

    def to_internal_value(self, data: Any) -> str:
        """The code; one that does not exist is refused."""
        code = super().to_internal_value(data)
        if code not in known_currencies():
            problem = _("%(code)s is not an ISO 4217 currency code such as USD.") % {"code": code[:60]}
            raise serializers.ValidationError(problem, code="currency_unknown")
        return code


class AgingParams(MomentParams):
    """Of which part of the portfolio, and how it is laid out."""

    by = serializers.ChoiceField(
        [basis.value for basis in AgingBasis], default=AgingBasis.DUE.value, help_text="What the age is counted from."
    )
    group_by = serializers.ChoiceField(GROUPINGS, required=False, help_text="Adds lines: one for each of these.")
    buyer = serializers.CharField(required=False, max_length=60, help_text="Code of a buyer.")
    currency = CurrencyField(required=False, help_text="Only items in this currency; figures are then in it.")
    base = CurrencyField(required=False, help_text="Currency to convert into. Default: the firm's base currency.")
    cursor = serializers.CharField(required=False, help_text="Taken from next: the following lines.")
    page_size = serializers.IntegerField(
        required=False, min_value=1, max_value=10 * MAX_PAGE_SIZE, default=MAX_PAGE_SIZE, help_text="Lines on a page."
    )


class InvoiceParams(PageParams, MomentParams):
    """Which invoices, of which day."""

    comparisons = {
        "amount": amount("amount"),
        "open_amount": amount("open_then"),
        "disputed_amount": amount("disputed_then"),
        "currency": word("currency"),
        "source": word("source"),
        "external_id": word("external_id"),
        "number": word("number"),
        "invoice_date": day("invoice_date"),
        "due_date": day("due_then"),
        "original_due_date": day("original_due_date"),
        "settled_on": day("settled_then"),
    }

    buyer = serializers.CharField(required=False, max_length=60, help_text="Code of a buyer.")
    currency = CurrencyField(required=False)
    source = serializers.CharField(  # type: ignore[assignment]
        required=False, max_length=60, help_text="Source system that the invoice came from."
    )
    q = serializers.CharField(required=False, max_length=100, help_text="Part of the number or of the source's id.")
    state = serializers.ChoiceField(
        [state.value for state in InvoiceState], required=False, help_text="As of the day asked for."
    )
    retired = {
        "issued_from": "invoice_date__gte",
        "issued_to": "invoice_date__lte",
        "due_from": "due_date__gte",
        "due_to": "due_date__lte",
    }
    retired_since, retired_until = date(2026, 11, 22), date(2027, 11, 30)

    issued_from = serializers.DateField(required=False)
    issued_to = serializers.DateField(required=False)
    due_from = serializers.DateField(required=False)
    due_to = serializers.DateField(required=False)


def wanted_invoices(given: dict[str, Any], *, buyer_id: int | None) -> InvoiceFilter:
    """The query's filter out of checked parameters."""
    names = ("currency", "source", "issued_from", "issued_to", "due_from", "due_to")
    return InvoiceFilter(
        buyer_ids=None if buyer_id is None else [buyer_id],
        text=given.get("q", ""),
        state=InvoiceState(given["state"]) if "state" in given else None,
        **{name: given[name] for name in names if name in given},
    )
