"""Reasons: a code has one meaning, whoever gives it."""

from __future__ import annotations

from itertools import combinations

from invoices.intake.document_reasons import DOCUMENT_REFUSALS
from invoices.intake.document_waits import DOCUMENT_WAITS
from invoices.intake.reasons import FILE_REFUSALS, ROW_REASONS, words


def test_a_code_stands_in_one_table_only() -> None:
    tables = (FILE_REFUSALS, ROW_REASONS, DOCUMENT_REFUSALS, DOCUMENT_WAITS)
    assert [set(one) & set(other) for one, other in combinations(tables, 2)] == [set()] * 6


def test_what_is_not_told_is_a_question_mark() -> None:
    assert "(?)" in words("buyer_unmatched", {"value": "Buyer SA"})
