"""Figures in the document: each topic has its own section, and a measurement of one leaves the others alone."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bench.figures import Figure, Limit
from bench.growth import compare
from bench.measure import Cost
from bench.report import as_text, machine, write_sections

BEFORE = """# Speed

<!-- figures of aging: written by python -m bench --write -->

old aging

<!-- end of aging -->

<!-- figures of close: written by python -m bench --write -->

old close

<!-- end of close -->

## In short
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "benchmarks.md"
    path.write_text(BEFORE)
    return path


def result(*figures: Figure) -> dict[str, Any]:
    rows = [figure.as_json() for figure in figures]
    return {"machine": machine(date(2026, 11, 22)), "figures": rows, "growth": compare(rows)}


def close_of(size: str, seconds: float) -> Figure:
    return Figure("close", size, "nightly close, 2 workers", Cost(wall_s=seconds), 500)


def storm(found: int) -> Figure:
    limit = Limit("none", float(found), 0.0)
    return Figure("storm", "200 clients", "judge: approvals above the limit in force", Cost(), None, limit)


def test_a_topic_replaces_its_own_section_alone(document: Path) -> None:
    write_sections(document, result(close_of("100k", 3.0), close_of("1m", 30.0)))
    text = document.read_text()
    assert "old aging" in text
    assert "old close" not in text
    assert "| 1m | nightly close, 2 workers | 500 | 30.000 s |" in text
    assert "- nightly close, 2 workers: 100k to 1m: 10.00 x, limit 12 x: met" in text
    assert text.count("Measured on 2026-11-22") == 1
    assert text.endswith("<!-- end of close -->\n\n## In short\n")


def test_a_topic_that_the_document_does_not_have_comes_last(document: Path) -> None:
    write_sections(document, result(storm(0)))
    write_sections(document, result(storm(0)))
    text = document.read_text()
    assert ("old aging" in text, "old close" in text) == (True, True)
    assert text.count("<!-- figures of storm") == text.count("<!-- end of storm -->") == 1
    assert text.index("<!-- end of close -->") < text.index("<!-- figures of storm") < text.index("## In short")
    assert "met: none (0% of it)" in text


def test_a_violation_is_a_missed_limit() -> None:
    assert "MISSED: none" in as_text(result(storm(1)))
