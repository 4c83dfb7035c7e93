"""The head of the buyer page: who, where, which grade, who looks after them, what is owed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.models import Alert
from alerts.queries.alerts import list_alerts, list_alerts_as_of
from credit.models import Hold
from credit.queries.standings import get_standings
from dashboard import labels
from dashboard.alert_lines import AlertLine, lines_of, without_milder
from dashboard.context import PageContext
from dashboard.credit_terms import terms_words
from dashboard.holds.words import order_name, reason_words
from dashboard.open_items import items_url
from dashboard.queries.accounts import Account
from dashboard.queries.holds import list_holds_of
from dashboard.queries.owed import Owed, OwedRow, list_owed, total_of
from dashboard.queries.scores import Standing, get_standing

SHOWN_HOLDS = 5


@dataclass(frozen=True, slots=True)
class HoldLine:
    """An order that may not go, and why."""

    pk: int
    order: str
    reasons: str


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above every tab."""

    status: labels.Label
    owed: Owed
    standing: Standing | None
    terms: str
    alerts: list[AlertLine]
    holds: list[HoldLine]
    rows_url: str
    overdue_url: str
    unconverted_url: str


def header_of(*, account: Account, page: PageContext, owed: Sequence[OwedRow] | None = None) -> Header:
    """The head as of the page's date; ``owed`` is what a tab has read of it already."""
    rows = (
        owed
        if owed is not None
        else list_owed(buyer_ids=[account.buyer.pk], as_of=page.as_of, rates=page.rates, scope=page.scope)
    )
    return Header(
        status=labels.label_of(labels.BUYER_STATUS, account.buyer.status),
        owed=total_of(rows),
        standing=get_standing(buyer_id=account.buyer.pk, as_of=page.as_of),
        terms=terms_words(get_standings([account.buyer.pk], as_of=page.as_of)[account.buyer.pk].default_terms),
        alerts=lines_of(without_milder(_alerts(account, page)), page.scope),
        holds=[HoldLine(hold.pk, order_name(hold), reason_words(hold)) for hold in _holds(account, page)],
        rows_url=items_url(buyer=account.buyer.code),
        overdue_url=items_url(buyer=account.buyer.code, overdue=1),
        unconverted_url=items_url(buyer=account.buyer.code, unconverted=1),
    )


def _holds(account: Account, page: PageContext) -> list[Hold]:
    """Holds as they stand now; a past date shows none."""
    return list_holds_of(buyer_ids=account.buyer_ids)[:SHOWN_HOLDS] if page.is_latest else []


def _alerts(account: Account, page: PageContext) -> list[Alert]:
    """Live alerts; for a past date those that were live then."""
    if page.is_latest:
        return list(list_alerts(page.scope, buyer_id=account.buyer.pk)[:10])
    return list(list_alerts_as_of(page.as_of, page.scope).filter(buyer=account.buyer)[:10])
