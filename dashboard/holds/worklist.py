"""Holds: which orders may not go, why, and by how much. Saved in the address: which state, whose, which reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.dates import business_date
from core.domain.roles import Permission
from credit.domain.kinds import HoldKind, HoldState
from credit.models import Hold
from dashboard.check_words import RULES
from dashboard.context import PageContext
from dashboard.credit_labels import HOLD_KINDS, HOLD_STATES
from dashboard.exports import wanted_export
from dashboard.filters import MINE, NOBODY, of_owner, query_of
from dashboard.holds.fit import fit_of
from dashboard.holds.words import order_name, reason_words
from dashboard.pages import PageView
from dashboard.queries.holds import list_holds
from dashboard.tables import (
    BaseMoneyColumn,
    DataTable,
    DateColumn,
    DaysColumn,
    LabelColumn,
    MoneyColumn,
    TextColumn,
    configure,
)

FILTERS = ("state", "who", "reason", "kind")
STATES = {
    "": (_("to decide"), (HoldState.OPEN,)),
    "closed": (_("closed"), tuple(state for state in HoldState if state is not HoldState.OPEN)),
    "all": (_("all"), tuple(HoldState)),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter in the address; what is not known does not restrict."""

    state: str = ""
    who: str = ""
    reason: str = ""
    kind: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Wanted:
        """Read it from the address."""
        known: dict[str, Collection[str]] = {
            "state": STATES,
            "who": {MINE, NOBODY},
            "reason": RULES,
            "kind": set(HoldKind),
        }
        given = {name: str(query[name]) for name in FILTERS if name in query}
        return cls(**{name: value for name, value in given.items() if value in known[name]})


class HoldsTable(DataTable):
    """Holds, the most money first."""

    title = _("Orders on hold")
    empty = _("No order is on hold here. A stopped order comes here by itself.")

    order = TextColumn(_("order"), accessor="pk", orderable=False)
    buyer = TextColumn(_("buyer"), accessor="buyer__name", order_by=("buyer__name",))
    amount = MoneyColumn(_("amount"), accessor="order__amount", currency_of="order__currency", orderable=False)
    currency = TextColumn(_("currency"), accessor="order__currency", orderable=False)
    over_by = BaseMoneyColumn(_("over by,"))
    reasons = TextColumn(_("why"), orderable=False, empty_values=(), css="wide")
    kind = LabelColumn(_("kind"), table=HOLD_KINDS)
    ship_date = DateColumn(_("ships"), accessor="order__planned_ship_date", order_by=("order__planned_ship_date",))
    age = DaysColumn(_("days on hold"), accessor="opened_at")
    assignee = TextColumn(_("owner"), order_by=("assignee__username",))
    review_on = DateColumn(_("review"))
    state = LabelColumn(_("state"), table=HOLD_STATES)

    def __init__(self, data: Any, *, page: PageContext, query: str, **kwargs: Any) -> None:
        self.question, self.query = page, query
        super().__init__(data, **kwargs)

    def render_order(self, record: Hold) -> Any:
        """Linked to the hold; the list's filter goes along."""
        url = reverse("dashboard:hold", args=[record.pk])
        return format_html('<a href="{}{}">{}</a>', url, self.query, order_name(record))

    def value_order(self, record: Hold) -> str:
        """The number alone."""
        return order_name(record)

    def render_buyer(self, record: Hold) -> Any:
        """Linked to the buyer."""
        return format_html(
            '<a href="{}">{}</a>', reverse("dashboard:buyer", args=[record.buyer.code]), record.buyer.name
        )

    def value_buyer(self, record: Hold) -> str:
        """The name alone."""
        return record.buyer.name

    def render_reasons(self, record: Hold) -> str:
        """All of them, the one that takes precedence first."""
        return reason_words(record)

    def value_reasons(self, record: Hold) -> str:
        """The same for files."""
        return reason_words(record)

    def render_age(self, record: Hold) -> str:
        """Days since it was opened."""
        return str(age_of(record, self.question))

    def value_age(self, record: Hold) -> int:
        """The bare count."""
        return age_of(record, self.question)

    def value_over_by(self, value: Decimal) -> Decimal:
        """Every digit."""
        return value


class HoldsPage(PageView):
    """The worklist; sales see their own buyers' orders, without the figures that tell about limits."""

    permission = Permission.BUYER_READ

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list, or the list as a file."""
        wanted, page = Wanted.of(request.GET), self.page
        hidden = () if page.may(Permission.LIMITS_READ) else ("over_by",)
        rows = wanted_holds(page, wanted)
        table = HoldsTable(
            rows,
            page=page,
            query=query_of(request.GET, FILTERS),
            name="holds",
            base_currency=settings.BASE_CURRENCY,
            exclude=hidden,
        )
        export = wanted_export(request, table)
        return export or self.render(
            "holds/list.html",
            table=configure(request, table),
            wanted=wanted,
            states=[(code, word, code == wanted.state) for code, (word, _states) in STATES.items()],
            kinds=[(code, HOLD_KINDS[code].text, code == wanted.kind) for code in HoldKind],
            reasons=[(code, word, code == wanted.reason) for code, word in RULES.items()],
            fit=fit_of(page) if page.may(Permission.LIMITS_READ) and not wanted.state else None,
            may_force=page.may(Permission.HOLD_DECIDE),
        )


def wanted_holds(page: PageContext, wanted: Wanted) -> QuerySet[Hold]:
    """The holds of a filter."""
    rows = list_holds(scope=page.scope, states=STATES[wanted.state][1])
    if not page.may(Permission.LIMITS_READ):  # not even in the order of how far over a limit
        rows = rows.order_by("order__planned_ship_date", "pk")
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.reason:
        rows = rows.filter(reasons__contains=wanted.reason)
    return of_owner(rows, wanted.who, page.user)


def age_of(hold: Hold, page: PageContext) -> int:
    """Days from its opening to its end, or to today."""
    end = business_date(hold.closed_at, settings.TIME_ZONE) if hold.closed_at else page.today
    return max(0, (end - business_date(hold.opened_at, settings.TIME_ZONE)).days)
