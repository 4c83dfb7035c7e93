"""What every page stands on: who asks, as of which date, in which base currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import cast

from django.http import HttpRequest
from django.utils.translation import gettext as _

from core import house
from core.access.scope import Scope, scope_of
from core.dates import parse_iso_date
from core.domain.rates import RateTable
from core.domain.roles import Permission, is_granted
from core.errors import DomainError
from core.models import User
from core.queries.rates import rate_table
from dashboard.queries.dates import get_latest_date

LATEST = "latest"
_OFFERED = ("USD", "EUR", "CNY", "HKD", "GBP", "JPY")


@dataclass(frozen=True)
class PageContext:
    """The question that a page answers: for whom, as of when, in which money."""

    user: User
    scope: Scope
    as_of: date
    latest: date
    base_currency: str

    @property
    def is_latest(self) -> bool:
        """True if the page shows the latest closed date."""
        return self.as_of == self.latest

    @cached_property
    def rates(self) -> RateTable:
        """The one table that converts every figure of the page; read when a figure first asks for it."""
        return rate_table(base=self.base_currency, as_of=self.as_of)

    @property
    def today(self) -> date:
        """The business day on which the page is read."""
        return house.today()

    @property
    def base_currencies(self) -> tuple[str, ...]:
        """Currencies that the header offers; the house currency comes first."""
        own = house.base_currency()
        return (own, *(code for code in _OFFERED if code != own))

    def may(self, permission: Permission) -> bool:
        """True if the reader's role holds the permission."""
        return is_granted(self.user.role, permission)

    @property
    def sees_portfolio(self) -> bool:
        """True if figures of the whole portfolio may be shown."""
        return self.may(Permission.PORTFOLIO_READ)


def page_context(request: HttpRequest) -> PageContext:
    """Read date and base currency from the query string, else the session, else take the latest and the house's."""
    user = cast(User, request.user)
    latest = get_latest_date() or house.today()
    return PageContext(
        user=user,
        scope=scope_of(user),
        as_of=_chosen_date(request, latest),
        latest=latest,
        base_currency=_chosen_currency(request),
    )


def _chosen_date(request: HttpRequest, latest: date) -> date:
    asked = request.GET.get("as_of", "").strip()
    if asked == LATEST:
        request.session.pop("as_of", None)
        return latest
    if asked:
        day = _checked_date(asked)
        _remember(request, "as_of", day.isoformat(), forget=day == latest)
        return day
    kept = request.session.get("as_of")
    return date.fromisoformat(kept) if kept else latest


def _checked_date(text: str) -> date:
    day = parse_iso_date(text)
    today = house.today()
    if day > today:
        raise DomainError(
            "date_in_future",
            _("%(date)s has not come yet; choose a date up to %(today)s.") % {"date": day, "today": today},
            {"field": "as_of", "value": text},
        )
    return day


def _chosen_currency(request: HttpRequest) -> str:
    own = house.base_currency()
    asked = request.GET.get("base", "").strip().upper()
    if asked:
        if asked not in {own, *_OFFERED}:
            raise DomainError(
                "base_currency_unknown",
                _("%(code)s is not offered as base currency; choose one of %(offered)s.")
                % {"code": asked[:8], "offered": ", ".join(dict.fromkeys((own, *_OFFERED)))},
                {"field": "base", "value": asked},
            )
        _remember(request, "base", asked, forget=asked == own)
        return asked
    return str(request.session.get("base") or own)


def _remember(request: HttpRequest, key: str, value: str, *, forget: bool) -> None:
    """Keep a choice for the next pages; the usual choice is not kept, so that it follows the days."""
    if forget:
        request.session.pop(key, None)
    elif request.session.get(key) != value:
        request.session[key] = value
