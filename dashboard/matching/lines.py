"""Bank lines as a table: what was decided, and money that stands unapplied."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from dashboard import formats
from dashboard.bank_words import LINE_STATES, WHY_NOT
from dashboard.exports import wanted_export
from dashboard.imports.base import ImportsPage
from dashboard.labels import word_of
from dashboard.pages import choices_of
from dashboard.queries.unapplied import UnappliedRow, list_unapplied
from dashboard.tables import (
    BuyerColumn,
    DataTable,
    DateColumn,
    DaysColumn,
    LabelColumn,
    MoneyColumn,
    PagedData,
    ShareColumn,
    TextColumn,
    configure,
)
from invoices.domain.bank import WAITING, LineState
from invoices.models import BankLine
from invoices.queries.bank import list_lines

CHOICES: dict[str, tuple[Any, tuple[LineState, ...]]] = {
    "": (_("posted"), (LineState.POSTED,)),
    "ignored": (_("ignored"), (LineState.IGNORED,)),
    "waiting": (_("to decide"), tuple(WAITING)),
    "other": (_("no receipts"), (LineState.NOT_A_RECEIPT, LineState.TOLD_BEFORE)),
    "all": (_("all"), tuple(LineState)),
}


class LinesTable(DataTable):
    """Lines of statements, the latest first."""

    title = _("Bank lines")
    empty = _("No line is in this state.")

    payer = TextColumn(_("Payer"), accessor="payer_name", empty_values=(), orderable=False)
    day = DateColumn(_("Day"))
    amount = MoneyColumn(_("Amount"))
    currency = TextColumn(_("Currency"), orderable=False)
    state = LabelColumn(_("State"), table=LINE_STATES, orderable=False)
    buyer = TextColumn(_("Buyer"), accessor="buyer__name", orderable=False)
    confidence = ShareColumn(_("Sure by"))
    remittance = TextColumn(_("Text"), orderable=False, css="wide")
    account = TextColumn(_("Account"), accessor="account__number", orderable=False)
    decided_by = TextColumn(_("Decided by"), empty_values=(), orderable=False)
    reason = TextColumn(_("Reason"), empty_values=(), orderable=False)

    def render_payer(self, record: BankLine) -> Any:
        """Linked to the desk, where it is decided or undone."""
        name = self.value_payer(record) or _("no name")
        return format_html('<a href="{}?line={}">{}</a>', reverse("dashboard:import_matching"), record.pk, name)

    def value_payer(self, record: BankLine) -> str:
        """The name alone."""
        return record.payer_ultimate or record.payer_name

    def render_decided_by(self, record: BankLine) -> Any:
        """Who, or that it posted by itself."""
        return self.value_decided_by(record) or formats.NOT_AVAILABLE

    def value_decided_by(self, record: BankLine) -> str:
        """The name alone."""
        if record.decided_by:
            return str(record.decided_by)
        return str(_("the system")) if record.state == LineState.POSTED else ""

    def render_reason(self, record: BankLine) -> str:
        """Why it was ignored, undone, or is no receipt."""
        return self.value_reason(record) or formats.NOT_AVAILABLE

    def value_reason(self, record: BankLine) -> str:
        """The words."""
        return record.reason or (str(word_of(WHY_NOT, record.why_not)) if record.why_not else "")


class LinesPage(ImportsPage):
    """``/imports/lines/?state=``"""

    tab = "import_matching"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The lines of a state, or the same as a file."""
        asked = request.GET.get("state", "")
        state = asked if asked in CHOICES else ""
        rows = list_lines(actor=self.page.user, state=CHOICES[state][1], text=request.GET.get("q", "")[:80])
        table = LinesTable(rows.order_by("-day", "-id"), name="lines")
        return wanted_export(request, table) or self.render(
            "matching/lines.html",
            table=configure(request, table),
            states=choices_of({code: word for code, (word, _states) in CHOICES.items()}, state),
            text=request.GET.get("q", ""),
        )


class UnappliedTable(DataTable):
    """Receipts with something left of them, the largest rest first within a currency."""

    title = _("Unapplied cash")
    empty = _("No money stands unapplied.")

    buyer = BuyerColumn(_("Buyer"), accessor="buyer_name")
    receipt = TextColumn(_("Receipt"), orderable=False)
    source = TextColumn(_("Source"), orderable=False)
    received_on = DateColumn(_("Received"))
    age_days = DaysColumn(_("Days"))
    currency = TextColumn(_("Currency"))
    amount = MoneyColumn(_("Amount"))
    left = MoneyColumn(_("Unapplied"))
    note = TextColumn(_("Note"), orderable=False, css="wide")

    def render_receipt(self, record: UnappliedRow) -> Any:
        """Linked to its bank line, where it can be undone and matched anew."""
        if record.line_id is None:
            return record.receipt
        address = reverse("dashboard:import_matching")
        return format_html('<a href="{}?line={}">{}</a>', address, record.line_id, record.receipt)

    def value_receipt(self, record: UnappliedRow) -> str:
        """The number alone."""
        return record.receipt


class UnappliedPage(ImportsPage):
    """``/imports/unapplied/``"""

    tab = "import_matching"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The receipts, or the same as a file."""
        table = UnappliedTable(PagedData(list_unapplied()), name="unapplied")
        return wanted_export(request, table) or self.render("matching/unapplied.html", table=configure(request, table))
