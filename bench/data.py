"""Filling an instance once: the big ledger, rates and country classes, statistics up to date."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from bench.measure import Cost, Processes, measured
from bench.servers import PER_BUYER, read_marker, write_marker

SEED = 1
# Fixed, so that two runs compare: the ECB rates in the environment end shortly before.
END = date(2026, 11, 20)


def fill(home: Path, invoices: int, processes: Processes) -> Cost:
    """Generate the ledger unless this home has it already; the cost of generating it (zero if it was there)."""
    wanted = {"seed": SEED, "invoices": invoices, "end": END.isoformat()}
    marker = read_marker(home)
    if marker == wanted:
        return Cost()
    if marker is not None:
        sys.exit(f"{home} was filled with {marker}; remove it to measure {wanted}")
    with measured(processes) as cost:
        _generate(invoices)
    _reference_data()
    vacuum()
    write_marker(home, seed=SEED, invoices=invoices, end=END)
    return cost


def _generate(invoices: int) -> None:
    from pipeline.demo.large import generate

    generate(seed=SEED, buyers=invoices // PER_BUYER, per_buyer=PER_BUYER, end=END)


def _reference_data() -> None:
    from django.core.management import call_command, get_commands

    known = get_commands()
    for name in ("load_rates", "load_country_risk"):
        if name in known:
            call_command(name, stdout=sys.stderr)


def vacuum() -> None:
    """Dead rows away, statistics and visibility map up to date: what autovacuum would do within minutes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
