"""Securities, accepted bills and sold receivables: the list, a new one, one with its history, its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from core.domain.roles import Permission
from core.errors import DomainError, NotFound
from core.house import base_currency
from cover.services.instruments import Recorded
from dashboard.exports import wanted_export
from dashboard.forms import DeskForm
from dashboard.limits.base import LimitsPage
from dashboard.limits.instrument_forms import SPECS, EndForm, InstrumentForm, Place, end, start_of, store
from dashboard.limits.instrument_rows import (
    CHOICES,
    FORMS,
    HOW_IT_COUNTS,
    KINDS,
    STATES,
    InstrumentsTable,
    VersionsTable,
    document_url,
    instrument_url,
    version_of,
)
from dashboard.queries.accounts import account_of, get_account
from dashboard.queries.instruments import Wanted, list_instruments, list_versions
from dashboard.refusals import words_of
from dashboard.tables import PagedData, configure


class InstrumentsBase(LimitsPage):
    """What the pages share."""

    tab = "limit_instruments"

    def rows(self, wanted: Wanted) -> Any:
        """Those of a filter on the date in the header, in its currency."""
        page = self.page
        return list_instruments(wanted, as_of=page.as_of, rates=page.rates, scope=page.scope)

    def answer(self, form: DeskForm, change: Callable[[], Recorded], kind: str) -> HttpResponse | None:
        """Where to go after a valid form was stored; None where a refusal has to be shown."""
        if not form.is_valid():
            return None
        try:
            found = change()
        except DomainError as problem:
            _show(form, problem)
            return None
        done = _("Recorded. The exposure counts it; open orders are checked again by themselves.")
        messages.success(self.request, done if found.is_new else _("This was on record already."))
        return HttpResponseRedirect(instrument_url(kind, found.row.pk))


class InstrumentsPage(InstrumentsBase):
    """``/limits/instruments/?kind=&state=&q=``"""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list, or the list as a file."""
        kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
        wanted = Wanted(
            kind=kind if kind in KINDS else "",
            state=state if state in CHOICES else "",
            search=request.GET.get("q", "").strip()[:60],
        )
        data = PagedData(self.rows(wanted))
        table = InstrumentsTable(data, name="instruments", base_currency=self.page.base_currency)
        return wanted_export(request, table) or self.render(
            "limits/instruments.html",
            table=configure(request, table),
            wanted=wanted,
            kinds=[(code, word, code == wanted.kind) for code, word in KINDS.items()],
            states=[(code, word, code == wanted.state) for code, word in CHOICES.items()],
        )


class InstrumentNew(InstrumentsBase):
    """``/limits/instruments/new/<kind>/?buyer=CODE``"""

    permission = Permission.COVER_WRITE

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """The form of the kind."""
        start = {name: request.GET.get(name, "")[:60] for name in ("buyer", "invoice", "order")}
        today = self.page.today
        days = {"valid_from": today, "accepted_on": today, "sold_on": today, "with_recourse": True}
        return self._page(kind, _form(kind, initial={**start, **days, "currency": base_currency()}))

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Store it, or show what would be right."""
        form = _form(kind, request.POST)
        return self.answer(form, lambda: self._store(kind, form), kind) or self._page(kind, form, status=422)

    def _store(self, kind: str, form: InstrumentForm) -> Recorded:
        account = get_account(code=form.cleaned_data["buyer"].strip(), scope=self.page.scope)
        buyer = account.merged_into or account.buyer
        place = Place(account.buyer_ids, buyer.pk, form.cleaned_data["external_id"].strip())
        return store(kind, form, place, actor=self.page.user, as_new=True)

    def _page(self, kind: str, form: InstrumentForm, status: int = 200) -> HttpResponse:
        kinds = [(code, word, code == kind) for code, word in KINDS.items()]
        return self.render("limits/instrument_new.html", status=status, form=form, kinds=kinds, kind=kind)


class InstrumentPage(InstrumentsBase):
    """``/limits/instruments/<kind>/<id>/``: how it stands, how it counts, its versions, what may be changed."""

    def get(self, request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
        """As it stands on the date in the header."""
        return self.show(kind, pk)

    def show(self, kind: str, pk: int, failed: DeskForm | None = None) -> HttpResponseBase:
        """The page; a form that was refused stands in the place of its fresh one."""
        versions = self.versions(kind, pk)
        latest = versions[0]
        row = self.rows(Wanted(kind=kind, state="all", pk=latest.pk)).slice(0, 1)[0]
        table = VersionsTable([version_of(kind, version) for version in versions], name="versions")
        fresh = _form(kind, initial=start_of(kind, latest), is_known=True)
        ending = EndForm(initial={"day": self.page.today}, kind=kind, prefix="end")
        return wanted_export(self.request, table) or self.render(
            "limits/instrument.html",
            status=422 if failed else 200,
            row=row,
            buyer=latest.buyer,
            what=FORMS[row.form],
            how=HOW_IT_COUNTS[row.form],
            state=STATES[row.state],
            document_url=document_url(kind, row.document_id) if row.document_id else "",
            table=configure(self.request, table),
            form=failed if isinstance(failed, InstrumentForm) else fresh,
            ending=failed if isinstance(failed, EndForm) else ending,
        )

    def versions(self, kind: str, pk: int) -> list[Any]:
        """All versions, newest first."""
        _spec(kind)
        return list_versions(kind, pk, scope=self.page.scope)


class InstrumentChange(InstrumentPage):
    """Another content: a new version; the old one stays in the history."""

    permission = Permission.COVER_WRITE
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
        """Store it, or show what would be right."""
        latest = self.versions(kind, pk)[0]
        form = _form(kind, request.POST, is_known=True)
        place = Place(account_of(latest.buyer).buyer_ids, latest.buyer_id, latest.external_id, latest.source)
        done = self.answer(form, lambda: store(kind, form, place, actor=self.page.user), kind)
        return done or self.show(kind, pk, form)


class InstrumentEnd(InstrumentPage):
    """Released, paid, dishonoured, bought back: it ends on a day."""

    permission = Permission.COVER_WRITE
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
        """Store it, or show what would be right."""
        latest = self.versions(kind, pk)[0]
        form = EndForm(request.POST, kind=kind, prefix="end")
        actor = self.page.user
        done = self.answer(form, lambda: end(kind, latest, form.cleaned_data["day"], actor=actor), kind)
        return done or self.show(kind, pk, form)


def _spec(kind: str) -> Any:
    if kind not in SPECS:
        raise NotFound("kind_unknown", _("There is no such kind of security."), {"field": "kind", "value": kind[:40]})
    return SPECS[kind]


def _form(kind: str, *given: Any, **options: Any) -> InstrumentForm:
    form: InstrumentForm = _spec(kind).form(*given, **options)
    return form


def _show(form: DeskForm, problem: DomainError) -> None:
    """A refusal at its field: a buyer that is not known, or the one day that the form of an end has."""
    field = str(problem.params.get("field", ""))
    name = {"code": "buyer", "valid_to": "day", "ended_on": "day"}.get(field, field)
    form.add_error(name if name in form.fields else field if field in form.fields else None, words_of(problem))
