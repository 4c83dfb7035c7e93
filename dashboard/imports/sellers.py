"""Our own companies, as e-invoices call the seller: what makes an invoice a receivable of ours."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from dashboard.forms import DeskForm
from dashboard.imports.base import ImportsPage
from invoices.queries.own_sellers import list_own_sellers
from invoices.services.documents.sellers import add_own_seller, end_own_seller


class SellerForm(DeskForm):
    """One of our companies."""

    name = forms.CharField(label=_("Name"), max_length=255)
    vat_id = forms.CharField(label=_("VAT number"), max_length=60, required=False)
    registration = forms.CharField(
        label=_("Registration"), max_length=60, required=False, help_text=_("Register, tax number, GLN or endpoint.")
    )
    series = forms.CharField(
        label=_("Series"),
        max_length=20,
        required=False,
        help_text=_("Put before document numbers where two of our companies use the same ones."),
    )


class SellersPage(ImportsPage):
    """``/imports/sellers/``"""

    tab = "import_documents"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list, and a form for who may change it."""
        return self._page(SellerForm())

    def _page(self, form: SellerForm, status: int = 200) -> HttpResponse:
        return self.render(
            "imports/sellers.html",
            status=status,
            rows=list_own_sellers(),
            form=form,
            may_change=self.page.may(Permission.RULES_CHANGE),
        )


class SellerAdd(SellersPage):
    """Adds one; documents that wait for it are tried again."""

    permission = Permission.RULES_CHANGE
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add it, or say what is wrong."""
        form = SellerForm(request.POST)
        kept = self.keep(
            form,
            lambda: add_own_seller(**form.cleaned_data, actor=self.page.user),
            done=gettext("Added; documents that waited for it are tried again."),
            back=reverse("dashboard:import_sellers"),
        )
        return kept or self._page(form, status=422)


class SellerEnd(SellersPage):
    """Ends one: its documents are no receivables from now on."""

    permission = Permission.RULES_CHANGE
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End it."""
        return self.act(
            lambda: end_own_seller(pk, actor=self.page.user),
            done=gettext("Ended: documents of this seller wait from now on."),
            back=reverse("dashboard:import_sellers"),
        )
