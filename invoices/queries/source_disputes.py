"""Disputes by their source's numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.queries.sql import fetch_all

_VERSIONS_SQL = """
SELECT d.dispute_key, i.external_id, d.amount, d.reason, d.valid_from
FROM invoices_disputeversion d JOIN invoices_invoice i ON i.id = d.invoice_id
WHERE i.source = %(source)s AND d.dispute_key = ANY(%(keys)s)
"""


def known_versions(source: str, keys: Iterable[str]) -> dict[str, dict[str, set[tuple[Any, ...]]]]:
    """Every version on record (amount, reason, first day), by dispute and invoice."""
    found: dict[str, dict[str, set[tuple[Any, ...]]]] = {}
    for key, invoice, *version in fetch_all(_VERSIONS_SQL, {"source": source, "keys": list(keys)}):
        found.setdefault(key, {}).setdefault(invoice, set()).add(tuple(version))
    return found
