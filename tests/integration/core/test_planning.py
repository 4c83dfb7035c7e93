"""What the planner believes of tables after a load."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.db import connection, transaction

from core.planning import joins_for, look_at_sizes

pytestmark = pytest.mark.django_db


class _TakenBack(Exception):
    """A load that failed at its end."""


@pytest.fixture
def cursor() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE planned_goods (id int PRIMARY KEY, owner int, other int UNIQUE, note text)")
        cursor.execute("CREATE INDEX planned_goods_owner ON planned_goods (owner)")
        yield cursor


def load(cursor: Any) -> None:
    cursor.execute("INSERT INTO planned_goods SELECT n, n / 4, n, repeat('x', 200) FROM generate_series(1, 4000) AS n")


def counted(cursor: Any) -> float:
    cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'planned_goods'::regclass")
    return float(cursor.fetchone()[0])


def counted_empty_and_loaded(cursor: Any) -> None:
    """Statistics taken after a load that was taken back, then the load again."""
    with suppress(_TakenBack), transaction.atomic():
        load(cursor)
        raise _TakenBack
    cursor.execute("ANALYZE planned_goods")
    load(cursor)


def test_a_load_that_was_taken_back_leaves_statistics_of_an_empty_table(cursor: Any) -> None:
    counted_empty_and_loaded(cursor)
    assert counted(cursor) == 0


def test_a_large_batch_counts_the_tables_that_it_outgrew(cursor: Any) -> None:
    with joins_for(cursor, 4000):
        counted_empty_and_loaded(cursor)
    assert counted(cursor) == 4000


def test_a_small_batch_counts_nothing(cursor: Any) -> None:
    with joins_for(cursor, 3):
        counted_empty_and_loaded(cursor)
    assert counted(cursor) == 0


def test_a_table_that_fits_its_statistics_is_not_counted_again(cursor: Any) -> None:
    load(cursor)
    cursor.execute("ANALYZE planned_goods")
    cursor.execute("DELETE FROM planned_goods WHERE id > 3900")
    look_at_sizes(cursor)
    assert counted(cursor) == 4000


def test_a_statement_planned_before_is_planned_anew(cursor: Any) -> None:
    cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    cursor.execute("PREPARE of_owner (int) AS SELECT * FROM planned_goods WHERE owner = $1")
    counted_empty_and_loaded(cursor)
    look_at_sizes(cursor)
    cursor.execute("EXPLAIN EXECUTE of_owner (7)")
    plan = "\n".join(line for (line,) in cursor.fetchall())
    cursor.execute("DEALLOCATE of_owner")
    assert "planned_goods_owner" in plan
