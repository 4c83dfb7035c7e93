"""Default terms by grade on their page: read, changed as a new version, refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.models import AuditEvent
from credit.models import GradeTermsVersion
from credit.queries.terms import current_terms
from tests.integration.dashboard.desk import check_denied, sign_in
from tests.integration.dashboard.reading import text_of

pytestmark = pytest.mark.django_db
ALL, ONE = "/limits/terms/", "/limits/terms/C/"


def given(**changes: object) -> dict[str, object]:
    known = {
        "version": "0",
        "kind": "balance_secured",
        "max_days": "0",
        "deposit_percent": "40",
        "reason": "late payers",
    }
    return known | changes


def test_the_handbooks_terms_are_shown_until_somebody_changes_them() -> None:
    page = text_of(sign_in("auditor").get(ALL))
    assert "30 % deposit, the balance by L/C, D/P or insured" in page
    assert "The usual terms; never changed." in page
    assert "Change the terms" not in page


def test_a_change_is_a_new_version_with_its_reason() -> None:
    page = text_of(sign_in("credit_manager").post(ONE, given(), follow=True))
    assert "The terms are changed; they count from the next close on." in page
    assert "40 % deposit, the balance by L/C, D/P or insured: late payers" in page
    row = GradeTermsVersion.objects.get()
    assert (row.grade, row.version, row.deposit_percent, str(row.created_by)) == (
        "C",
        1,
        Decimal(40),
        "person-credit_manager",
    )
    assert current_terms()["C"].code == "balance_secured/0/40"
    assert AuditEvent.objects.get(action="credit.terms.changed").data == {"version": 1, "terms": "balance_secured/0/40"}


def test_the_form_begins_with_what_counts_now() -> None:
    manager = sign_in("credit_manager")
    manager.post(ONE, given(deposit_percent="12.5"))
    page = manager.get(ONE).content.decode()
    assert 'value="12.5"' in page
    assert 'name="version" value="1"' in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": ""}, "This field is required."),
        ({"reason": " "}, "This field is required."),
        ({"max_days": "366"}, "less than or equal to 365"),
        ({"deposit_percent": "101"}, "less than or equal to 100"),
        ({"deposit_percent": "NaN"}, "Enter a number."),
        ({"kind": "gift"}, "Select a valid choice."),
        ({"version": "7"}, "Somebody else has changed these terms; look again."),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_stored(changes: dict[str, Any], words: str) -> None:
    response = sign_in("credit_manager").post(ONE, given(**changes))
    assert response.status_code == 422
    assert words in text_of(response)
    assert not GradeTermsVersion.objects.exists()


def test_who_may_not_change_rules_changes_no_terms() -> None:
    check_denied(ONE, "credit_analyst", "auditor", "sales", "administrator", method="post", data=given())
    check_denied(ONE, "credit_analyst", "auditor", "sales", "administrator")
    assert not GradeTermsVersion.objects.exists()


def test_there_is_no_grade_f() -> None:
    assert sign_in("credit_manager").get("/limits/terms/F/").status_code == 404
