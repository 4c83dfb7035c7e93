"""Forms of securities, bills and sold receivables: a new one, another content for one on record, and its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, NotFound
from core.models import User
from core.money import Money
from cover.domain.instruments import BillRecord, SaleRecord, SecurityRecord
from cover.services.instruments import Recorded, record_bill, record_sale, record_security
from dashboard.credit_labels import SECURITIES
from dashboard.forms import DayInput, DeskForm
from dashboard.queries.instruments import BILL, SALE, SECURITY
from invoices.models import Invoice, Order

SOURCE = "manual"


class InstrumentForm(DeskForm):
    """What all kinds ask; the fields are called as the service calls them, so that a refusal finds its field."""

    buyer = forms.CharField(label=_("Buyer"), max_length=60, help_text=_("code"))
    external_id = forms.CharField(label=_("Number"), max_length=120, help_text=_("as the paper has it"))
    amount = forms.DecimalField(label=_("Amount"), max_digits=20, decimal_places=4, min_value=0)
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3)

    document: ClassVar[str] = "invoice"
    same: ClassVar[tuple[str, ...]] = ()
    shown: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, is_known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.shown)
        for name in ("buyer", "external_id") if is_known else ("ended_on",):
            self.fields.pop(name, None)  # whose it is never changes; what is new has not ended

    def content(self) -> dict[str, Any]:
        """The record's fields as given, but for its names and its document."""
        given = self.cleaned_data
        money = Money(given["amount"], given["currency"].upper())
        return {"amount": money, **{name: given[name] for name in self.same if name in given}}


class SecurityForm(InstrumentForm):
    """A confirmed letter of credit, standby L/C or guarantee in cash."""

    kind = forms.ChoiceField(label=_("Kind"), choices=list(SECURITIES.items()))
    order = forms.CharField(
        label=_("Order"), max_length=120, required=False, help_text=_("its number; empty: it secures the whole account")
    )
    valid_from = forms.DateField(label=_("From"), widget=DayInput)
    valid_to = forms.DateField(label=_("To, included"), widget=DayInput, required=False)

    document = "order"
    same = ("kind", "valid_from", "valid_to")
    shown = ("buyer", "external_id", "kind", "order", "amount", "currency", "valid_from", "valid_to")


class PaperForm(InstrumentForm):
    """Paper on an invoice of the buyer."""

    invoice = forms.CharField(label=_("Invoice"), max_length=120, help_text=_("its number"))
    ended_on = forms.DateField(label=_("Ended on"), widget=DayInput, required=False)


class BillForm(PaperForm):
    """A bill of exchange that the buyer accepted."""

    accepted_on = forms.DateField(label=_("Accepted on"), widget=DayInput)
    matures_on = forms.DateField(label=_("Matures on"), widget=DayInput)

    same = ("accepted_on", "matures_on", "ended_on")
    shown = ("buyer", "external_id", "invoice", "amount", "currency", "accepted_on", "matures_on", "ended_on")


class SaleForm(PaperForm):
    """A receivable that was sold to a financier."""

    sold_on = forms.DateField(label=_("Sold on"), widget=DayInput)
    with_recourse = forms.BooleanField(
        label=_("With recourse"), required=False, help_text=_("the financier may come back to us if the buyer fails")
    )

    same = ("sold_on", "with_recourse", "ended_on")
    shown = ("buyer", "external_id", "invoice", "amount", "currency", "sold_on", "with_recourse", "ended_on")


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind is asked for, stored and ended."""

    form: type[InstrumentForm]
    make: Callable[..., Any]
    store: Callable[..., Recorded]
    end: str


SPECS = {
    SECURITY: Kind(SecurityForm, SecurityRecord, record_security, "valid_to"),
    BILL: Kind(BillForm, BillRecord, record_bill, "ended_on"),
    SALE: Kind(SaleForm, SaleRecord, record_sale, "ended_on"),
}


class EndForm(DeskForm):
    """The day on which it ends."""

    day = forms.DateField(widget=DayInput)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            SECURITY: (_("Last day in force"), _("from the day after, it secures nothing")),
            BILL: (_("Ended on"), _("paid or dishonoured: from this day on it is no exposure")),
            SALE: (_("Ended on"), _("paid by the buyer or bought back: from this day on it is no exposure")),
        }
        self.fields["day"].label, self.fields["day"].help_text = words[kind]


@dataclass(frozen=True, slots=True)
class Place:
    """Whose record it is and under which names it stands."""

    buyer_ids: tuple[int, ...]
    buyer_id: int
    external_id: str
    source: str = SOURCE


def store(kind: str, form: InstrumentForm, place: Place, *, actor: User, as_new: bool = False) -> Recorded:
    """Record what a valid form says; the same again changes nothing."""
    spec = SPECS[kind]
    names = {"buyer_id": place.buyer_id, "source": place.source, "external_id": place.external_id}
    paper = {f"{form.document}_id": _find(form.document, form.cleaned_data[form.document].strip(), place.buyer_ids)}
    return spec.store(spec.make(**names, **paper, **form.content()), actor=actor, as_new=as_new)


def end(kind: str, row: Any, day: date, *, actor: User) -> Recorded:
    """The latest version again, with its last day."""
    spec = SPECS[kind]
    return spec.store(replace(_record(kind, row), **{spec.end: day}), actor=actor)


def _record(kind: str, row: Any) -> Any:
    """A stored version as the record that it was made of."""
    form = SPECS[kind].form
    names = ("buyer_id", "source", "external_id", f"{form.document}_id", *form.same)
    return SPECS[kind].make(amount=Money(row.amount, row.currency), **{name: getattr(row, name) for name in names})


def start_of(kind: str, row: Any) -> dict[str, Any]:
    """The form as the latest version has it."""
    paper = row.order if kind == SECURITY else row.invoice
    number = "" if paper is None else paper.external_id if kind == SECURITY else paper.number
    form = SPECS[kind].form
    kept = {name: getattr(row, name) for name in form.same}
    return {**kept, "currency": row.currency, "amount": f"{row.amount.normalize():f}", form.document: number}


def _find(field: str, number: str, buyer_ids: tuple[int, ...]) -> int | None:
    """The buyer's order or invoice of a number, or of the id that its source gave it."""
    if not number:
        return None
    model: Any = Order if field == "order" else Invoice
    named = Q(external_id=number) if field == "order" else Q(number=number) | Q(external_id=number)
    found = list(model.objects.filter(named, buyer_id__in=buyer_ids)[:2])
    told = {"field": field, "value": number}
    if not found:
        words = gettext("The buyer has no order or invoice of this number.")
        raise NotFound(f"{field}_not_found", words, told)
    if len(found) > 1:
        words = gettext("The buyer has several of this number: write the id that the source gave it.")
        raise DomainError(f"{field}_ambiguous", words, told)
    return int(found[0].pk)
