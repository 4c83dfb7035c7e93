"""What a person may say about a document that waits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import NotFound
from dashboard.forms import DayInput, DeskForm, code_of
from dashboard.queries.matching import id_of
from invoices.domain.documents import Answer, DocumentKind, answer_to
from invoices.models import IncomingDocument

NEW = "new"


class BuyerForm(DeskForm):
    """Which buyer it is: one of the candidates, another one, or a new one."""

    choice = forms.ChoiceField(label=_("It is"), widget=forms.RadioSelect)
    other = forms.CharField(
        label=_("Another buyer"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"list": "known-buyers", "autocomplete": "off"}),
        help_text=_("Code; type part of a name to be offered some."),
    )

    def __init__(self, *args: Any, candidates: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(one["buyer"]), f"{one['code']} · {one['name']}") for one in candidates]
        choices = [*known, ("other", _("another buyer on record")), (NEW, _("a new buyer, as the document says"))]
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]

    def buyer_id(self) -> int | None:
        """The buyer chosen; None for a new one. Raises ``buyer_not_found``."""
        given = self.cleaned_data
        if given["choice"] == NEW:
            return None
        if given["choice"] != "other":
            return int(given["choice"])
        code = code_of(given["other"])
        found = id_of(code)
        if found is None:
            words = gettext("There is no buyer with this code.")
            raise NotFound("buyer_not_found", words, {"field": "other", "value": code})
        return found


class DueForm(DeskForm):
    """The day on which the whole is due."""

    due_date = forms.DateField(label=_("Due date"), widget=DayInput)


class DiscardForm(DeskForm):
    """Why it is put aside."""

    reason = forms.CharField(label=_("Why it is discarded"), max_length=200)


def forms_of(row: IncomingDocument, verb: str = "", data: Any = None) -> dict[str, DeskForm]:
    """By verb: what the document asks for, and the one that was sent, bound to its data."""
    made: dict[str, DeskForm] = {}
    asked = {answer_to(row.problem), verb} if row.kind == DocumentKind.EINVOICE else set()
    if Answer.DUE_DATE in asked:
        made["due"] = DueForm(data if verb == "due" else None, prefix="due")
    if Answer.BUYER in asked:
        first = str(row.candidates[0]["buyer"]) if row.candidates else NEW
        made["buyer"] = BuyerForm(
            data if verb == "buyer" else None, prefix="buyer", candidates=row.candidates, initial={"choice": first}
        )
    made["discard"] = DiscardForm(data if verb == "discard" else None, prefix="discard")
    return made
