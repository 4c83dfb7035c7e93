"""People at work on alerts, and who may see which."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from alerts.domain.states import AlertState, EventAction, Rule, SubjectType
from alerts.models import Alert, AlertEvent
from alerts.queries.alerts import (
    alert_history,
    count_live,
    get_alert,
    list_alerts,
    list_alerts_as_of,
    rule_record,
    shown_evidence,
)
from alerts.queries.signals.collect import Close
from alerts.services.advance import advance
from alerts.services.work import acknowledge, assign, reopen, snooze
from core.access.scope import SYSTEM, Scope, scope_of
from core.domain.roles import Role
from core.errors import Conflict, DomainError, InvalidTransition, NotFound
from core.models import AuditEvent, User
from tests.integration.invoices.builders import make_buyer, make_invoice, pay

pytestmark = pytest.mark.django_db

TODAY = date(2026, 4, 20)
LATER = datetime(2100, 1, 1, tzinfo=UTC)


def make_user(name: str, role: Role = Role.ANALYST) -> User:
    return User.objects.create(username=name, role=role)


@pytest.fixture
def analyst() -> User:
    return make_user("ana")


@pytest.fixture
def alert() -> Alert:
    for _ in range(10):
        make_invoice(make_buyer(), "1000", due="2027-01-01")
    make_invoice(make_buyer("LATE"), "500", due="2026-03-31")
    close("2026-04-16")
    return Alert.objects.get()


def close(day: str) -> None:
    advance(Close(date.fromisoformat(day), LATER, "USD"), run_id=None)


def fresh(alert: Alert) -> Alert:
    return Alert.objects.get(pk=alert.pk)


def snoozed(alert: Alert, actor: User, until: date = date(2026, 4, 25)) -> Alert:
    return snooze(
        alert_id=alert.pk,
        version=fresh(alert).version,
        actor=actor,
        scope=SYSTEM,
        today=TODAY,
        until=until,
        reason="Promised for the 24th",
    )


def acknowledged(alert: Alert, actor: User) -> Alert:
    return acknowledge(
        alert_id=alert.pk, version=fresh(alert).version, actor=actor, scope=SYSTEM, today=TODAY, note="Called them"
    )


def test_acknowledging_is_in_the_history_and_in_the_audit_trail(alert: Alert, analyst: User) -> None:
    acknowledged(alert, analyst)
    assert fresh(alert).state == AlertState.ACKNOWLEDGED
    event = alert_history(alert).last()
    assert event is not None
    assert (event.action, event.state, event.actor, event.note) == (
        EventAction.ACKNOWLEDGED,
        AlertState.ACKNOWLEDGED,
        analyst,
        "Called them",
    )
    audit = AuditEvent.objects.get(action="alerts.alert.acknowledged")
    assert (audit.actor, audit.subject_id) == (analyst, str(alert.pk))


def test_an_acknowledged_alert_is_reopened_only_when_it_gets_worse(alert: Alert, analyst: User) -> None:
    acknowledged(alert, analyst)
    close("2026-05-15")
    assert fresh(alert).state == AlertState.ACKNOWLEDGED
    close("2026-05-16")
    assert fresh(alert).state == AlertState.OPEN


def test_a_snoozed_alert_returns_on_its_date(alert: Alert, analyst: User) -> None:
    snoozed(alert, analyst)
    close("2026-04-24")
    assert fresh(alert).state == AlertState.SNOOZED
    close("2026-04-25")
    assert (fresh(alert).state, fresh(alert).snoozed_until) == (AlertState.OPEN, None)
    assert [e.action for e in alert_history(alert)] == ["opened", "snoozed", "returned"]


def test_a_snoozed_alert_closes_with_its_cause(alert: Alert, analyst: User) -> None:
    snoozed(alert, analyst)
    pay(make_invoice_of(alert), "500", day="2026-04-22")
    close("2026-04-22")
    assert fresh(alert).state == AlertState.CLOSED


def make_invoice_of(alert: Alert):  # type: ignore[no-untyped-def]
    assert alert.buyer is not None
    return alert.buyer.invoices.get()


@pytest.mark.parametrize(
    ("until", "reason"),
    [(TODAY, "why not"), (date(2026, 4, 1), "past"), (date(2027, 5, 1), "too far"), (date(2026, 5, 1), "  ")],
)
def test_a_snooze_needs_a_date_ahead_and_a_reason(alert: Alert, analyst: User, until: date, reason: str) -> None:
    with pytest.raises(DomainError) as refused:
        snooze(alert_id=alert.pk, version=1, actor=analyst, scope=SYSTEM, today=TODAY, until=until, reason=reason)
    assert refused.value.params["field"] in {"until", "reason"}
    assert fresh(alert) == alert
    assert AlertEvent.objects.count() == 1


def test_an_alert_is_given_to_a_person_who_works_on_alerts(alert: Alert, analyst: User) -> None:
    args = {"alert_id": alert.pk, "actor": analyst, "scope": SYSTEM, "today": TODAY}
    assign(**args, version=1, assignee_id=analyst.pk)
    assert list(list_alerts(SYSTEM, assignee_id=analyst.pk)) == [alert]
    with pytest.raises(DomainError):
        assign(**args, version=2, assignee_id=make_user("sam", Role.SALES).pk)
    assign(**args, version=2, assignee_id=None)
    assert fresh(alert).assignee is None
    assert [e.data for e in alert_history(alert)][1:] == [{"assignee": "ana"}, {"assignee": None}]


def test_who_looked_at_an_older_version_is_asked_to_look_again(alert: Alert, analyst: User) -> None:
    acknowledged(alert, analyst)
    with pytest.raises(Conflict, match="look again"):
        reopen(alert_id=alert.pk, version=1, actor=analyst, scope=SYSTEM, today=TODAY)
    assert fresh(alert).state == AlertState.ACKNOWLEDGED


def test_a_quiet_night_does_not_disturb_who_is_looking(alert: Alert) -> None:
    close("2026-04-18")
    assert fresh(alert).level == 18
    assert fresh(alert).version == alert.version


def test_only_what_the_state_allows_can_be_done(alert: Alert, analyst: User) -> None:
    with pytest.raises(InvalidTransition):
        reopen(alert_id=alert.pk, version=1, actor=analyst, scope=SYSTEM, today=TODAY)
    acknowledged(alert, analyst)
    reopen(alert_id=alert.pk, version=2, actor=analyst, scope=SYSTEM, today=TODAY)
    assert fresh(alert).state == AlertState.OPEN


def test_sales_see_the_alerts_of_their_own_buyers_only(alert: Alert) -> None:
    own, other = make_user("own", Role.SALES), make_user("other", Role.SALES)
    assert alert.buyer is not None
    alert.buyer.sales_owner = own
    alert.buyer.save()
    assert get_alert(alert.pk, scope_of(own)) == alert
    assert count_live(scope_of(own)) == {Rule.OVERDUE_15: 1, "total": 1}
    assert count_live(scope_of(other)) == {"total": 0}
    with pytest.raises(NotFound):
        get_alert(alert.pk, scope_of(other))
    with pytest.raises(NotFound):
        acknowledge(alert_id=alert.pk, version=1, actor=other, scope=scope_of(other), today=TODAY)


def test_sales_do_not_see_the_portfolio_through_a_concentration(alert: Alert) -> None:
    own = make_user("own", Role.SALES)
    buyer = make_buyer(sales_owner=own)
    big = Alert.objects.create(
        rule=Rule.CONCENTRATION_BUYER,
        subject_type=SubjectType.BUYER,
        subject_key=str(buyer.pk),
        episode=1,
        buyer=buyer,
        level=Decimal(30),
        opened_on=TODAY,
        last_seen_on=TODAY,
    )
    assert list(list_alerts(scope_of(own))) == []
    assert set(list_alerts(SYSTEM)) == {alert, big}


def test_related_parties_outside_the_scope_are_counted_but_not_named() -> None:
    evidence = {"rows": [{"buyer": "A", "sales_owner_id": 1}, {"buyer": "B", "sales_owner_id": 2}], "parties": 2}
    seen = shown_evidence(evidence, rule=Rule.RELATED_PARTY_LATE, scope=Scope("own", sales_owner_id=1))
    assert [row["buyer"] for row in seen["rows"]] == ["A"]
    assert seen["hidden_parties"] == 1
    assert shown_evidence(evidence, rule=Rule.RELATED_PARTY_LATE, scope=SYSTEM) == evidence


def test_a_past_date_shows_the_alerts_and_states_of_that_date(alert: Alert, analyst: User) -> None:
    acknowledged(alert, analyst)
    pay(make_invoice_of(alert), "500", day="2026-04-22")
    close("2026-04-22")
    shown = {
        day: [(a.state_then, a.evidence_then["level"]) for a in list_alerts_as_of(date.fromisoformat(day), SYSTEM)]
        for day in ("2026-04-15", "2026-04-16", "2026-04-21", "2026-04-22")
    }
    assert shown == {
        "2026-04-15": [],
        "2026-04-16": [("open", "16.0000")],
        "2026-04-21": [("acknowledged", "16.0000")],
        "2026-04-22": [],
    }


def test_the_record_of_a_rule_counts_what_was_opened_closed_and_worked_on(alert: Alert, analyst: User) -> None:
    acknowledged(alert, analyst)
    snoozed(alert, analyst)
    (record,) = rule_record(SYSTEM, since=date(2026, 1, 1))
    assert record == {"rule": "overdue_15", "opened": 1, "live": 1, "closed": 0, "worked_on": 1}
