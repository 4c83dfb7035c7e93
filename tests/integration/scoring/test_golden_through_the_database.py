"""The golden figures of domain.md section 5 come out of models and services, not only of arrays."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from scoring.models import Score
from scoring.queries.explain import explain
from scoring.services.scores import score_buyers
from tests.integration.scoring.golden_buyer import AS_OF, KNOWN_AT, make_golden_buyer

pytestmark = pytest.mark.django_db
GOLDEN = {
    "buyer_credit": 28.50,
    "payment_history": 53.97,
    "fx_tolerance": 55.50,
    "logistics": 82.00,
    "compliance": 75.00,
}


def score_command(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("score", *arguments, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue(), parse_float=Decimal)
    return found


def test_the_five_goldens_give_52_94_grade_c() -> None:
    buyer = make_golden_buyer()
    found = explain(buyer_id=buyer.pk, as_of=AS_OF)
    assert {name: part["value"] for name, part in found["dimensions"].items()} == GOLDEN
    assert (found["score"], found["grade"], found["coverage"]) == (52.94, "C", 0.87)
    assert [cap["code"] for cap in found["caps"]] == ["insurer_cut"]


def test_the_command_prints_the_stable_shape_and_reasons_that_add_up() -> None:
    make_golden_buyer()
    found = score_command("GOLD", "--as-of", AS_OF.isoformat())
    assert list(found) == ["score", "grade", "coverage", "dimensions"]
    assert (found["score"], found["grade"], found["coverage"]) == (Decimal("52.94"), "C", Decimal("0.87"))
    assert list(found["dimensions"]) == list(GOLDEN)
    for part in found["dimensions"].values():
        assert list(part) == ["value", "coverage", "weight", "reasons"]
        assert part["value"] + sum(reason["points"] for reason in part["reasons"]) == 100
    assert sum(part["weight"] for part in found["dimensions"].values()) == 1


def test_the_command_explains_the_inputs_with_dates_and_sources() -> None:
    make_golden_buyer()
    found = score_command("GOLD", "--as-of", AS_OF.isoformat(), "--explain")
    credit = found["dimensions"]["buyer_credit"]["evidence"]
    assert (credit["rating"]["valid_from"], credit["rating"]["source"]) == ("2026-06-01", "report")
    assert (credit["country"]["risk_class"], credit["country"]["valid_from"]) == (4, "2026-01-30")
    assert [event["kind"] for event in credit["events"]] == ["litigation", "insurer_cut"]
    assert found["dimensions"]["fx_tolerance"]["evidence"]["home_currency"] == "VND"
    assert found["caps"] == [{"code": "insurer_cut", "grade": "C", "binds": False}]


def test_the_command_says_it_in_words_too() -> None:
    make_golden_buyer()
    out = StringIO()
    call_command("score", "GOLD", "--as-of", AS_OF.isoformat(), stdout=out)
    assert "52.94  grade C  coverage 87%" in out.getvalue()
    assert "insurer cut or refused cover" in out.getvalue()


def test_an_unknown_buyer_and_a_bad_date_are_refused() -> None:
    with pytest.raises(CommandError, match="NOBODY"):
        call_command("score", "NOBODY", "--as-of", "2026-06-30")
    with pytest.raises(CommandError, match="YYYY-MM-DD"):
        call_command("score", "NOBODY", "--as-of", "30.6.2026")
    with pytest.raises(SystemExit) as end:
        call_command("score", "NOBODY", "--as-of", "2026-06-30", "--json", stdout=StringIO())
    assert end.value.code == 1


def test_the_stored_row_holds_the_same_figures() -> None:
    buyer = make_golden_buyer()
    assert score_buyers(buyer_ids=[buyer.pk], as_of=AS_OF, known_at=KNOWN_AT).scored == 1
    row = Score.objects.get()
    assert {name: float(getattr(row, name)) for name in GOLDEN} == GOLDEN
    assert (row.score, row.grade, row.grade_before_caps) == (Decimal("52.94"), "C", "C")
    assert (row.coverage, row.payment_history_coverage) == (Decimal("0.8700"), Decimal("0.6000"))
    assert (row.caps, row.version, row.base_currency) == (["insurer_cut"], "v1", "USD")
    assert len(row.inputs_hash) == 64


def test_a_day_later_the_figures_have_moved_on() -> None:
    buyer = make_golden_buyer()
    found = explain(buyer_id=buyer.pk, as_of=AS_OF + timedelta(days=1))
    assert found["score"] != 52.94
    assert found["dimensions"]["payment_history"]["coverage"] < 0.6
