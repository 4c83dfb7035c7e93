"""How figures grow from one size to another, beside their limits."""

from __future__ import annotations

from typing import Any

CLOSE_FACTOR = 12.0
PAGES_FACTOR = 3.0
CHECK_FACTOR = 1.5
MATCHING_FACTOR = 3.0
CHECK = "order check, dry run, p95 of 16 clients"

Row = dict[str, Any]


def compare(figures: list[Row]) -> list[Row]:
    """The close from 100 k to 1 M, pages and order checks from 10 k to 1 M; what was not measured is left out."""
    close = _ratio(figures, "close", "nightly close, 2 workers", "100k", "1m", CLOSE_FACTOR)
    pages = [
        _ratio(figures, "pages", f"{page} page, p95", "10k", "1m", PAGES_FACTOR) for page in ("Home", "Buyer", "Aging")
    ]
    check = _ratio(figures, "checks", CHECK, "10k", "1m", CHECK_FACTOR)
    matching = _ratio(figures, "matching", "10,000 lines matched and posted", "10k", "1m", MATCHING_FACTOR)
    return [row for row in (close, *pages, check, matching) if row is not None]


def _ratio(figures: list[Row], topic: str, what: str, small: str, large: str, factor: float) -> Row | None:
    by_size = {row["size"]: row["wall_s"] for row in figures if row["what"] == what}
    if small not in by_size or large not in by_size:
        return None
    grown = by_size[large] / by_size[small]
    limit = {"text": f"{factor:g} x", "measured": round(grown, 3), "allowed": factor, "holds": grown <= factor}
    return {"topic": topic, "what": f"{what}: {small} to {large}", "ratio": round(grown, 2), "limit": limit}
