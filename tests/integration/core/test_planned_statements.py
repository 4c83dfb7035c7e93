"""Statements that are planned once: rows are added and read as the manager does it, the past has its own plan."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from core.appending import append, append_unless_known
from core.models import AuditEvent, ExchangeRate, IdempotencyKey
from core.queries.prepared import Prepared, fetch_prepared, fetch_rows, planned_once, planned_once_until_end, rows_of
from core.queries.sql import fetch_one

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 20)


def a_key(**values: object) -> IdempotencyKey:
    return IdempotencyKey(**{"caller": "api:ERP", "key": "k1", "request_hash": "0" * 64} | values)


def values_of(row: object) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


class TestAppending:
    def test_a_row_is_added_as_the_manager_adds_it(self) -> None:
        values = {"actor": None, "actor_label": "system", "action": "a.b", "subject_type": "t", "subject_id": "1"}
        at = datetime(2026, 11, 20, 9, 30, 0, 123456, tzinfo=UTC)
        data = {"amount": "1.10", "名": ["'quoted' \"too\" \\ %", None, True], "n": 3}
        mine = append(AuditEvent(**values, occurred_at=at, data=data))
        theirs = AuditEvent.objects.create(**values, occurred_at=at, data=data)
        first, second = (AuditEvent.objects.get(pk=row.pk) for row in (mine, theirs))
        assert values_of(first) | {"id": 0} == values_of(second) | {"id": 0}
        assert mine.pk
        assert not mine._state.adding

    def test_amounts_keep_their_digits(self) -> None:
        row = append(ExchangeRate(currency="USD", rate_date=DAY, per_eur=D("1.11720001"), source="ECB"))
        assert ExchangeRate.objects.get(pk=row.pk).per_eur == D("1.11720001")

    def test_what_the_table_refuses_is_refused(self) -> None:
        append(a_key())
        with pytest.raises(IntegrityError), transaction.atomic():
            append(a_key())
        with pytest.raises(DataError), transaction.atomic():
            append(a_key(key="k" * 201))
        assert IdempotencyKey.objects.count() == 1

    def test_a_known_row_is_told_and_left_as_it_is(self) -> None:
        assert append_unless_known(a_key(status=200)) is not None
        assert append_unless_known(a_key(status=500)) is None
        assert append_unless_known(a_key(key="k2")) is not None
        assert list(IdempotencyKey.objects.order_by("key").values_list("key", "status")) == [("k1", 200), ("k2", None)]


KEYS = rows_of(ExchangeRate, "test_rates", "currency = %(currency)s ORDER BY id", {"currency": "text"})


def test_rows_are_read_as_the_manager_reads_them() -> None:
    for currency in ("USD", "JPY"):
        ExchangeRate.objects.create(currency=currency, rate_date=DAY, per_eur=D("1.5"), source="ECB")
    (found,) = fetch_rows(ExchangeRate, KEYS, {"currency": "USD"})
    assert values_of(found) == values_of(ExchangeRate.objects.get(currency="USD"))
    assert found == ExchangeRate.objects.get(currency="USD")
    assert fetch_rows(ExchangeRate, KEYS, {"currency": "GBP"}) == []


COUNT = Prepared(
    "test_count",
    "SELECT count(*) FROM core_auditevent e "
    "WHERE e.action = %(action)s AND (%(known_at)s IS NULL OR e.occurred_at <= %(known_at)s)",
    {"action": "text", "known_at": "timestamptz"},
)


def test_what_is_known_now_has_a_plan_of_its_own_with_the_same_answer() -> None:
    for hour in (9, 10):
        at = datetime(2026, 11, 20, hour, tzinfo=UTC)
        append(AuditEvent(actor_label="x", action="a", subject_type="t", subject_id="1", occurred_at=at))
    assert COUNT.now is not None
    assert "known_at" not in COUNT.now.as_statement()
    assert fetch_prepared(COUNT, {"action": "a", "known_at": None}) == [(2,)]
    assert fetch_prepared(COUNT, {"action": "a", "known_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC)}) == [(1,)]


def setting(name: str) -> str:
    return str(fetch_one("SELECT current_setting(%s)", [name])[0])


def test_plans_by_index_end_with_the_block_or_with_the_transaction() -> None:
    with planned_once():
        assert (setting("plan_cache_mode"), setting("enable_hashjoin")) == ("force_generic_plan", "off")
    assert (setting("plan_cache_mode"), setting("enable_hashjoin")) == ("auto", "on")
    with transaction.atomic():
        with planned_once_until_end("SET LOCAL lock_timeout = 1234"), planned_once():
            assert (setting("enable_mergejoin"), setting("lock_timeout")) == ("off", "1234ms")
        assert setting("enable_mergejoin") == "off"
        transaction.set_rollback(True)
    assert (setting("enable_mergejoin"), setting("lock_timeout")) == ("on", "0")
    assert connection.in_atomic_block
