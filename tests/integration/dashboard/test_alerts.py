"""Alerts: the worklist, one alert, work on it, and the rules."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from alerts.models import Alert, AlertEvent, AlertRuleSetting
from alerts.queries.signals.collect import Close
from alerts.services.advance import advance
from core.models import AuditEvent, User
from tests.budgets import query_budget
from tests.integration.api.world import LATER, World, make_world
from tests.integration.dashboard.desk import SIGNED_IN, check_denied, sign_in, text_of

pytestmark = pytest.mark.django_db
LIST, RULES = "/alerts/", "/alerts/rules/"


@pytest.fixture(autouse=True)
def world() -> Iterator[World]:
    """As on the evening of 2026-04-16: ACME of ana is late, BLUE of ben belongs to the same group."""
    made = make_world()
    with time_machine.travel(datetime(2026, 4, 16, 12, tzinfo=UTC), tick=True):
        yield made


def late() -> Alert:
    return Alert.objects.get(rule="overdue_30")


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=SIGNED_IN)
    return client


def address(verb: str = "") -> str:
    return f"{LIST}{late().pk}/{verb + '/' if verb else ''}"


def post(client: Client, verb: str, htmx: bool = True, **given: object) -> str:
    data = {f"{verb}-{name}": value for name, value in ({"version": late().version} | given).items()}
    headers = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "alert"} if htmx else {}
    response = client.post(address(verb), data, follow=not htmx, **headers)
    assert response.status_code == 200
    return text_of(response)


def test_worklist_says_what_why_and_what_to_do() -> None:
    page = text_of(sign_in("credit_analyst").get(LIST))
    why = "1 material item overdue, the oldest for 37 days"
    for words in ("Overdue: collection starts", "Buyer ACME", why, "Start collection", "1,000"):
        assert words in page, words


def test_strangers_and_administrators_stay_outside() -> None:
    check_denied(LIST, "administrator")
    check_denied(address(), "administrator")


def test_sales_see_their_own_buyers_only(world: World) -> None:
    page = text_of(as_user(world.ben).get(LIST))
    assert "ACME" not in page
    assert as_user(world.ben).get(address()).status_code == 404
    assert "Buyer ACME" in text_of(as_user(world.ana).get(LIST))


def test_list_is_filtered_in_the_address() -> None:
    client = sign_in("credit_analyst")
    me = User.objects.get(username="person-credit_analyst")
    Alert.objects.filter(rule="overdue_30").update(assignee=me)
    mine = text_of(client.get(LIST, {"who": "mine"}))
    assert "Overdue: collection starts</a>" in mine
    assert "Overdue: to be reviewed</a>" not in mine
    assert "Overdue: collection starts</a>" not in text_of(client.get(LIST, {"who": "nobody"}))
    assert "Overdue: to be reviewed</a>" in text_of(client.get(LIST, {"rule": "overdue_15"}))
    assert "No alert here" in text_of(client.get(LIST, {"state": "closed"}))
    assert client.get(LIST, {"state": "x", "rule": "y", "who": "z"}).status_code == 200


def test_list_is_exported_as_it_is_filtered() -> None:
    response = sign_in("auditor").get(LIST, {"rule": "overdue_30", "export": "csv"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert "Overdue: collection starts,Buyer ACME" in lines[1]
    assert ",1000.0000,,open," in lines[1]


def test_past_day_shows_what_lived_then() -> None:
    assert "No alert here" in text_of(sign_in("auditor").get(LIST, {"as_of": "2026-04-15"}))


def test_alert_shows_evidence_with_links_and_its_history(world: World) -> None:
    page = text_of(sign_in("auditor").get(address()))
    for words in (f"/invoices/{world.late.pk}/", world.late.number, "/buyers/ACME/", "opened", "USD 1,000.00"):
        assert words in page, words


def test_alert_of_a_past_day_is_shown_as_it_was_and_not_worked_on() -> None:
    client = sign_in("credit_analyst")
    post(client, "acknowledge", note="called them")
    with time_machine.travel(datetime(2026, 4, 20, 12, tzinfo=UTC), tick=True):
        assert "called them" in text_of(client.get(address(), {"as_of": "2026-04-20"}))
        advance(Close(date(2026, 4, 20), LATER, "USD"), run_id=None)
        page = text_of(client.get(address(), {"as_of": "2026-04-16"}))
        assert "What do you do?" not in page
        assert "the oldest for 37 days" in page
        later = text_of(client.get(address(), {"as_of": "2026-04-20"}))
        assert "the oldest for 41 days" in later
        assert "What do you do?" in later


def test_who_may_only_read_gets_no_forms() -> None:
    page = text_of(sign_in("auditor").get(address()))
    assert "What do you do?" not in page
    for verb in ("acknowledge", "assign", "snooze", "reopen"):
        check_denied(address(verb), "auditor", "sales", "administrator", method="post", data={f"{verb}-version": 1})
    assert late().state == "open"
    assert not AuditEvent.objects.filter(action__startswith="alerts.alert").exists()


def test_acknowledging_leaves_a_note_and_a_trace() -> None:
    page = post(sign_in("credit_analyst"), "acknowledge", note="called them")
    assert late().state == "acknowledged"
    assert "called them" in page
    assert "<html" not in page
    assert AuditEvent.objects.latest("id").action == "alerts.alert.acknowledged"


def test_alert_is_given_to_somebody_and_taken_back() -> None:
    client, worker = sign_in("credit_manager"), User.objects.create(username="mei", role="credit_analyst")
    post(client, "assign", assignee=worker.pk)
    assert late().assignee == worker
    post(client, "assign", assignee="")
    assert late().assignee is None


def test_alert_cannot_be_given_to_somebody_who_may_not_work_on_it(world: World) -> None:
    page = post(sign_in("credit_manager"), "assign", assignee=world.ben.pk)
    assert "Select a valid choice" in page
    assert late().assignee is None


def test_snooze_needs_a_day_to_come_and_a_reason() -> None:
    client = sign_in("credit_analyst")
    assert "This field is required" in post(client, "snooze", until="2026-04-30", reason="")
    assert "Choose a date after 2026-04-16" in post(client, "snooze", until="2026-04-16", reason="promised")
    assert late().state == "open"
    page = post(client, "snooze", until="2026-04-30", reason="promised")
    assert "2026-04-30: promised" in page
    assert (late().state, late().snoozed_until) == ("snoozed", date(2026, 4, 30))


def test_snoozed_alert_is_put_back() -> None:
    client = sign_in("credit_analyst")
    post(client, "snooze", until="2026-04-30", reason="promised")
    post(client, "reopen", note="they broke it")
    assert (late().state, late().snoozed_until) == ("open", None)


def test_change_of_somebody_else_is_not_overwritten() -> None:
    client, seen = sign_in("credit_analyst"), late().version
    post(client, "acknowledge")
    page = post(client, "snooze", version=seen, until="2026-04-30", reason="promised")
    assert "has changed since you looked" in page
    assert late().state == "acknowledged"


def test_plain_form_goes_back_to_the_alert() -> None:
    page = post(sign_in("credit_analyst"), "acknowledge", htmx=False)
    assert "<html" in page
    assert late().state == "acknowledged"


def test_next_alert_follows_the_list_one_came_from() -> None:
    client = sign_in("credit_analyst")
    page = text_of(client.get(f"{address()}?rule=overdue_30"))
    assert "Next alert" not in page
    assert "Next alert" in text_of(client.get(address()))


def test_missing_alert_is_not_found() -> None:
    assert sign_in("auditor").get(f"{LIST}0/").status_code == 404


# --- rules -----------------------------------------------------------------------------------------


def change(client: Client, **given: object) -> tuple[int, str]:
    numbers = {"days": 20, "step": 30, "growth_percent": 50}
    wanted = numbers | {"severity": 2, "is_enabled": "on", "reason": "season", "version": 0}
    response = client.post(f"{RULES}overdue_15/", wanted | given, follow=True)
    return response.status_code, text_of(response)


def test_rules_show_their_record() -> None:
    page = text_of(sign_in("auditor").get(RULES))
    assert "Overdue: collection starts" in page
    assert "days: <b>30</b>" in page
    check_denied(RULES, "sales", "administrator")


@pytest.mark.parametrize("role", ["credit_manager", "finance_director"])
def test_threshold_is_changed_as_a_version(role: str) -> None:
    status, page = change(sign_in(role))
    assert (status, "counts from the next close on" in page) == (200, True)
    version = AlertRuleSetting.objects.get()
    assert (version.rule, version.version, version.numbers["days"]) == ("overdue_15", 1, "20")
    assert AuditEvent.objects.latest("id").action == "alerts.rule.changed"


@pytest.mark.parametrize("role", ["credit_analyst", "auditor"])
def test_who_does_not_answer_for_a_rule_does_not_change_it(role: str) -> None:
    client = sign_in(role)
    assert "Change from the next close on" not in text_of(client.get(f"{RULES}overdue_15/"))
    assert change(client)[0] == 422
    assert not AlertRuleSetting.objects.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"days": "900"}, "from 0 to 365"),
        ({"days": "x"}, "Enter a number"),
        ({"reason": ""}, "required"),
        ({"version": 3}, "Somebody else has changed"),
    ],
)
def test_threshold_that_makes_no_sense_is_refused(given: dict[str, object], words: str) -> None:
    status, page = change(sign_in("credit_manager"), **given)
    assert (status, words in page) == (422, True)
    assert not AlertRuleSetting.objects.exists()


def test_missing_rule_is_not_found() -> None:
    assert sign_in("auditor").get(f"{RULES}nothing/").status_code == 404


@pytest.mark.parametrize("name", ["/alerts/", "/alerts/{alert}/", "/alerts/rules/", "/alerts/rules/{rule}/"])
def test_query_budget_is_kept(name: str) -> None:
    client, asked = sign_in("credit_manager"), name.format(alert=late().pk, rule="overdue_15")
    with query_budget(f"PAGE {name}"):
        assert client.get(asked).status_code == 200


def test_worklist_costs_the_same_for_many_alerts() -> None:
    client = sign_in("credit_manager")
    one = Alert.objects.get(rule="overdue_30")
    for n in range(40):
        Alert.objects.create(
            rule="overdue_15",
            subject_type="buyer",
            subject_key=f"x{n}",
            episode=1,
            buyer=one.buyer,
            level=1,
            evidence=one.evidence,
            opened_on=one.opened_on - timedelta(days=n),
            last_seen_on=one.last_seen_on,
        )
    with query_budget("PAGE /alerts/"):
        client.get(LIST)
    assert AlertEvent.objects.count() < 40
