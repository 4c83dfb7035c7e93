"""Default terms by grade: what a close writes into the standing of every buyer, and a form for one grade."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.roles import Permission
from credit.domain.terms import GradeTerms, TermsKind
from credit.queries.terms import current_terms, list_terms_versions, terms_of
from credit.services.terms import change_terms
from dashboard.credit_terms import TERMS_KINDS, terms_words
from dashboard.forms import DeskForm
from dashboard.limits.base import LimitsPage


class TermsForm(DeskForm):
    """The terms of one grade; days and deposit count where the kind has them."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=gettext_lazy("Terms"), choices=list(TERMS_KINDS.items()))
    max_days = forms.IntegerField(label=gettext_lazy("Days to pay, at most"), min_value=0, max_value=365)
    deposit_percent = forms.DecimalField(
        label=gettext_lazy("Deposit, %"), min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    reason = forms.CharField(label=gettext_lazy("Why they are changed"), max_length=300)


class TermsPage(LimitsPage):
    """``/limits/terms/``: all grades, and every change."""

    tab = "limit_terms"

    def get(self, request: HttpRequest) -> HttpResponse:
        """As they are now."""
        return self.render(
            "limits/terms.html",
            lines=[(terms, terms_words(terms.code)) for terms in current_terms().values()],
            versions=[(row, terms_words(terms_of(row).code)) for row in list_terms_versions()],
            may_change=self.page.may(Permission.RULES_CHANGE),
        )


class TermsChange(LimitsPage):
    """``/limits/terms/<grade>/``: a new version of one grade's."""

    permission = Permission.RULES_CHANGE
    tab = "limit_terms"

    def get(self, request: HttpRequest, grade: str) -> HttpResponse:
        """The form as they are now."""
        known = current_terms()[grade]
        start = {
            "version": known.version,
            "kind": known.kind,
            "max_days": known.max_days,
            "deposit_percent": f"{known.deposit_percent.normalize():f}",
        }
        return self._page(grade, TermsForm(initial=start))

    def post(self, request: HttpRequest, grade: str) -> HttpResponse:
        """Store them, or show what would be right."""
        form = TermsForm(request.POST)
        kept = self.keep(
            form,
            lambda: self._change(grade, form),
            done=_("The terms are changed; they count from the next close on."),
            back=reverse("dashboard:limit_terms"),
        )
        return kept or self._page(grade, form, status=422)

    def _change(self, grade: str, form: TermsForm) -> None:
        given = dict(form.cleaned_data)
        reason = given.pop("reason")
        kind = TermsKind(given.pop("kind"))
        change_terms(GradeTerms(grade=grade, kind=kind, **given), actor=self.page.user, reason=reason)

    def _page(self, grade: str, form: TermsForm, status: int = 200) -> HttpResponse:
        return self.render("limits/terms_form.html", status=status, letter=grade, form=form)
