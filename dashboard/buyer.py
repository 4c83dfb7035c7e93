"""The buyer page: can I trust them? Needs no snapshot: every tab reads the ledger and the facts as of the date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from core.errors import DomainError
from dashboard import buyer_credit, buyer_overview, buyer_records, buyer_score, buyer_tabs
from dashboard.buyer_header import header_of
from dashboard.context import PageContext
from dashboard.exports import wanted_export
from dashboard.pages import PageView
from dashboard.queries.accounts import Account, get_account
from dashboard.tables import DataTable, configure


class Tab(NamedTuple):
    """A part of the page: what it is called and what builds it."""

    label: Any
    build: Callable[[Account, PageContext], dict[str, Any]]
    permission: Permission = Permission.BUYER_READ


TABS = {
    "overview": Tab(_("Overview"), buyer_overview.build),
    "score": Tab(_("Score"), buyer_score.build),
    "credit": Tab(_("Limits and orders"), buyer_credit.build),
    "trade": Tab(_("Orders and disputes"), buyer_tabs.build_trade),
    "timeline": Tab(_("Timeline"), buyer_tabs.build_timeline),
    "file": Tab(_("Credit file"), buyer_tabs.build_file),
    "records": Tab(_("Records"), buyer_records.build),
}


class BuyerPage(PageView):
    """``/buyers/<code>/?tab=``"""

    permission = Permission.BUYER_READ

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """The header and one tab; a record that was merged away leads to its survivor."""
        account = get_account(code=code, scope=self.page.scope)
        if account.merged_into and "record" not in request.GET:
            return redirect("dashboard:buyer", account.merged_into.code)
        name = request.GET.get("tab", "overview")
        if name not in TABS:
            raise DomainError(
                "tab_unknown",
                gettext("There is no part %(name)r of this page.") % {"name": name},
                {"field": "tab", "value": name},
            )
        context = TABS[name].build(account, self.page)
        tables = [value for value in context.values() if isinstance(value, DataTable)]
        export = wanted_export(request, *tables) if tables else None
        if export:
            return export
        for table in tables:
            configure(request, table, per_page=25)
        tabs = [(key, tab.label, key == name) for key, tab in TABS.items()]
        header = header_of(account=account, page=self.page, owed=context.get("owed"))
        return self.render(
            f"buyer/{name}.html", account=account, buyer=account.buyer, header=header, tabs=tabs, **context
        )
