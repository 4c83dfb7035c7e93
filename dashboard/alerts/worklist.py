"""Alerts: what changed, what to do first and why. Saved in the address: whose, which state, which rule."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from alerts.domain.states import LIVE_STATES, AlertState, Rule
from alerts.labels import RULES
from alerts.models import Alert
from alerts.queries.alerts import advanced_to, count_live, list_alerts, list_alerts_as_of
from alerts.queries.then import told_by
from core.domain.roles import Permission
from dashboard.alert_lines import names_in
from dashboard.alerts.rows import AlertRow, row_of
from dashboard.context import PageContext
from dashboard.desk_labels import ALERT_CHOICES
from dashboard.exports import wanted_export
from dashboard.filters import MINE, NOBODY, of_owner, query_of
from dashboard.formats import whole
from dashboard.labels import ALERT_STATES, SEVERITIES, label_of
from dashboard.pages import PageView
from dashboard.tables import BaseMoneyColumn, DataTable, DateColumn, DaysColumn, LabelColumn, TextColumn, configure
from dashboard.templatetags import duewatch

FILTERS = ("state", "rule", "who")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter in the address; what is not known does not restrict."""

    state: str = ""
    rule: str = ""
    who: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Wanted:
        """Read it from the address."""
        state, rule, who = (query.get(name, "") for name in FILTERS)
        known = {*AlertState, "all"}
        return cls(
            state if state in known else "", rule if rule in set(Rule) else "", who if who in (MINE, NOBODY) else ""
        )

    @property
    def states(self) -> tuple[str, ...]:
        """Which states are shown: those that live, unless others are asked for."""
        if self.state == "all":
            return tuple(AlertState)
        return (self.state,) if self.state else LIVE_STATES


class AlertsTable(DataTable):
    """The worklist, worst first."""

    title = _("Alerts")
    empty = _("No alert here. Either all is well or the filter hides it; show all states to see closed ones.")

    severity = LabelColumn(_("Urgency"), table=SEVERITIES)
    rule = TextColumn(_("What"))
    subject = TextColumn(_("About"), orderable=False, empty_values=())
    words = TextColumn(_("Reason"), orderable=False, empty_values=(), css="wide")
    action = TextColumn(_("Proposed"), orderable=False, empty_values=())
    amount_base = BaseMoneyColumn(_("At stake,"))
    assignee = TextColumn(_("Owner"))
    state = LabelColumn(_("State"), table=ALERT_STATES)
    opened_on = DateColumn(_("Since"))
    age = DaysColumn(_("Days"), orderable=False, empty_values=())

    def __init__(self, data: Any, *, page: PageContext, query: str, **kwargs: Any) -> None:
        self.question, self.query = page, query
        super().__init__(data, **kwargs)

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of the buyers that the page's evidence mentions; a file keeps to their codes."""
        page = getattr(self, "page", None)
        return names_in(page.object_list.data) if page else {}

    def row(self, record: Alert) -> AlertRow:
        """The record in words."""
        return row_of(record, self.question, self.names)

    def render_rule(self, record: Alert) -> Any:
        """Linked to the alert; the list's filter goes along, for the way back and on."""
        url = reverse("dashboard:alert", args=[record.pk])
        return format_html('<a href="{}{}">{}</a>', url, self.query, RULES[record.rule])

    def value_rule(self, record: Alert) -> str:
        """The word alone."""
        return str(RULES[record.rule])

    def render_subject(self, record: Alert) -> Any:
        """Linked to the buyer or group."""
        row = self.row(record)
        return format_html('<a href="{}">{}</a>', row.url, row.subject) if row.url else row.subject

    def value_subject(self, record: Alert) -> str:
        """The name alone."""
        return self.row(record).subject

    def render_words(self, record: Alert) -> str:
        """The evidence in one sentence."""
        return self.row(record).words

    def render_action(self, record: Alert) -> str:
        """What the rule proposes."""
        return self.row(record).action

    def render_severity(self, record: Alert) -> Any:
        """Of the day in the header."""
        return duewatch.tone(SEVERITIES[told_by(record).severity])

    def value_severity(self, record: Alert) -> str:
        """The word alone."""
        return str(SEVERITIES[told_by(record).severity].text)

    def render_amount_base(self, record: Alert) -> str:
        """Of the day in the header."""
        return whole(told_by(record).amount_base)

    def value_amount_base(self, record: Alert) -> Decimal | None:
        """Every digit."""
        return told_by(record).amount_base

    def render_age(self, record: Alert) -> str:
        """Days since it opened."""
        return str(self.row(record).age)

    def value_age(self, record: Alert) -> int:
        """The bare count."""
        return self.row(record).age

    def render_state(self, record: Alert) -> Any:
        """Of the day in the header."""
        return duewatch.tone(label_of(ALERT_STATES, told_by(record).state))

    def value_state(self, record: Alert) -> str:
        """The word alone."""
        return str(label_of(ALERT_STATES, told_by(record).state).text)

    def order_amount_base(self, rows: QuerySet[Alert], is_descending: bool) -> tuple[QuerySet[Alert], bool]:
        """Unknown amounts come last, whichever way."""
        amount = F("amount_base")
        return rows.order_by((amount.desc if is_descending else amount.asc)(nulls_last=True), "pk"), True


class AlertsPage(PageView):
    """The worklist."""

    permission = Permission.BUYER_READ

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list, or the list as a file."""
        wanted = Wanted.of(request.GET)
        table = configure(request, self._table(request, wanted))
        return wanted_export(request, table) or self.render(
            "alerts/list.html",
            table=table,
            wanted=wanted,
            states=ALERT_CHOICES.items(),
            rules=_rule_counts(self.page, wanted),
            advanced_to=advanced_to(),
        )

    def _table(self, request: HttpRequest, wanted: Wanted) -> AlertsTable:
        rows, query = list_wanted(self.page, wanted), query_of(request.GET, FILTERS)
        return AlertsTable(rows, page=self.page, query=query, name="alerts", base_currency=settings.BASE_CURRENCY)


def is_now(page: PageContext) -> bool:
    """True if the page shows alerts as they stand, on the latest close or a day since."""
    return page.as_of >= page.latest


def list_wanted(page: PageContext, wanted: Wanted) -> QuerySet[Alert]:
    """The alerts of a filter: of today as they stand, of a past date as they stood."""
    rows = (
        list_alerts(page.scope, states=wanted.states) if page.is_latest else list_alerts_as_of(page.as_of, page.scope)
    )
    if wanted.rule:
        rows = rows.filter(rule=wanted.rule)
    return of_owner(rows, wanted.who, page.user)


def _rule_counts(page: PageContext, wanted: Wanted) -> list[tuple[str, Any, int]]:
    counts = count_live(page.scope)
    return [(rule.value, RULES[rule], counts[rule]) for rule in Rule if counts.get(rule) or rule == wanted.rule]
