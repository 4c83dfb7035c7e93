"""Frames by COPY: types as asked, NULL as stated, floats to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import DatabaseError, transaction

from core.queries.frames import fetch_frame

pytestmark = pytest.mark.django_db

COLUMNS = {"number": "int64", "share": "float64", "holds": "bool", "word": "str", "day": "date"}


def test_columns_come_in_the_types_asked_for() -> None:
    sql = """SELECT * FROM (VALUES (7, 0.1::float8 + 0.2, true, 'a,"b"', DATE '2024-02-29'),
        (8, NULL, false, NULL, NULL)) AS t ORDER BY 1"""
    frame = fetch_frame(sql, {}, COLUMNS)
    assert frame["number"].tolist() == [7, 8]
    assert frame["share"][0] == 0.1 + 0.2
    assert np.isnan(frame["share"][1])
    assert frame["holds"].tolist() == [True, False]
    assert frame["holds"].dtype == np.bool_
    assert frame["word"].tolist() == ['a,"b"', ""]
    assert frame["day"].to_numpy().astype("datetime64[D]").tolist()[0].isoformat() == "2024-02-29"
    assert np.isnat(frame["day"].to_numpy()[1])


def test_parameters_are_bound_not_pasted() -> None:
    frame = fetch_frame("SELECT unnest(%(words)s::text[])", {"words": ["o'clock", "NA"]}, {"word": "str"})
    assert frame["word"].tolist() == ["o'clock", "NA"]


def test_no_rows_keep_the_columns() -> None:
    frame = fetch_frame("SELECT 1, 1.0, true, 'x', DATE '2024-01-01' WHERE false", {}, COLUMNS)
    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == 0
    assert frame["holds"].dtype == np.bool_


def test_what_the_database_refuses_is_djangos_error() -> None:
    """Jobs tell an outage by it: such a job is tried again."""
    with pytest.raises(DatabaseError, match="division by zero"), transaction.atomic():
        fetch_frame("SELECT 1 / 0", {}, {"number": "int64"})
