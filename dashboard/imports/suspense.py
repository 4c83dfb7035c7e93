"""Suspense: allocations that wait for their invoice, and what a person may do about one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, DomainError
from dashboard import formats
from dashboard.exports import wanted_export
from dashboard.forms import DeskForm
from dashboard.imports.base import ImportsPage, ImportWork
from dashboard.intake_labels import SUSPENSE_KINDS, SUSPENSE_STATES
from dashboard.labels import label_of, word_of
from dashboard.pages import choices_of
from dashboard.queries.suspense import STATES, list_other_invoices, list_waiting
from dashboard.refusals import words_of
from dashboard.tables import (
    BuyerColumn,
    DataTable,
    DaysColumn,
    LabelColumn,
    MomentColumn,
    MoneyColumn,
    PagedData,
    TextColumn,
    WordColumn,
    configure,
)
from invoices.domain.bulks import SuspenseState
from invoices.queries.bank import OpenItemChoice
from invoices.queries.suspense import SuspenseRow, get_suspended, refusal_words
from invoices.services.suspense_deciding import move_suspended, withdraw_suspended

CHOICES = {
    "": SUSPENSE_STATES[SuspenseState.WAITING].text,
    "decided": _("decided by a person"),
    "allocated": SUSPENSE_STATES[SuspenseState.ALLOCATED].text,
}


class SuspenseTable(DataTable):
    """What waits, the oldest first."""

    title = _("Suspense")
    empty = _("Nothing is in suspense: every allocation found its invoice.")

    document = TextColumn(_("Document"))
    kind = WordColumn(_("Kind"), table=SUSPENSE_KINDS, orderable=False)
    source = TextColumn(_("Source"))
    buyer = BuyerColumn(_("Buyer"), accessor="buyer_name")
    invoice = TextColumn(_("Waits for invoice"))
    amount = MoneyColumn(_("Amount"))
    currency = TextColumn(_("Currency"), orderable=False)
    age_days = DaysColumn(_("Days"))
    problem = TextColumn(_("Reason"), orderable=False, empty_values=(), css="wide")
    state = LabelColumn(_("State"), table=SUSPENSE_STATES, orderable=False)
    recorded_at = MomentColumn(_("Since"), css="nowrap")

    def render_document(self, record: SuspenseRow) -> Any:
        """Linked to what can be done."""
        url = reverse("dashboard:import_suspended", args=[record.id])
        return format_html('<a href="{}">{}</a>', url, record.document)

    def value_document(self, record: SuspenseRow) -> str:
        """The number alone."""
        return record.document

    def render_buyer(self, record: SuspenseRow) -> Any:
        """As everywhere, once the document is known."""
        return BuyerColumn().render(record) if record.buyer_id else formats.NOT_AVAILABLE

    def render_problem(self, record: SuspenseRow) -> str:
        """In words."""
        return why(record)

    def value_problem(self, record: SuspenseRow) -> str:
        """In words."""
        return why(record)


def why(row: SuspenseRow) -> str:
    """Why an allocation was not made yet."""
    if row.state != SuspenseState.WAITING:
        return formats.NOT_AVAILABLE
    if row.document_id is None:
        return str(_("The receipt or credit note itself has not come yet."))
    return refusal_words(row.problem) or str(_("Its invoice has not come yet."))


class MoveForm(DeskForm):
    """Another invoice, and how much of it."""

    invoice = forms.ChoiceField(label=_("Invoice"))
    amount = forms.DecimalField(label=_("Amount"), max_digits=20, decimal_places=4)

    def __init__(self, *args: Any, invoices: list[OpenItemChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.invoice_id, _words(one)) for one in invoices]
        self.fields["invoice"].choices = choices  # type: ignore[attr-defined]


def _words(one: OpenItemChoice) -> str:
    amount = formats.money(one.open_amount, one.currency)
    return f"{one.number} · {one.buyer_name} · {formats.iso(one.due_date)} · {one.currency} {amount}"


class WithdrawForm(DeskForm):
    """Why it is not waited for any more."""

    reason = forms.CharField(label=_("Why it is withdrawn"), max_length=200)


class SuspensePage(ImportsPage):
    """The list."""

    tab = "import_suspense"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """What waits, or the same as a file."""
        asked = request.GET.get("state", "")
        state = asked if asked in STATES else ""
        table = SuspenseTable(PagedData(list_waiting(state=state)), name="suspense")
        return wanted_export(request, table) or self.render(
            "imports/suspense.html",
            table=configure(request, table),
            states=choices_of(CHOICES, state),
        )


class SuspendedPage(ImportsPage):
    """One of them."""

    tab = "import_suspense"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What waits for what, and the forms for who may decide."""
        return self.show(pk)

    def show(self, pk: int, *, move: MoveForm | None = None, withdraw: WithdrawForm | None = None) -> HttpResponse:
        """The page, with a form that was refused."""
        row = get_suspended(pk)
        is_open = row.state == SuspenseState.WAITING
        return self.render(
            "imports/suspended.html",
            status=422 if move or withdraw else 200,
            row=row,
            state=label_of(SUSPENSE_STATES, row.state),
            kind=word_of(SUSPENSE_KINDS, row.kind),
            why=why(row),
            move=(move or self.move_form(row)) if is_open and row.document_id else None,
            withdraw=(withdraw or WithdrawForm(prefix="withdraw")) if is_open else None,
        )

    def move_form(self, row: SuspenseRow, data: Any = None) -> MoveForm:
        """The form over the invoices that could take it."""
        invoices = list_other_invoices(row, actor=self.page.user)
        amount = formats.money(row.amount, row.currency).replace(",", "")
        return MoveForm(data, prefix="move", invoices=invoices, initial={"amount": amount})


class SuspendedWork(SuspendedPage, ImportWork):
    """A decision on it."""

    def decide(self, pk: int, form: DeskForm, name: str, change: Callable[[dict[str, Any]], object]) -> HttpResponse:
        """Make the change that a form asks for, or say at the form what is wrong."""
        if form.is_valid():
            try:
                change(form.cleaned_data)
            except Conflict as decided:  # there is no form to say it at any more
                messages.error(self.request, words_of(decided))
                return HttpResponseRedirect(reverse("dashboard:import_suspended", args=[pk]))
            except DomainError as problem:
                form.refuse(problem)
            else:
                messages.success(self.request, _DONE[name])
                return HttpResponseRedirect(reverse("dashboard:import_suspense"))
        return self.show(pk, **{name: form})  # type: ignore[arg-type]


class SuspendedMove(SuspendedWork):
    """Allocates it to another invoice."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it, or say at the field what is wrong."""
        form = self.move_form(get_suspended(pk), request.POST)
        return self.decide(pk, form, "move", lambda given: self._move(pk, given))

    def _move(self, pk: int, given: dict[str, Any]) -> object:
        where = {"invoice_id": int(given["invoice"]), "amount": given["amount"]}
        return move_suspended(pk, **where, day=self.page.today, actor=self.page.user)


class SuspendedWithdraw(SuspendedWork):
    """Waits for it no longer."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it, or say what is wrong."""
        form = WithdrawForm(request.POST, prefix="withdraw")
        return self.decide(
            pk, form, "withdraw", lambda given: withdraw_suspended(pk, reason=given["reason"], actor=self.page.user)
        )


_DONE = {"move": _("It is allocated."), "withdraw": _("Withdrawn; its money stays unapplied.")}
