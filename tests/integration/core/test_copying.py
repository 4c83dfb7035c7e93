"""COPY: values arrive as they were, and what goes wrong while reading them is told as it is."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, connection, transaction

from core.copying import copy_line, copy_rows
from core.errors import DomainError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE box (word text, day date, amount numeric, is_open boolean) ON COMMIT DROP")


def copied(*rows: tuple[object, ...]) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        copy_rows(cursor, "box", ("word", "day", "amount", "is_open"), rows)
        cursor.execute("SELECT * FROM box")
        found: list[tuple[object, ...]] = cursor.fetchall()
        return found


def test_a_line_is_text_with_tabs_and_escapes() -> None:
    assert copy_line(("A\tB", None, 3)) == "A\\tB\t\\N\t3\n"


@pytest.mark.parametrize("word", ["", "\\N", "\\.", "a\tb", "a\nb\r\nc", "back\\slash", "买方 Zürich 'quoted' \"too\""])
def test_every_text_arrives_as_it_was(word: str) -> None:
    assert copied((word, date(2026, 2, 28), D("1.10"), True)) == [(word, date(2026, 2, 28), D("1.10"), True)]


def test_none_is_null_and_no_row_is_no_row() -> None:
    assert copied() == []
    assert copied((None, None, None, None)) == [(None, None, None, None)]


def test_more_rows_than_a_chunk_all_arrive() -> None:
    assert len(copied(*((str(n), None, n, None) for n in range(1_234)))) == 1_234


def test_what_goes_wrong_while_reading_comes_out_as_it_is() -> None:
    def rows() -> Iterator[tuple[object, ...]]:
        yield ("a", None, 1, None)
        raise DomainError("file_invalid", "Line 2 is not a row.")

    with connection.cursor() as cursor, pytest.raises(DomainError, match="Line 2"), transaction.atomic():
        copy_rows(cursor, "box", ("word", "day", "amount", "is_open"), rows())
    assert copied() == []


def test_what_the_database_refuses_is_its_own_error() -> None:
    with pytest.raises(DatabaseError, match="invalid input syntax"), transaction.atomic():
        copied(("a", "no day", 1, None))
