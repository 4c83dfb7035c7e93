"""The ECB's rate history: read in the form it is published in, anything else refused in words."""

import zipfile
from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest

from core.errors import DomainError
from core.intake.ecb import BUNDLED_HISTORY, RateRow, read_history

HEADER = "Date,USD,JPY,\n"
DAY = date(2026, 11, 20)


def written(folder: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / "eurofxref-hist.csv"
    path.write_text(text, encoding=encoding)
    return path


def zipped(folder: Path, text: str) -> Path:
    path = folder / "eurofxref-hist.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("eurofxref-hist.csv", text)
    return path


def test_a_line_is_a_rate_for_each_currency_of_that_day(tmp_path: Path) -> None:
    rows = list(read_history(written(tmp_path, HEADER + "2026-11-20,1.1172,175.68,\n")))
    assert rows == [RateRow("USD", DAY, D("1.1172")), RateRow("JPY", DAY, D("175.68"))]


@pytest.mark.parametrize("absent", ["", "N/A"])
def test_a_currency_without_a_rate_that_day_has_no_row(tmp_path: Path, absent: str) -> None:
    rows = list(read_history(written(tmp_path, HEADER + f"2026-11-20,{absent},175.68,\n")))
    assert rows == [RateRow("JPY", DAY, D("175.68"))]


def test_an_archive_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    text = HEADER + "2026-11-20,1.1172,175.68,\n"
    plain = list(read_history(written(tmp_path, text)))
    assert list(read_history(zipped(tmp_path, text))) == plain
    assert list(read_history(written(tmp_path, text, encoding="utf-8-sig"))) == plain


def test_the_history_that_is_installed_goes_back_to_the_first_day_of_the_euro() -> None:
    rows = list(read_history(BUNDLED_HISTORY))
    assert min(row.rate_date for row in rows) == date(1999, 1, 4)
    assert RateRow("USD", date(1999, 1, 4), D("1.1789")) in rows
    assert max(row.rate_date for row in rows if row.currency == "RUB") == date(2022, 3, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "starts with"),
        ("Day,USD,\n2026-11-20,1.1,\n", "starts with"),
        ("Date,usd,\n2026-11-20,1.1,\n", "starts with"),
        ("Date,DOLLAR,\n2026-11-20,1.1,\n", "starts with"),
        (HEADER + "20/11/2026,1.1,175,\n", "line 2"),
        (HEADER + "2026-11-20,1.1,175,\n2026-11-19,one,175,\n", "line 3"),
        (HEADER + "2026-11-20,0,175,\n", "0 is not a rate of USD"),
        (HEADER + "2026-11-20,1.1,-175,\n", "-175 is not a rate of JPY"),
        (HEADER + "2026-11-20,NaN,175,\n", "NaN is not a rate of USD"),
        (HEADER + "2026-11-20,Infinity,175,\n", "Infinity is not a rate of USD"),
    ],
)
def test_any_other_file_is_refused_with_what_was_found(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DomainError, match=words) as refused:
        list(read_history(written(tmp_path, text)))
    assert refused.value.code == "rates_file_invalid"
    assert refused.value.params["field"] == "path"


def test_a_file_that_is_missing_or_not_text_is_refused(tmp_path: Path) -> None:
    binary = tmp_path / "rates.bin"
    binary.write_bytes(b"\xff\xfe\x00\x81")
    for path in (tmp_path / "nowhere.csv", binary):
        with pytest.raises(DomainError) as refused:
            list(read_history(path))
        assert refused.value.code == "rates_file_invalid"
