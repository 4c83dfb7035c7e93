"""An approved limit, its signature and the delegation it stood on are sealed: what is changed behind them is named."""

from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.db import connection
from django.utils import timezone

from core.domain.roles import Role
from core.queries.seals import verify_seals
from core.services.seals import seal_audit
from cover.domain.insured import InsuredDecision
from cover.services.insured_limits import record_insured_limit
from tests.integration.credit.asking import approve, ask, usd
from tests.integration.credit.builders import EARLIER, make_clean_buyer, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def decisions(settings: Any, tmp_path: Path) -> None:
    """A limit with its request, signature and cover, all sealed."""
    settings.AUDIT_KEY_FILE = str(tmp_path / "key")
    settings.AUDIT_SEAL_FILE = str(tmp_path / "seals.jsonl")
    buyer, analyst = make_clean_buyer(), make_user(Role.ANALYST)
    record_insured_limit(
        InsuredDecision(
            buyer_id=buyer.pk,
            insurer="Atradius",
            number="1",
            amount=usd("500"),
            percent=usd("90").amount,
            valid_from=EARLIER,
        ),
        actor=analyst,
    )
    approve(ask(buyer, "1000", by=analyst), by=make_user())
    seal_audit(now=timezone.now())


def test_untouched_decisions_verify() -> None:
    assert verify_seals().is_ok


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("UPDATE credit_creditlimit SET amount = 9999", "credit_creditlimit"),
        ("UPDATE credit_limitdecision SET acting_for_id = actor_id", "credit_limitdecision"),
        ("UPDATE cover_insuredlimit SET amount = 9999", "cover_insuredlimit"),
        ("DELETE FROM credit_limitdecision", "credit_limitdecision"),
    ],
)
def test_a_decision_changed_or_removed_with_triggers_off_is_named(sql: str, table: str) -> None:
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(sql)
    report = verify_seals()
    assert not report.is_ok
    assert any(table in finding.message for finding in report.findings)
