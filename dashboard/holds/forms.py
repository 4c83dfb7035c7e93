"""What a person may do about a hold, as forms."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from core.queries.users import list_people
from credit.domain.kinds import GateState, HoldKind, HoldState
from credit.models import Hold
from dashboard.context import PageContext
from dashboard.forms import DayInput, DeskForm

RELEASE_DAYS, REVIEW_DAYS = 14, 7
MOST_TOLERANCE = 20


class VersionedForm(DeskForm):
    """Made from a state that somebody may have changed meanwhile."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ReleaseForm(VersionedForm):
    """Up to which amount, until when, why, and when it is looked at again."""

    amount = forms.DecimalField(label=_("Up to"), min_value=0, max_digits=20, decimal_places=4)
    tolerance_percent = forms.DecimalField(
        label=_("Tolerance, %"), min_value=0, max_value=MOST_TOLERANCE, max_digits=5, decimal_places=2
    )
    valid_until = forms.DateField(label=_("Until"), widget=DayInput)
    review_on = forms.DateField(label=_("Review on"), widget=DayInput)
    reason = forms.CharField(label=_("Why it may go"), max_length=300)


class RejectForm(VersionedForm):
    """Why not."""

    reason = forms.CharField(label=_("Why it may not go"), max_length=300)


class ForwardForm(VersionedForm):
    """Who decides."""

    to = forms.TypedChoiceField(label=_("To"), coerce=int)
    note = forms.CharField(label=_("Note"), max_length=300)
    review_on = forms.DateField(label=_("Review on"), widget=DayInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(person.pk), str(person)) for person in list_people(Permission.HOLD_WORK)]
        self.fields["to"].choices = people  # type: ignore[attr-defined]


class RecheckForm(DeskForm):
    """Nothing to fill in."""


class LiftForm(VersionedForm):
    """Why the hold ends."""

    reason = forms.CharField(label=_("Why it ends"), max_length=300)


class ForceForm(DeskForm):
    """Stop an order, or everything of a buyer, until a person lifts it."""

    buyer = forms.CharField(label=_("Buyer"), max_length=60, help_text=_("code"))
    order = forms.CharField(
        label=_("Order"), max_length=120, required=False, help_text=_("number; empty stops all orders of the buyer")
    )
    review_on = forms.DateField(label=_("Review on"), widget=DayInput, required=False)
    reason = forms.CharField(label=_("Why it is stopped"), max_length=300)


FORMS: dict[str, type[DeskForm]] = {
    "release": ReleaseForm,
    "reject": RejectForm,
    "forward": ForwardForm,
    "recheck": RecheckForm,
    "lift": LiftForm,
}
NEEDS = {
    "release": Permission.HOLD_DECIDE,
    "reject": Permission.HOLD_DECIDE,
    "forward": Permission.HOLD_WORK,
    "recheck": Permission.HOLD_WORK,
    "lift": Permission.HOLD_DECIDE,
}


def forms_of(hold: Hold, page: PageContext) -> dict[str, DeskForm]:
    """What this reader may do about this hold now."""
    if hold.state != HoldState.OPEN:
        return {}
    start = _initial(hold, page.today)
    verbs = [verb for verb in _verbs(hold) if page.may(NEEDS[verb])]
    return {verb: FORMS[verb](prefix=verb, initial=start.get(verb, {})) for verb in verbs}


def _verbs(hold: Hold) -> tuple[str, ...]:
    """What can be done about it; goods of a rejected order that left are dealt with by rejecting it again."""
    if hold.kind == HoldKind.FORCED or hold.order is None:
        return ("lift", "forward")
    gate = getattr(hold.order, "gate", None)
    is_rejected = gate is not None and gate.state == GateState.REJECTED
    return ("reject", "forward") if is_rejected else ("release", "reject", "forward", "recheck")


def _initial(hold: Hold, today: date) -> dict[str, dict[str, Any]]:
    gate = getattr(hold.order, "gate", None) if hold.order else None
    version = {"version": gate.version if gate else None}
    amount = hold.order.amount if hold.order else None
    release = (
        {
            "amount": amount.quantize(amount.to_integral_value()) if amount == amount.to_integral_value() else amount,
            "tolerance_percent": 0,
            "valid_until": today + timedelta(days=RELEASE_DAYS),
            "review_on": today + timedelta(days=REVIEW_DAYS),
        }
        if amount is not None
        else {}
    )
    return {
        "release": {**version, **release},
        "reject": version,
        "forward": {"version": hold.version, "to": hold.assignee_id, "review_on": hold.review_on},
        "lift": {"version": hold.version},
    }
