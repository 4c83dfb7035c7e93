"""``python -m bench [--size 10k,100k,1m] [--only aging,import,bulk,close,pages,checks,…] [--json] [--write]``."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from bench import report
from bench.growth import compare
from bench.servers import BASE_DIR, SIZES, folder_of

TOPICS = ("aging", "import", "bulk", "close", "pages", "checks", "documents", "matching", "storm")
# On instances of their own, made anew for each measurement.
FRESH = ("import", "bulk", "documents", "matching", "storm")
ROOT = Path("/tmp/duewatch-bench")
DOCUMENT = BASE_DIR / "docs" / "benchmarks.md"


def main() -> int:
    """Measure each size in a process of its own, show the figures beside their limits; status 1 if one is missed."""
    options = _parser().parse_args()
    before = report.machine(date.today())  # noqa: DTZ011 -- the day of the measurement, where it is made
    figures = _measure(options)
    result = {"machine": before, "figures": figures, "growth": compare(figures)}
    print(json.dumps(result) if options.json else report.as_text(result))
    if options.write:
        report.write_sections(DOCUMENT, result)
    return 0 if _all_met(result) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--size", default="10k,100k,1m", help="invoices: 10k, 100k, 1m (comma-separated)")
    parser.add_argument("--only", default=",".join(TOPICS), help=f"of {', '.join(TOPICS)}")
    parser.add_argument("--root", type=Path, default=ROOT, help="folder for the instances; filled ones are used again")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--write", action="store_true", help="put the figures of these topics into docs/benchmarks.md")
    return parser


def _measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    topics = [topic for topic in TOPICS if topic in options.only.split(",")]
    figures: list[dict[str, Any]] = []
    for topic in (topic for topic in FRESH if topic in topics):
        shutil.rmtree(folder_of(options.root, topic), ignore_errors=True)
        figures += _child(options.root, topic, [topic])
    ledger_topics = [topic for topic in topics if topic not in FRESH]
    for size in (size for size in SIZES if ledger_topics and size in options.size.split(",")):
        figures += _child(options.root, size, ledger_topics)
    return figures


def _child(root: Path, size: str, topics: list[str]) -> list[dict[str, Any]]:
    print(f"measuring {size}: {', '.join(topics)}", file=sys.stderr, flush=True)
    root.mkdir(mode=0o755, parents=True, exist_ok=True)
    out = root / f"{size}.json"
    command = [sys.executable, "-m", "bench.one", str(root), size, ",".join(topics), str(out)]
    subprocess.run(command, cwd=BASE_DIR, check=True, stdout=sys.stderr)
    found: list[dict[str, Any]] = json.loads(out.read_text())
    return found


def _all_met(result: dict[str, Any]) -> bool:
    limits = [row["limit"] for row in (*result["figures"], *result["growth"]) if "limit" in row]
    return all(limit["holds"] for limit in limits)


if __name__ == "__main__":
    sys.exit(main())
