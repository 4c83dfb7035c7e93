"""Bank statements: balances that add up, and what became of every line."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from dashboard.bank_words import warning_words
from dashboard.exports import wanted_export
from dashboard.imports.base import ImportsPage
from dashboard.intake_labels import STATEMENT_KINDS
from dashboard.labels import word_of
from dashboard.matching.lines import LinesTable
from dashboard.tables import (
    CountColumn,
    DataTable,
    DateColumn,
    MomentColumn,
    MoneyColumn,
    TextColumn,
    WordColumn,
    configure,
)
from invoices.models import BankStatement
from invoices.queries.bank import get_statement, list_lines, list_statements


class StatementsTable(DataTable):
    """Statements, the latest first."""

    title = _("Bank statements")
    empty = _("No statement came in yet. Upload a camt or MT940 file on the Imports page.")

    account = TextColumn(_("Account"), accessor="account__number")
    kind = WordColumn(_("Kind"), table=STATEMENT_KINDS, orderable=False)
    number = TextColumn(_("Number"), empty_values=(), orderable=False)
    closing_date = DateColumn(_("Closing"))
    currency = TextColumn(_("Currency"), orderable=False)
    opening_amount = MoneyColumn(_("Opening balance"), orderable=False)
    credits = MoneyColumn(_("Credits"), orderable=False)
    debits = MoneyColumn(_("Debits"), orderable=False)
    closing_amount = MoneyColumn(_("Closing balance"), orderable=False)
    lines_total = CountColumn(_("Lines"))
    lines_posted = CountColumn(_("Posted"))
    lines_waiting = CountColumn(_("To decide"))
    created_at = MomentColumn(_("Came in"), css="nowrap")

    def render_account(self, record: BankStatement) -> Any:
        """Linked to the statement."""
        url = reverse("dashboard:import_statement", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, record.account.number)

    def value_account(self, record: BankStatement) -> str:
        """The number alone."""
        return record.account.number

    def render_number(self, record: BankStatement) -> str:
        """As the bank counts them."""
        return number_of(record)

    def value_number(self, record: BankStatement) -> str:
        """As the bank counts them."""
        return number_of(record)


def number_of(statement: BankStatement) -> str:
    """Number and sequence, else its identification."""
    return "/".join(filter(None, (statement.number, statement.sequence))) or statement.identification or "–"


class StatementsPage(ImportsPage):
    """``/imports/statements/``"""

    tab = "import_statements"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list, or the list as a file."""
        table = StatementsTable(list_statements(actor=self.page.user), name="statements")
        return wanted_export(request, table) or self.render("imports/statements.html", table=configure(request, table))


class StatementPage(ImportsPage):
    """One statement with its lines."""

    tab = "import_statements"

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Balances, sums and lines, or the lines as a file."""
        statement = get_statement(actor=self.page.user, pk=pk)
        lines = list_lines(actor=self.page.user, statement=pk).order_by("position")
        table = LinesTable(lines, name="lines")
        return wanted_export(request, table) or self.render(
            "imports/statement.html",
            statement=statement,
            number=number_of(statement),
            kind=word_of(STATEMENT_KINDS, statement.kind),
            warnings=warning_words(statement.warnings),
            table=configure(request, table),
        )
