"""Exchange rates on record: loaded once, corrected by a new version, never guessed."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal as D
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from core.errors import DomainError
from core.intake.ecb import RateRow
from core.models import AuditEvent, ExchangeRate
from core.money import Money
from core.queries.counters import RATES, get_version
from core.queries.latest_rates import list_latest_rates
from core.queries.rate_history import rate_history
from core.queries.rates import rate_table
from core.queries.sql import fetch_one
from core.services.rates import add_rates, load_rates

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 20)


def day(number: int) -> date:
    return date(2026, 11, number)


def history(folder: Path, *lines: str) -> Path:
    path = folder / "eurofxref-hist.csv"
    path.write_text("\n".join(("Date,USD,JPY,", *lines)) + "\n", encoding="utf-8")
    return path


def quote(currency: str, on: date, per_eur: str, source: str = "ECB") -> None:
    add_rates([RateRow(currency, on, D(per_eur))], source=source)


def this_moment() -> datetime:
    moment: datetime = fetch_one("SELECT clock_timestamp()")[0]
    return moment


def on_record() -> list[tuple[Any, ...]]:
    rows = ExchangeRate.objects.order_by("pk")
    return list(rows.values_list("pk", "currency", "rate_date", "per_eur", "source", "recorded_at"))


def run_command(*arguments: str) -> str:
    out = StringIO()
    call_command("load_rates", *arguments, stdout=out)
    return out.getvalue()


# Loading


def test_rates_are_stored_with_their_date_and_source(tmp_path: Path) -> None:
    before = this_moment()
    loaded = load_rates(history(tmp_path, "2026-11-20,1.1172,175.68,", "2026-11-19,1.1160,N/A,"))
    assert (loaded.source, loaded.rows, loaded.added) == ("ECB", 3, 3)
    assert (loaded.first_date, loaded.last_date) == (day(19), day(20))
    rows = ExchangeRate.objects.order_by("currency", "rate_date")
    assert list(rows.values_list("currency", "rate_date", "per_eur", "source")) == [
        ("JPY", day(20), D("175.68"), "ECB"),
        ("USD", day(19), D("1.1160"), "ECB"),
        ("USD", day(20), D("1.1172"), "ECB"),
    ]
    assert all(before <= row.recorded_at <= this_moment() for row in rows)


def test_a_load_is_audited_and_makes_figures_stale(tmp_path: Path) -> None:
    load_rates(history(tmp_path, "2026-11-20,1.1172,175.68,"))
    assert get_version(RATES) == 1
    assert AuditEvent.objects.get(action="core.rates.loaded").data == {"added": 2, "last_date": "2026-11-20"}


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = history(tmp_path, "2026-11-20,1.1172,175.68,", "2026-11-19,1.1160,175.10,")
    load_rates(path)
    before = on_record()
    again = load_rates(path)
    assert (again.rows, again.added) == (4, 0)
    assert on_record() == before
    assert get_version(RATES) == 1
    assert AuditEvent.objects.filter(action="core.rates.loaded").count() == 1


def test_a_newer_file_adds_its_new_days_only(tmp_path: Path) -> None:
    load_rates(history(tmp_path, "2026-11-19,1.1160,175.10,"))
    before = on_record()
    newer = load_rates(history(tmp_path, "2026-11-20,1.1172,175.68,", "2026-11-19,1.1160,175.10,"))
    assert (newer.rows, newer.added) == (4, 2)
    assert on_record()[:2] == before
    assert get_version(RATES) == 2


def test_a_file_with_a_bad_line_adds_nothing(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="line 3"):
        load_rates(history(tmp_path, "2026-11-20,1.1172,175.68,", "2026-11-19,one,175.10,"))
    assert not ExchangeRate.objects.exists()
    assert get_version(RATES) == 0


@pytest.mark.parametrize("change", ["UPDATE core_exchangerate SET per_eur = 2", "DELETE FROM core_exchangerate"])
def test_the_database_refuses_to_change_a_rate_on_record(change: str) -> None:
    quote("USD", DAY, "1.1172")
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        fetch_one(change)
    assert ExchangeRate.objects.get().per_eur == D("1.1172")


@pytest.mark.parametrize("rate", ["0", "-1"])
def test_the_database_refuses_a_rate_that_is_none(rate: str) -> None:
    with pytest.raises(DatabaseError, match="rate_positive"), transaction.atomic():
        quote("USD", DAY, rate)


# Corrections


def rate_of(currency: str, known_at: datetime | None = None) -> D:
    return rate_table(base="EUR", as_of=DAY, known_at=known_at).rates[currency].rate


def test_a_corrected_rate_is_a_new_version_and_the_old_one_is_still_known_at_its_time(tmp_path: Path) -> None:
    load_rates(history(tmp_path, "2026-11-20,1.25,160,"))
    before = this_moment()
    corrected = load_rates(history(tmp_path, "2026-11-20,1.60,160,"))
    assert (corrected.rows, corrected.added) == (2, 1)
    assert ExchangeRate.objects.filter(currency="USD").count() == 2
    assert (rate_of("USD"), rate_of("USD", before)) == (D("0.625"), D("0.8"))
    assert (rate_of("JPY"), rate_of("JPY", before)) == (D("0.00625"), D("0.00625"))


def test_history_and_administration_follow_a_correction_too(tmp_path: Path) -> None:
    load_rates(history(tmp_path, "2026-11-20,1.25,160,"))
    before = this_moment()
    load_rates(history(tmp_path, "2026-11-20,1.60,160,"))
    assert rate_history(["USD"], DAY, DAY)["USD"].tolist() == [1.60]
    assert rate_history(["USD"], DAY, DAY, known_at=before)["USD"].tolist() == [1.25]
    assert {row.currency: row.per_eur for row in list_latest_rates(as_of=DAY)} == {"JPY": 160, "USD": D("1.6")}


def test_the_file_of_before_a_correction_does_not_take_it_back(tmp_path: Path) -> None:
    load_rates(history(tmp_path, "2026-11-20,1.25,160,"))
    load_rates(history(tmp_path, "2026-11-20,1.60,160,"))
    assert load_rates(history(tmp_path, "2026-11-20,1.25,160,")).added == 0
    assert rate_of("USD") == D("0.625")


def test_a_correction_makes_figures_stale(tmp_path: Path) -> None:
    load_rates(history(tmp_path, "2026-11-20,1.25,160,"))
    load_rates(history(tmp_path, "2026-11-20,1.60,160,"))
    assert get_version(RATES) == 2


def test_a_rate_of_another_source_stands_beside_and_counts_once_it_is_known() -> None:
    quote("USD", DAY, "1.25")
    before = this_moment()
    quote("USD", DAY, "1.28", source="own bank")
    assert {row.source for row in ExchangeRate.objects.all()} == {"ECB", "own bank"}
    assert (rate_of("USD"), rate_of("USD", before)) == (D("0.78125"), D("0.8"))


def test_a_later_day_counts_before_a_later_record_of_an_earlier_day() -> None:
    quote("USD", day(20), "1.25")
    quote("USD", day(19), "2")
    assert rate_of("USD") == D("0.8")


# One table for one question


def test_the_latest_rate_on_or_before_the_date_counts() -> None:
    for number, per_eur in ((18, "1.6"), (20, "1.25"), (21, "5")):
        quote("USD", day(number), per_eur)
    found = {n: rate_table(base="EUR", as_of=day(n)).rates.get("USD") for n in (17, 18, 19, 20)}
    assert found[17] is None
    assert [(found[n].rate, found[n].rate_date, found[n].age_days) for n in (18, 19, 20)] == [  # type: ignore[union-attr]
        (D("0.625"), day(18), 0),
        (D("0.625"), day(18), 1),
        (D("0.8"), day(20), 0),
    ]


def test_cross_rates_go_through_the_euro_to_12_digits() -> None:
    quote("USD", DAY, "1.1172")
    quote("JPY", DAY, "175.68")
    table = rate_table(base="USD", as_of=DAY)
    rates = {currency: rate.rate for currency, rate in table.rates.items()}
    assert rates == {"USD": D(1), "EUR": D("1.1172"), "JPY": D("0.00635928961749")}
    assert table.convert(Money(D("1000000000"), "JPY")) == Money(D("6359289.62"), "USD")
    assert rate_table(base="JPY", as_of=DAY).convert(Money(D(100), "USD")) == Money(D(15725), "JPY")


def test_a_cross_rate_is_as_old_as_the_older_of_its_two() -> None:
    quote("USD", day(20), "1.1172")
    quote("JPY", day(12), "175.68")
    table = rate_table(base="USD", as_of=DAY)
    assert (table.rates["JPY"].rate_date, table.rates["JPY"].age_days) == (day(12), 8)
    assert (table.rates["EUR"].age_days, [rate.currency for rate in table.warnings]) == (0, ["JPY"])
    assert table.oldest_date(["USD", "EUR", "JPY"]) == day(12)


@pytest.mark.parametrize(("age", "warned"), [(0, []), (7, []), (8, ["USD"]), (60, ["USD"])])
def test_a_rate_is_marked_after_7_days_and_used_for_60(age: int, warned: list[str]) -> None:
    quote("USD", DAY - timedelta(days=age), "1.25")
    table = rate_table(base="EUR", as_of=DAY)
    assert table.convert(Money(D(100), "USD")) == Money(D(80), "EUR")
    assert [rate.currency for rate in table.warnings] == warned
    assert table.stale == {}


def test_a_rate_of_61_days_is_refused_for_a_single_item_and_says_its_date() -> None:
    quote("USD", DAY - timedelta(days=61), "1.25")
    table = rate_table(base="EUR", as_of=DAY)
    assert (list(table.rates), list(table.stale), table.warnings) == (["EUR"], ["USD"], [])
    assert table.missing(["EUR", "USD"]) == ["USD"]
    with pytest.raises(DomainError, match="the last one is of 2026-09-20") as refused:
        table.convert(Money(D(100), "USD"))
    assert (refused.value.code, refused.value.params["value"]) == ("rate_missing", "USD")


def test_the_limits_of_age_are_settings(settings: Any) -> None:
    settings.RATE_MAX_AGE_DAYS, settings.RATE_WARN_AFTER_DAYS = 3, 1
    quote("USD", day(18), "1.25")
    assert [rate.currency for rate in rate_table(base="EUR", as_of=day(20)).warnings] == ["USD"]
    assert rate_table(base="EUR", as_of=day(22)).missing(["USD"]) == ["USD"]


def test_a_missing_rate_is_never_1() -> None:
    quote("USD", DAY, "1.25")
    table = rate_table(base="USD", as_of=DAY, currencies=["USD", "VND"])
    assert "VND" not in table.rates
    assert "VND" not in table.as_arrays()["rate_currencies"]  # type: ignore[operator]
    with pytest.raises(DomainError, match="none is on record") as refused:
        table.convert(Money(D(100), "VND"))
    assert refused.value.code == "rate_missing"


def test_a_base_without_rates_converts_itself_only() -> None:
    quote("USD", DAY, "1.25")
    table = rate_table(base="VND", as_of=DAY)
    assert list(table.rates) == ["VND"]
    assert table.missing(["EUR", "USD", "VND"]) == ["EUR", "USD"]
    assert table.convert(Money(D(100), "VND")) == Money(D(100), "VND")


def test_without_any_rate_only_the_base_is_there() -> None:
    assert list(rate_table(base="USD", as_of=DAY).rates) == ["USD"]
    assert sorted(rate_table(base="EUR", as_of=DAY).rates) == ["EUR"]


def test_a_table_holds_the_currencies_that_were_asked_for() -> None:
    for currency in ("USD", "JPY", "GBP"):
        quote(currency, DAY, "2")
    assert sorted(rate_table(base="USD", as_of=DAY).rates) == ["EUR", "GBP", "JPY", "USD"]
    assert sorted(rate_table(base="USD", as_of=DAY, currencies=["GBP"]).rates) == ["GBP", "USD"]


# The history of several currencies


def test_history_has_a_row_a_day_and_a_column_for_each_currency_asked_for() -> None:
    for number, dollar, yen in ((18, "1.1", "170"), (19, "1.2", None), (20, "1.3", "172")):
        quote("USD", day(number), dollar)
        if yen:
            quote("JPY", day(number), yen)
    table = rate_history(["JPY", "EUR", "USD", "VND"], day(18), day(20))
    assert list(table.columns) == ["JPY", "EUR", "USD", "VND"]
    assert list(table.index) == [day(18), day(19), day(20)]
    assert table["USD"].tolist() == [1.1, 1.2, 1.3]
    assert table["JPY"].isna().tolist() == [False, True, False]
    assert table["VND"].isna().all()
    assert set(table["EUR"]) == {1.0}


def test_history_keeps_to_its_period() -> None:
    for number in (17, 18, 20, 21):
        quote("USD", day(number), str(number))
    assert list(rate_history(["USD"], day(18), day(20)).index) == [day(18), day(20)]
    assert rate_history(["USD"], day(1), day(2)).empty


# What the administration shows, and the command


def test_the_newest_rate_of_each_currency_comes_with_its_age_and_source() -> None:
    quote("USD", day(18), "1.2")
    quote("USD", day(19), "1.3")
    quote("USD", day(21), "1.4")
    quote("JPY", day(10), "170", source="own bank")
    shown = [(r.currency, r.per_eur, r.rate_date, r.age_days, r.source) for r in list_latest_rates(as_of=DAY)]
    assert shown == [("JPY", 170, day(10), 10, "own bank"), ("USD", D("1.3"), day(19), 1, "ECB")]


def test_the_command_says_what_it_found_and_added(tmp_path: Path) -> None:
    path = str(history(tmp_path, "2026-11-20,1.1172,175.68,", "2026-11-19,1.1160,175.10,"))
    answer = {"source": "ECB", "rows": 4, "added": 4, "first_date": "2026-11-19", "last_date": "2026-11-20"}
    assert json.loads(run_command("--path", path, "--json")) == answer
    assert "4 rates, 0 new, from 2026-11-19 to 2026-11-20" in run_command("--path", path)
    assert ExchangeRate.objects.count() == 4


def test_the_command_refuses_a_file_that_is_no_history(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("item,price\nbolt,3\n", encoding="utf-8")
    with pytest.raises(CommandError, match="is not the ECB's eurofxref-hist file"):
        run_command("--path", str(path))
    assert not ExchangeRate.objects.exists()


# A table that is kept


def test_a_kept_table_gives_way_to_whatever_is_added_or_corrected(tmp_path: Path) -> None:
    load_rates(history(tmp_path, "2026-11-20,1.25,160,"))
    assert [rate_of("USD"), rate_of("USD")] == [D("0.8"), D("0.8")]
    load_rates(history(tmp_path, "2026-11-20,1.60,160,"))
    assert rate_of("USD") == D("0.625")
    quote("GBP", DAY, "0.8")
    assert rate_of("GBP") == D("1.25")


def test_a_table_is_read_in_one_statement_whether_it_is_kept_or_not(django_assert_num_queries) -> None:
    for rate, shown in (("1.25", "0.8"), ("1.60", "0.625")):
        quote("USD", DAY, rate, source=f"rate of {rate}")
        for _ in range(2):
            with django_assert_num_queries(1):
                assert rate_of("USD") == D(shown)


def test_what_was_rolled_back_is_not_kept() -> None:
    quote("USD", DAY, "1.25")
    with transaction.atomic():
        quote("USD", DAY, "5", source="own bank")
        assert rate_of("USD") == D("0.2")
        transaction.set_rollback(True)
    assert rate_of("USD") == D("0.8")
    quote("USD", DAY, "2", source="own bank")
    assert rate_of("USD") == D("0.5")


def test_a_table_without_any_rate_is_kept_until_there_is_one() -> None:
    assert "USD" not in rate_table(base="EUR", as_of=DAY).rates
    quote("USD", DAY, "1.25")
    assert rate_of("USD") == D("0.8")
