"""What callers send about orders: checks, releases, rejections, cancellations."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api.bodies import Body, CodeField, PlainDecimalField
from core.api.comparing import amount, moment, word
from core.api.params import DayField, PageParams
from core.errors import DomainError
from core.house import today
from credit.domain.kinds import Checkpoint, Result
from invoices.bodies_intake import BookDayField
from invoices.domain.kinds import Terms
from invoices.domain.orders import TOLD

# A shipment planned for later than this is a slip of the pen.
FARTHEST_SHIPMENT = timedelta(days=5 * 366)


class ShipDateField(serializers.DateField):
    """A day within the next years; that it has not passed is the order's own rule."""

    def to_internal_value(self, value: Any) -> date:
        """The day; raises ``ship_date_absurd``."""
        day: date = super().to_internal_value(value)
        if day > today() + FARTHEST_SHIPMENT:
            params = {"field": self.field_name, "value": str(value)[:60], "fix": _("Name a day within five years.")}
            raise DomainError("ship_date_absurd", _("The planned shipment is too far away."), params)
        return day


class OrderCheckBody(Body):
    """An order and what is asked about it.

    An order on record is named by ``source`` and ``external_id``; what is left out stays as it is on record.
    """

    buyer = serializers.CharField(
        required=False, max_length=60, help_text="Code of the buyer. Required for an order that is not on record."
    )
    source = serializers.CharField(  # type: ignore[assignment]
        required=False,
        max_length=60,
        help_text="System that the order lives in. Default and only value for a key: the key's own name.",
    )
    external_id = serializers.CharField(
        required=False, max_length=120, help_text="The source's own number; text. A dry run may leave it out."
    )
    order_date = DayField(required=False, help_text="Default: today.")
    currency = serializers.CharField(required=False, max_length=3, help_text="ISO 4217. Required for a new order.")
    amount = PlainDecimalField(
        code="amount_invalid", required=False, help_text='As text, e.g. "80000.00". Required for a new order.'
    )
    terms = CodeField(
        [terms.value for terms in Terms],
        code="terms_unknown",
        required=False,
        help_text="Instrument of payment. Required for a new order.",
    )
    terms_days = serializers.IntegerField(
        required=False, help_text="Days from invoice to due date. Required for a new order."
    )
    deposit_percent = PlainDecimalField(
        code="deposit_invalid", decimals=2, required=False, help_text="Agreed deposit, percent of the amount."
    )
    planned_ship_date = ShipDateField(
        required=False, allow_null=True, help_text="Unknown counts as inside the horizon."
    )
    checkpoint = CodeField(
        [checkpoint.value for checkpoint in Checkpoint],
        code="checkpoint_unknown",
        required=False,
        help_text="Where in its life the order is asked about. Default: what follows from its status.",
    )
    dry_run = serializers.BooleanField(
        required=False, default=False, help_text="What if: nothing but the answer is stored, nothing is reserved."
    )
    assumed_deposit = PlainDecimalField(
        code="deposit_invalid",
        required=False,
        help_text="Dry run only: as if this much had been received for the order, in its currency.",
    )


class PutOrderBody(Body):
    """An order as its source knows it now; what is left out has its default, not its former value."""

    buyer = serializers.CharField(max_length=60, help_text="The source's own code of the buyer; a new one is made.")
    buyer_name = serializers.CharField(required=False, max_length=255, default="")
    order_date = BookDayField()
    currency = serializers.CharField(max_length=3, help_text="ISO 4217.")
    amount = PlainDecimalField(code="amount_invalid")
    terms = CodeField(
        [terms.value for terms in Terms], code="terms_unknown", required=False, default=Terms.OPEN_ACCOUNT.value
    )
    terms_days = serializers.IntegerField(required=False, default=0, help_text="Days from invoice to due date.")
    deposit_percent = PlainDecimalField(
        code="deposit_invalid", decimals=2, required=False, default=Decimal(0), help_text="Percent of the amount."
    )
    planned_ship_date = ShipDateField(required=False, allow_null=True, default=None)
    status = serializers.ChoiceField(
        [status.value for status in TOLD],
        required=False,
        help_text="Left out: as it is; a new order is open. That goods left follows from shipments.",
    )


class ReleaseBody(Body):
    """How far a person lets an order go."""

    amount = PlainDecimalField(code="release_invalid", help_text="Up to which order amount, in the order's currency.")
    tolerance_percent = PlainDecimalField(
        code="release_invalid", decimals=2, required=False, help_text="On top of the amount. Default: 0."
    )
    valid_until = serializers.DateField(help_text="Last day on which the order may use the release.")
    review_on = serializers.DateField(help_text="When somebody looks again.")
    reason = serializers.CharField(max_length=300)


class ReasonBody(Body):
    """Why."""

    reason = serializers.CharField(max_length=300)


class OptionalReasonBody(Body):
    """Why, if there is something to say."""

    reason = serializers.CharField(required=False, max_length=300, default="")


class CheckListParams(PageParams):
    """Which checks."""

    comparisons = {
        "amount": amount("amount"),
        "currency": word("currency"),
        "external_id": word("order__external_id"),
        "outcome": word("outcome"),
        "recorded_at": moment("recorded_at"),
    }

    buyer = serializers.CharField(required=False, max_length=60, help_text="Code of a buyer.")
    source = serializers.CharField(  # type: ignore[assignment]
        required=False, max_length=60, help_text="Source of the order."
    )
    external_id = serializers.CharField(required=False, max_length=120, help_text="The source's number of the order.")
    outcome = serializers.ChoiceField([result.value for result in Result], required=False)
    dry_run = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Only, or no, what-ifs."
    )
