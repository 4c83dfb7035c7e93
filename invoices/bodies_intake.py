"""What source systems put, one at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

from babel import Locale
from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api.bodies import Body, CodeField, PlainDecimalField
from core.api.params import DayField
from core.errors import DomainError
from core.money import check_currency
from invoices.domain.kinds import Terms
from invoices.intake.convert import EARLIEST, LATEST


class BookDayField(serializers.DateField):
    """A day that books can hold."""

    def to_internal_value(self, value: Any) -> date:
        """The day; one that no ledger of today has raises ``date_out_of_range``."""
        day: date = super().to_internal_value(value)
        if not EARLIEST <= day <= LATEST:
            detail = _("This day lies outside %(expected)s.") % {"expected": f"{EARLIEST} – {LATEST}"}
            raise DomainError("date_out_of_range", detail, {"field": self.field_name, "value": str(value)[:60]})
        return day


class CountryField(serializers.CharField):
    """ISO 3166, two letters."""

    def to_internal_value(self, data: Any) -> str:
        """The code in capitals."""
        code = super().to_internal_value(data).upper()
        if code and (len(code) != 2 or code not in Locale("en").territories):
            raise serializers.ValidationError(_("This is no ISO 3166 country code of two letters."))
        return code


class CurrencyField(serializers.CharField):
    """ISO 4217."""

    def to_internal_value(self, data: Any) -> str:
        """The code; an unknown one raises ``currency_unknown``."""
        code = super().to_internal_value(data)
        if code:
            check_currency(code)
        return code


class InvoiceBody(Body):
    """An invoice as its source knows it now; what is left out has its default, not its former value."""

    buyer = serializers.CharField(max_length=60, help_text="The source's own code of the buyer; a new one is made.")
    buyer_name = serializers.CharField(required=False, max_length=255, default="")
    buyer_name_zh = serializers.CharField(required=False, max_length=255, default="")
    buyer_country = CountryField(required=False, default="", help_text="ISO 3166, two letters.")
    number = serializers.CharField(required=False, max_length=120, help_text="As printed. Default: external_id.")
    currency = serializers.CharField(max_length=3)
    amount = PlainDecimalField(code="amount_invalid")
    invoice_date = BookDayField()
    due_date = BookDayField()
    terms = CodeField(
        [item.value for item in Terms], code="terms_unknown", required=False, default=Terms.OPEN_ACCOUNT.value
    )
    order = serializers.CharField(required=False, max_length=120, help_text="The source's own number of the order.")


class AllocationBody(serializers.Serializer[Any]):
    """Part of the document for one invoice of the same source."""

    invoice = serializers.CharField(max_length=120, help_text="The source's own number of the invoice.")
    amount = PlainDecimalField(code="amount_invalid", help_text="In the invoice's currency.")
    source_amount = PlainDecimalField(
        code="amount_invalid", required=False, allow_null=True, help_text="What it uses, where currencies differ."
    )


class DocumentBody(Body):
    """What receipts and credit notes share."""

    buyer = serializers.CharField(max_length=60, help_text="The source's own code of the buyer; a new one is made.")
    buyer_name = serializers.CharField(required=False, max_length=255, default="")
    currency = serializers.CharField(max_length=3)
    amount = PlainDecimalField(code="amount_invalid")
    note = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    allocations = AllocationBody(
        many=True, required=False, help_text="Left out: as before. An invoice that is not there yet is waited for."
    )


class PutReceiptBody(DocumentBody):
    """Money that arrived."""

    received_on = DayField(help_text="Value date.")


class PutCreditNoteBody(DocumentBody):
    """A credit that we granted."""

    issued_on = DayField()


class PutBuyerBody(Body):
    """A buyer as its source knows it."""

    name = serializers.CharField(max_length=255)
    name_zh = serializers.CharField(required=False, max_length=255, default="")
    country = CountryField(required=False, default="", help_text="ISO 3166, two letters.")
    currency = CurrencyField(required=False, default="", help_text="Home currency, ISO 4217.")
    code = serializers.CharField(
        required=False, max_length=60, default="", help_text="Our own code: joins the source's number to that buyer."
    )
    trading_since = BookDayField(required=False, allow_null=True, default=None)
    website = serializers.CharField(required=False, max_length=255, default="")


class PutDisputeBody(Body):
    """Part of an invoice that its buyer contests."""

    invoice = serializers.CharField(max_length=120, help_text="The source's own number of the invoice.")
    amount = PlainDecimalField(code="amount_invalid", help_text="In its currency; 0 ends the dispute.")
    reason = serializers.CharField(max_length=40)
    valid_from = BookDayField(help_text="From this day on.")
