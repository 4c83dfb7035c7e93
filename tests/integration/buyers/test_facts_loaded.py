"""Loading reference tables: idempotent, append-only, nothing half-written."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from buyers.models import AgencyGrade, CountryRisk
from buyers.services.reference import load_agency_grades, load_country_risk
from core.errors import Conflict

pytestmark = pytest.mark.django_db
HEAD = "# source: OECD\n# valid_from: 2027-01-29\ncountry,name,risk_class,is_high_income\n"


def test_the_shipped_list_loads_once() -> None:
    assert load_country_risk().added == 201
    assert load_country_risk().added == 0
    assert CountryRisk.objects.get(country="DE").is_high_income


def test_a_newer_list_stands_beside_the_older(tmp_path: Path) -> None:
    load_country_risk()
    path = tmp_path / "newer.csv"
    path.write_text(HEAD + "VN,Viet Nam,3,no\n")
    assert load_country_risk(path).added == 1
    assert list(
        CountryRisk.objects.filter(country="VN").order_by("valid_from").values_list("risk_class", flat=True)
    ) == [4, 3]


def test_a_bad_line_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(HEAD + "VN,Viet Nam,3,no\nCN,China,9,no\n")
    with pytest.raises(CommandError, match="line 5, risk_class '9'"):
        call_command("load_country_risk", str(path))
    assert not CountryRisk.objects.exists()


def test_the_same_list_with_another_class_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(HEAD + "VN,Viet Nam,3,no\n")
    load_country_risk(path)
    path.write_text(HEAD + "VN,Viet Nam,2,no\n")
    with pytest.raises(Conflict) as refusal:
        load_country_risk(path)
    assert refusal.value.code == "reference_contradicts"


def test_the_command_prints_one_json_object() -> None:
    out = StringIO()
    call_command("load_country_risk", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {
        "source": "OECD", "valid_from": "2026-01-30", "rows": 201, "added": 201, "updated": 0
    }  # fmt: skip


def test_edited_grades_stay_unless_replaced() -> None:
    assert load_agency_grades().added == 67
    AgencyGrade.objects.filter(agency="Fitch", grade="BB").update(points=1)
    assert load_agency_grades().updated == 0
    assert load_agency_grades(replace=True).updated == 1
    assert AgencyGrade.objects.get(agency="Fitch", grade="BB").points == 45
