"""Reference tables: the ones that ship, and what a bad line is told."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from buyers.intake.reference import AGENCY_GRADES, OECD_LIST, read_agency_grades, read_country_risk
from core.errors import DomainError

HEAD = "# source: OECD\n# valid_from: 2027-01-29\ncountry,name,risk_class,is_high_income\n"


def test_the_oecd_list_that_ships_has_its_date_and_source() -> None:
    found = read_country_risk(OECD_LIST)
    assert (found.source, found.valid_from, len(found.rows)) == ("OECD", date(2026, 1, 30), 201)


@pytest.mark.parametrize(
    ("country", "risk_class", "high_income"),
    [
        ("US", None, True),
        ("DE", None, True),
        ("MT", None, True),
        ("SG", 0, False),
        ("CN", 2, False),
        ("VN", 4, False),
        ("RU", 7, False),
        ("XK", 6, False),
        ("BB", None, False),
        ("TW", 2, False),
        ("HK", 2, False),
        ("NA", 6, False),
    ],
)
def test_a_printed_0_is_a_class_only_where_the_list_classifies(
    country: str, risk_class: int | None, high_income: bool
) -> None:
    found = {row.country: row for row in read_country_risk(OECD_LIST).rows}
    assert found[country][1:] == (risk_class, high_income)


def test_the_list_that_ships_agrees_with_the_published_one(shared_data: Path) -> None:
    with (shared_data / "reference" / "oecd_crc_2026.csv").open(encoding="utf-8-sig") as file:
        published = list(csv.DictReader(file))
    ours = read_country_risk(OECD_LIST).rows
    assert len(ours) == len(published)
    for risk_class in "1234567":
        assert sum(row.risk_class == int(risk_class) for row in ours) == sum(p["crc"] == risk_class for p in published)
    assert sum(row.is_high_income for row in ours) == sum("(6)" in p["notes"] or "(7)" in p["notes"] for p in published)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("QQ,Nowhere,3,no", "country"),
        ("DEU,Germany,,yes", "country"),
        ("VN,Viet Nam,8,no", "risk_class"),
        ("VN,Viet Nam,-1,no", "risk_class"),
        ("VN,Viet Nam,4,maybe", "is_high_income"),
        ("VN,Viet Nam,4", "columns"),
        ("CN,China,2,no", "country"),
    ],
)
def test_a_bad_line_is_refused_by_its_number(tmp_path: Path, line: str, field: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(HEAD + "CN,China,2,no\n" + line + "\n")
    with pytest.raises(DomainError) as refusal:
        read_country_risk(path)
    assert refusal.value.params["field"] == field
    assert refusal.value.params["line"] == 5
    assert "line 5" in refusal.value.message


@pytest.mark.parametrize(
    "text",
    ["", "country,risk_class\n", HEAD, HEAD.replace("# source: OECD\n", "") + "CN,China,2,no\n", "country\nCN\n"],
)
def test_a_file_without_header_or_rows_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text)
    with pytest.raises(DomainError, match=r"list\.csv"):
        read_country_risk(path)


def test_a_missing_or_binary_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x80")
    for name in ("absent.csv", "binary.csv"):
        with pytest.raises(DomainError) as refusal:
            read_country_risk(tmp_path / name)
        assert refusal.value.code == "reference_invalid"


def test_agency_grades_lose_5_points_a_notch() -> None:
    found = {(row.agency, row.grade): row.points for row in read_agency_grades(AGENCY_GRADES)}
    assert found["S&P", "AAA"] == found["Moody's", "Aaa"] == 100
    assert found["S&P", "BBB-"] == found["Moody's", "Baa3"] == found["Fitch", "BBB-"] == 55
    assert found["Fitch", "CC"] == found["Moody's", "Ca"] == 5
    assert found["S&P", "D"] == found["Fitch", "RD"] == found["Moody's", "C"] == 0


@pytest.mark.parametrize("line", ["S&P,BBB,101", "S&P,BBB,-1", "S&P,BBB,5.5", ",BBB,5", "S&P,AAA,99"])
def test_a_bad_grade_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "grades.csv"
    path.write_text(f"agency,grade,points\nS&P,AAA,100\n{line}\n")
    with pytest.raises(DomainError, match="line 3"):
        read_agency_grades(path)
