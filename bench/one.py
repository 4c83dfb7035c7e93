"""One size in a process of its own: Django belongs to one data folder. Started by ``python -m bench``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from bench.figures import Figure
from bench.measure import Processes
from bench.servers import SIZES, folder_of, instance


def main(arguments: list[str]) -> None:
    """``python -m bench.one ROOT SIZE TOPIC,TOPIC OUT``: fill, measure, write the figures."""
    root, size, topics, out = arguments
    home = folder_of(Path(root), size)
    with instance(home) as postmaster:
        figures = _measure(home, size, topics.split(","), Processes(postmaster))
    Path(out).write_text(json.dumps([figure.as_json() for figure in figures]))


def _measure(home: Path, size: str, topics: list[str], processes: Processes) -> list[Figure]:
    if size == "import":
        from bench import import_file

        return import_file.run(home, "100k rows", processes)
    if size == "documents":
        from bench import documents

        return documents.run(processes)
    if size == "bulk":
        from bench import bulk

        return bulk.run(home, "100k records", processes)
    if size == "matching":
        from bench import matching

        return matching.run(processes)
    if size == "storm":
        from bench import storm

        return storm.run(home, processes, storm.Weather())[1]
    filled = _fill(home, size, processes)
    measure: dict[str, Callable[[], list[Figure]]] = _topics(home, size, processes)
    return [*filled, *(figure for topic in topics for figure in measure[topic]())]


def _fill(home: Path, size: str, processes: Processes) -> list[Figure]:
    from bench import data

    cost = data.fill(home, SIZES[size], processes)
    return [Figure("data", size, "ledger drawn", cost, SIZES[size])] if cost.wall_s else []


def _topics(home: Path, size: str, processes: Processes) -> dict[str, Callable[[], list[Figure]]]:
    from bench import aging, close, order_checks, pages

    return {
        "aging": lambda: aging.run(size, processes),
        "close": lambda: close.run(home, size, processes),
        "pages": lambda: pages.run(size, processes),
        "checks": lambda: order_checks.run(home, size, processes),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
