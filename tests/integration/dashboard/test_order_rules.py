"""Rules of the order check: the drawing of who has which, and changes as versions."""

from __future__ import annotations

from typing import Any

import pytest

from credit.models import CheckRuleVersion
from tests.integration.credit.builders import make_clean_buyer, make_group
from tests.integration.dashboard.desk import check_denied, sign_in, text_of
from tests.integration.dashboard.reading import inline_code_of, rows_of
from tests.integration.dashboard.reading import text_of as words_of

pytestmark = pytest.mark.django_db
PAGE = "/rules/order-check/"


def change(path: str = "oldest_overdue/", *, role: str = "credit_manager", **changes: Any) -> Any:
    given = {
        "version": "0",
        "is_enabled": "on",
        "effect": "stop",
        "warn_days": "10",
        "stop_days": "20",
        "reason": "stricter in winter",
    }
    data = {name: value for name, value in (given | changes).items() if value is not None}
    return sign_in(role).post(PAGE + path, data, follow=True)


def test_drawing_shows_every_rule_for_everybody_and_each_grade() -> None:
    response = sign_in("auditor").get(PAGE)
    rows = rows_of(response, "main")
    assert len(rows) == 19
    overdue = next(row for row in rows if "Oldest overdue item" in row[0])
    assert overdue[1] == "stops · 15 / 30"
    assert inline_code_of(response) == []


def test_change_for_a_grade_is_marked_and_counts_its_buyers() -> None:
    make_clean_buyer("ACME", grade="C")
    assert "counts from the next check on" in text_of(change("oldest_overdue/?level=grade&subject=C"))
    rows = rows_of(sign_in("auditor").get(PAGE), "main")
    overdue = next(row for row in rows if "Oldest overdue item" in row[0])
    assert overdue[4] == "stops · 10 / 20 1 buyer"
    assert overdue[3] == "stops · 15 / 30"


def test_buyer_and_group_have_settings_of_their_own() -> None:
    buyer = make_clean_buyer("ACME")
    make_group(buyer, code="G1")
    client = sign_in("credit_manager")
    for level, code in (("buyer", "ACME"), ("group", "G1")):
        go = client.get(f"{PAGE}go/", {"rule": "oldest_overdue", "level": level, "code": code})
        change(go["Location"].removeprefix(PAGE))
    page = words_of(client.get(PAGE))
    assert "Buyer ACME (buyer): stops · 10 / 20" in page
    assert "(group): stops · 10 / 20" in page


def test_change_is_a_version_that_can_be_taken_away() -> None:
    change()
    page = words_of(sign_in("auditor").get(f"{PAGE}oldest_overdue/"))
    assert "stricter in winter" in page
    assert "Change it" not in page
    change(version="1", remove="1", reason="as before")
    assert CheckRuleVersion.objects.latest("version").is_removed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"warn_days": "40"}, "warn"),
        ({"stop_days": "9999"}, "365"),
        ({"stop_days": ""}, "This field is required"),
        ({"reason": ""}, "This field is required"),
        ({"version": "7"}, "Somebody else"),
    ],
)
def test_bad_change_says_what_would_be_right(changes: dict[str, str], words: str) -> None:
    response = change(**changes)
    assert response.status_code == 422
    assert words in text_of(response)
    assert not CheckRuleVersion.objects.exists()


def test_rules_of_law_cannot_be_switched_off() -> None:
    response = change("sanctions/", is_enabled=None, effect="warn", warn_days=None, stop_days=None)
    assert response.status_code == 422
    assert not CheckRuleVersion.objects.exists()


def test_unknown_rule_level_and_subject_are_not_found() -> None:
    client = sign_in("credit_manager")
    for path in ("gold/", "kyc/?level=moon", "kyc/?level=grade&subject=Z", "kyc/?level=buyer&subject=999999"):
        assert client.get(PAGE + path).status_code == 404, path


def test_only_who_may_change_rules_does() -> None:
    check_denied(PAGE, "sales", "administrator")
    for role in ("credit_analyst", "auditor"):
        change(role=role)
    assert not CheckRuleVersion.objects.exists()
