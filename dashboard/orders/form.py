"""What is asked of the order desk: a what-if, or a change of an order on record."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.house import DESK
from core.money import minor_digits
from credit.domain.kinds import Checkpoint
from dashboard.credit_labels import CHECKPOINTS
from dashboard.forms import DayInput, DeskForm, code_of
from dashboard.labels import TERMS_OF_PAYMENT
from invoices.domain.kinds import Terms
from invoices.models import Order
from invoices.services.orders import OrderRecord

ASKABLE = (Checkpoint.QUOTATION, Checkpoint.ORDER, Checkpoint.PRODUCTION, Checkpoint.SHIPMENT)
# What a service calls a field, where the form calls it otherwise.
FIELD_OF = {"planned_ship_date": "ship_date", "buyer_id": "buyer", "buyer_code": "buyer"}


class OrderForm(DeskForm):
    """One order, as it is or as it might be."""

    order = forms.IntegerField(widget=forms.HiddenInput, required=False)
    buyer = forms.CharField(
        label=_("Buyer"),
        max_length=60,
        widget=forms.TextInput(attrs={"list": "known-buyers", "autocomplete": "off"}),
        help_text=_("Code; type part of a name to be offered some."),
    )
    amount = forms.DecimalField(label=_("Amount"), max_digits=20, decimal_places=4)
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3)
    terms = forms.ChoiceField(label=_("Terms of payment"), choices=list(TERMS_OF_PAYMENT.items()))
    terms_days = forms.IntegerField(label=_("Days to pay"), min_value=0, max_value=720)
    deposit_percent = forms.DecimalField(
        label=_("Deposit, %"), min_value=0, max_value=100, max_digits=5, decimal_places=2, required=False
    )
    is_received = forms.BooleanField(label=_("assume that the deposit is received"), required=False)
    ship_date = forms.DateField(label=_("Planned shipment"), widget=DayInput, required=False)
    checkpoint = forms.ChoiceField(label=_("Asked at"), choices=[(code, CHECKPOINTS[code]) for code in ASKABLE])

    def clean_currency(self) -> str:
        """Codes are written in capitals."""
        return str(self.cleaned_data["currency"]).upper()

    def clean_buyer(self) -> str:
        """The code alone."""
        return code_of(self.cleaned_data["buyer"])


def record_of(given: dict[str, Any], *, buyer_id: int, order: Order | None, today: date) -> OrderRecord:
    """The order as asked about; what the form does not ask stays as the order has it."""
    return OrderRecord(
        buyer_id=buyer_id,
        source=order.source if order else DESK,
        external_id=order.external_id if order else "",
        order_date=order.order_date if order else today,
        currency=given["currency"],
        amount=given["amount"],
        terms=given["terms"],
        terms_days=given["terms_days"],
        deposit_percent=given["deposit_percent"] or Decimal(0),
        planned_ship_date=given["ship_date"],
    )


def assumed_deposit(given: dict[str, Any]) -> Decimal | None:
    """The deposit as if it had come, in the order's currency; None to go by what was received."""
    percent = given["deposit_percent"]
    if not (given["is_received"] and percent):
        return None
    exact: Decimal = given["amount"] * percent / 100
    return exact.quantize(Decimal(1).scaleb(-minor_digits(given["currency"])), rounding=ROUND_HALF_UP)


def plain_number(value: Decimal) -> str:
    """For an input: no needless zeros, no exponent."""
    return f"{value.normalize():f}"


def initial_of(order: Order | None, *, buyer_code: str, currency: str) -> dict[str, Any]:
    """The form before anybody wrote into it."""
    if order is None:
        start: dict[str, Any] = {"terms": Terms.OPEN_ACCOUNT, "terms_days": 60, "deposit_percent": 0}
        return {**start, "buyer": buyer_code, "currency": currency, "checkpoint": Checkpoint.ORDER}
    return {
        "order": order.pk,
        "buyer": buyer_code,
        "amount": plain_number(order.amount),
        "currency": order.currency,
        "terms": order.terms,
        "terms_days": order.terms_days,
        "deposit_percent": plain_number(order.deposit_percent),
        "ship_date": order.planned_ship_date,
        "checkpoint": Checkpoint.ORDER,
    }
