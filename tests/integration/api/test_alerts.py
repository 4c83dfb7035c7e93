"""GET /api/v1/alerts/: which alerts, as whom, as of when."""

from typing import Any

import pytest

from alerts.models import Alert
from alerts.services.work import acknowledge
from core.access.scope import SYSTEM
from core.models import User
from tests.integration.api.ladder import as_person, check_problem, ok, with_key
from tests.integration.api.world import AS_OF, World

pytestmark = pytest.mark.django_db
URL = "/api/v1/alerts/"


def ask(client: Any = None, **params: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ok((client or with_key()).get(URL, params), URL)["results"]
    return rows


def found(rows: list[dict[str, Any]]) -> set[tuple[str, str | None]]:
    return {
        (row["rule"], row["subject"]["buyer"] or row["subject"]["group"] or row["subject"]["country"]) for row in rows
    }


def test_live_alerts_carry_evidence_money_and_a_proposal(world: World) -> None:
    rows = ask()
    (late,) = [row for row in rows if row["rule"] == "overdue_30"]
    assert late["subject"] == {"type": "buyer", "buyer": "ACME", "group": None, "country": None}
    assert (late["state"], late["amount"], late["currency"], late["opened_on"]) == (
        "open",
        "1000.00",
        "USD",
        "2026-04-16",
    )
    assert late["proposed_action"] == "start_collection"
    assert late["proposed_words"].startswith("Start collection")
    assert late["evidence"]
    assert ("concentration_country", "DE") in found(rows)
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)


def test_rule_buyer_and_state_restrict(world: World) -> None:
    assert found(ask(rule="overdue_30")) == {("overdue_30", "ACME")}
    assert {subject for _rule, subject in found(ask(buyer="ACME"))} == {"ACME"}
    assert ask(state="closed") == []
    assert len(ask(state="open")) == len(ask())


def test_alert_that_somebody_works_on_still_lives(world: World) -> None:
    actor = User.objects.create(username="worker", role="credit_analyst")
    alert = Alert.objects.get(rule="overdue_30")
    acknowledge(alert_id=alert.pk, version=alert.version, actor=actor, scope=SYSTEM, today=AS_OF)
    assert [row["state"] for row in ask(rule="overdue_30")] == ["acknowledged"]
    assert [row["id"] for row in ask(state="acknowledged")] == [alert.pk]


def test_past_day_shows_what_lived_then(world: World) -> None:
    assert ask(as_of="2026-04-15") == []
    now = {row["id"]: row for row in ask()}
    assert {row["id"]: row for row in ask(as_of="2026-04-16")} == now


def test_sales_see_alerts_of_their_own_buyers_only(world: World) -> None:
    rows = ask(as_person("sales", user=world.ben))
    assert {subject for _rule, subject in found(rows)} <= {"BLUE"}
    assert "ACME" not in str(rows)


def test_sales_cannot_ask_for_a_buyer_of_others(world: World) -> None:
    response = as_person("sales", user=world.ben).get(URL, {"buyer": "ACME"})
    check_problem(response, 404, "buyer_not_found", URL)


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"state": "late"}, "parameter_invalid", "state"),
        ({"state": "open", "as_of": "2026-04-16"}, "parameters_exclude", "state"),
        ({"as_of": "2030-01-01"}, "date_in_future", "as_of"),
        ({"rule": "overdue"}, "parameter_invalid", "rule"),
        ({"severity": "3"}, "parameter_unknown", "severity"),
        ({"cursor": "x"}, "cursor_invalid", "cursor"),
    ],
)
def test_bad_parameter_is_named(world: World, params: dict[str, str], code: str, field: str) -> None:
    assert check_problem(with_key().get(URL, params), 400, code, URL)["field"] == field
