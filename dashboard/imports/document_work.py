"""What a person said about a document: done, or refused at its form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from dashboard.forms import DeskForm
from dashboard.imports.base import ImportWork
from dashboard.imports.document_forms import BuyerForm, forms_of
from dashboard.imports.documents import DocumentPage
from dashboard.refusals import words_of
from invoices.domain.documents import DocumentState
from invoices.models import IncomingDocument
from invoices.queries.documents import get_document
from invoices.services.documents.deciding import confirm_buyer, discard, set_due_date, try_again

_DONE = {
    DocumentState.POSTED: _("Posted."),
    DocumentState.UNCHANGED: _("The ledger has it already; nothing changed."),
    DocumentState.WAITING: _("Kept; the document still waits."),
    DocumentState.DISCARDED: _("Discarded; it stays on record."),
}


class DocumentWork(DocumentPage, ImportWork):
    """Confirms the buyer, gives the due date, tries again, or discards."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """Do it, or say at the form what is wrong."""
        form = forms_of(get_document(pk=pk), verb, request.POST).get(verb)
        if form is None and verb != "again":
            raise_missing(verb)
        if form is not None and not form.is_valid():
            return self.show(pk, failed={verb: form})
        try:
            row = self._change(pk, verb, form)()
        except DomainError as refused:
            return self._refused(pk, verb, form, refused)
        messages.success(request, _DONE.get(DocumentState(row.state), _("Done.")))
        return HttpResponseRedirect(reverse("dashboard:import_document", args=[pk]))

    def _refused(self, pk: int, verb: str, form: DeskForm | None, refused: DomainError) -> HttpResponse:
        if form is None or get_document(pk=pk).state != DocumentState.WAITING:  # no form to say it at
            return self.show(pk, problem=words_of(refused))
        form.refuse(refused)
        return self.show(pk, failed={verb: form})

    def _change(self, pk: int, verb: str, form: DeskForm | None) -> Callable[[], IncomingDocument]:
        who: dict[str, Any] = {"actor": self.page.user}
        if verb == "again" or form is None:
            return lambda: try_again(pk, **who, today=self.page.today)
        if isinstance(form, BuyerForm):
            return lambda: confirm_buyer(pk, buyer_id=form.buyer_id(), **who, today=self.page.today)
        given = form.cleaned_data
        if verb == "due":
            return lambda: set_due_date(pk, due_date=given["due_date"], **who, today=self.page.today)
        return lambda: discard(pk, reason=given["reason"], **who)


def raise_missing(verb: str) -> None:
    """A statement has no buyer and no due date."""
    raise DomainError("document_kind", gettext("Only an e-invoice has a buyer and a due date."), {"field": verb})
