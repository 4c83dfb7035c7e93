"""The numbers of matching on their page: read, changed as a new version, refused."""

from __future__ import annotations

from typing import Any

import pytest

from core.models import AuditEvent
from invoices.models import MatchingSetting
from invoices.queries.matching_settings import current_numbers
from tests.budgets import query_budget
from tests.integration.dashboard.desk import PORTFOLIO, check_denied, sign_in
from tests.integration.dashboard.reading import inline_code_of, text_of

pytestmark = pytest.mark.django_db
PAGE = "/imports/matching/settings/"


def given(**changes: object) -> dict[str, object]:
    known = {
        "version": "0",
        "threshold": "0.97",
        "charge_most": "60",
        "charge_percent": "2",
        "discount_percent": "3",
        "discount_days": "14",
        "duplicate_days": "3",
        "is_enabled": "on",
        "reason": "audit week",
    }
    return known | changes


@pytest.mark.parametrize("role", PORTFOLIO)
def test_who_reads_the_portfolio_reads_the_numbers_their_bounds_and_meaning(role: str) -> None:
    page = text_of(sign_in(role).get(PAGE))
    for words in (
        "Posts by itself from confidence",
        "0.91 to 1, usually 0.95",
        "what is ambiguous never reaches 0.91",
        "sure lines post by themselves",
        "The usual numbers; never changed.",
    ):
        assert words in page, words
    assert ("Change the numbers" in page) == (role in {"credit_manager", "finance_director"})


def test_the_desk_leads_to_them() -> None:
    assert f'href="{PAGE}"' in sign_in("auditor").get("/imports/matching/").content.decode()


def test_a_change_is_a_new_version_with_its_reason() -> None:
    page = text_of(sign_in("credit_manager").post(PAGE, given(), follow=True))
    assert "they count for every line matched from now on" in page
    assert "Posts by itself from confidence: 0.95 → 0.97 audit week" in page
    assert "person-credit_manager" in page
    assert "Bank charge, at most: 60" not in page
    row = MatchingSetting.objects.get()
    assert (row.version, row.is_enabled, row.reason, str(row.created_by)) == (
        1,
        True,
        "audit week",
        "person-credit_manager",
    )
    event = AuditEvent.objects.get(action="invoices.matching.changed")
    assert (event.data["version"], event.data["numbers"]["threshold"]) == (1, "0.97")


def test_posting_by_itself_is_switched_off_and_on() -> None:
    manager = sign_in("credit_manager")
    off = given()
    del off["is_enabled"]
    assert "every line waits for a person" in text_of(manager.post(PAGE, off, follow=True))
    assert not current_numbers().is_enabled
    assert "sure lines post by themselves version 2" in text_of(manager.post(PAGE, given(version="1"), follow=True))
    assert current_numbers().is_enabled


def test_the_form_begins_with_what_counts_now() -> None:
    manager = sign_in("credit_manager")
    manager.post(PAGE, given(threshold="0.990", charge_most="1000"))
    page = manager.get(PAGE).content.decode()
    for value in ('value="0.99"', 'value="1000"', 'name="version" value="1"'):
        assert value in page, value


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": ""}, "This field is required."),
        ({"reason": "x" * 301}, "at most 300 characters"),
        ({"threshold": "0.90"}, "Write a number from 0.91 to 1."),
        ({"threshold": "NaN"}, "Enter a number."),
        ({"charge_most": "1001"}, "Write a number from 0 to 1000."),
        ({"discount_days": "1.5"}, "Write a number from 0 to 60."),
        ({"duplicate_days": ""}, "This field is required."),
        ({"version": "7"}, "Somebody else has changed these numbers; look again."),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_stored(changes: dict[str, Any], words: str) -> None:
    response = sign_in("credit_manager").post(PAGE, given(**changes))
    assert response.status_code == 422
    assert words in text_of(response)
    assert not MatchingSetting.objects.exists()


def test_of_two_who_saw_the_same_version_one_wins_and_the_other_keeps_what_was_typed() -> None:
    sign_in("credit_manager").post(PAGE, given())
    late = sign_in("finance_director").post(PAGE, given(threshold="1", reason="stricter"))
    assert late.status_code == 422
    page = late.content.decode()
    assert "Somebody else has changed these numbers; look again." in page
    assert 'value="stricter"' in page
    assert current_numbers().version == 1


def test_who_may_not_change_rules_changes_nothing() -> None:
    check_denied(PAGE, "credit_analyst", "auditor", "sales", "administrator", method="post", data=given())
    check_denied(PAGE, "sales", "administrator")
    assert not MatchingSetting.objects.exists()


def test_query_budget_is_kept_however_many_versions() -> None:
    manager = sign_in("credit_manager")
    for version in range(3):
        manager.post(PAGE, given(version=str(version)))
    with query_budget(f"PAGE {PAGE}"):
        response = manager.get(PAGE)
    assert response.status_code == 200
    assert inline_code_of(response) == []
