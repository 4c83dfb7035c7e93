"""Cells of files."""

import pytest

from dashboard.exports import safe_text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Buyer", "0041730", "维尔莫拉", "a=b", ""])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text
