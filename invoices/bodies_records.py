"""What source systems put besides the ledger's documents: write-offs, groups, signals, rates."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from buyers.domain.facts import EventKind
from core.api.bodies import Body, CodeField, PlainDecimalField, SignedDecimalField
from invoices.bodies_intake import BookDayField, CurrencyField

BUYER = "The source's own code of the buyer, which it has told us of before."


class PutWriteOffBody(Body):
    """Part of an invoice that is given up."""

    invoice = serializers.CharField(max_length=120, help_text="The source's own number of the invoice.")
    currency = CurrencyField(max_length=3, help_text="The invoice's.")
    amount = PlainDecimalField(code="amount_invalid", help_text="Greater than 0; 0 takes the write-off back.")
    written_off_on = BookDayField(help_text="From this day on; a correction counts from today on.")
    reason = serializers.CharField(max_length=200)


class MemberBody(serializers.Serializer[Any]):
    """A buyer of the group, from a day on."""

    buyer = serializers.CharField(max_length=60, help_text=BUYER)
    valid_from = BookDayField()
    parent = serializers.CharField(required=False, max_length=60, help_text="The code of the buyer that owns it.")  # type: ignore[assignment]
    share = PlainDecimalField(code="share_invalid", decimals=4, required=False, help_text="Percent that it owns.")
    left = serializers.BooleanField(required=False, default=False, help_text="From that day on in no group.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Who has left is owned by nobody here."""
        if attrs["left"] and ("parent" in attrs or "share" in attrs):
            raise serializers.ValidationError(_("A member that left has neither parent nor share."))
        return attrs


class PutGroupBody(Body):
    """Buyers that belong together. A member that is left out stays."""

    name = serializers.CharField(max_length=255)
    name_zh = serializers.CharField(required=False, allow_blank=True, max_length=255, default="")
    members = MemberBody(many=True, required=False, default=list)


class PutRatingBody(Body):
    """A rating by an agency, in the agency's own letters."""

    buyer = serializers.CharField(max_length=60, help_text=BUYER)
    agency = serializers.CharField(max_length=40, help_text="As in the table of grades.")
    grade = serializers.CharField(max_length=20, help_text="As in the table of grades; another one is a correction.")
    rated_on = BookDayField()


class FigureField(SignedDecimalField):
    """A figure of a statement, in its currency."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(code="fact_invalid", decimals=2, **kwargs)


class PutStatementBody(Body):
    """Figures of one balance date; other figures are a correction."""

    buyer = serializers.CharField(max_length=60, help_text=BUYER)
    currency = CurrencyField(max_length=3)
    balance_date = BookDayField()
    total_assets = FigureField()
    current_assets = FigureField()
    current_liabilities = FigureField()
    total_liabilities = FigureField()
    retained_earnings = FigureField()
    ebit = FigureField()
    sales = FigureField(required=False, allow_null=True, default=None)


class PutEventBody(Body):
    """Something that happened to a buyer."""

    buyer = serializers.CharField(max_length=60, help_text=BUYER)
    kind = CodeField([kind.value for kind in EventKind], code="fact_invalid")
    began_on = BookDayField()
    ended_on = BookDayField(required=False, allow_null=True, default=None, help_text="Once the condition is over.")
    note = serializers.CharField(required=False, allow_blank=True, max_length=400, default="")


class PutRateBody(Body):
    """An exchange rate of a currency and day."""

    per_eur = PlainDecimalField(code="rate_invalid", decimals=8, help_text="Units of the currency for one euro.")
