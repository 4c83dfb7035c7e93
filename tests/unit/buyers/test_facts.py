"""Facts as given: what is impossible is refused with field and value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from buyers.domain.fact_rows import (
    CertificateRow,
    ContractRow,
    EventRow,
    FactRow,
    KycRow,
    RatingRow,
    ScreeningRow,
    StatementRow,
    check_fact,
)
from core.errors import DomainError

DAY = date(2026, 1, 31)
SOUND = StatementRow(
    1,
    "EUR",
    DAY,
    total_assets=Decimal(1000),
    current_assets=Decimal(500),
    current_liabilities=Decimal(250),
    total_liabilities=Decimal(600),
    retained_earnings=Decimal(90),
    ebit=Decimal(70),
)


@pytest.mark.parametrize(
    "row",
    [
        SOUND,
        RatingRow(1, "S&P", "BBB", DAY),
        EventRow(1, "litigation", DAY, DAY),
        KycRow(1, "complete", DAY),
        ScreeningRow(1, "clear", DAY),
        CertificateRow(1, "ISO 9001", DAY),
        ContractRow(1, False, DAY),
    ],
)
def test_sound_facts_pass(row: FactRow) -> None:
    check_fact(row)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (SOUND._replace(total_assets=Decimal(0)), "total_assets"),
        (SOUND._replace(current_assets=Decimal(1001)), "current_assets"),
        (SOUND._replace(current_assets=Decimal(-1)), "current_assets"),
        (SOUND._replace(current_liabilities=Decimal(601)), "current_liabilities"),
        (SOUND._replace(total_liabilities=Decimal(-1)), "total_liabilities"),
        (SOUND._replace(currency="XXQ"), "currency"),
        (EventRow(1, "flood", DAY), "kind"),
        (EventRow(1, "litigation", DAY, date(2026, 1, 30)), "ended_on"),
        (KycRow(1, "fine", DAY), "status"),
        (ScreeningRow(1, "maybe", DAY), "result"),
        (CertificateRow(1, "", DAY), "kind"),
    ],
)
def test_impossible_facts_are_refused_by_field(row: FactRow, field: str) -> None:
    with pytest.raises(DomainError) as refusal:
        check_fact(row)
    assert refusal.value.params["field"] == field
