"""The figures as a table for a terminal and as sections of docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
from datetime import date
from pathlib import Path
from typing import Any

import psutil

Row = dict[str, Any]
BEGIN, END = "<!-- figures of {}: written by python -m bench --write -->", "<!-- end of {} -->"
COLUMNS = ("size", "what", "rows", "wall", "CPU client", "CPU database", "peak client", "peak database", "limit", "")


def machine(today: date) -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "date": today.isoformat(),
        "cpus": os.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(psutil.virtual_memory().total / 1024**3),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "load_before": round(os.getloadavg()[1], 1),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def as_text(result: Row) -> str:
    """A table for people at a terminal."""
    rows = [COLUMNS, *(_cells(row) for row in result["figures"])]
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([_machine_line(result["machine"]), *lines, *(_growth_line(row) for row in result["growth"])])


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row["size"],
        row["what"],
        f"{row['rows']:,}" if row["rows"] is not None else "",
        f"{row['wall_s']:.3f} s",
        f"{row['client_cpu_s']:.2f} s",
        f"{row['database_cpu_s']:.2f} s",
        f"{row['client_peak_mb']:.0f} MB",
        f"{row['database_peak_mb']:.0f} MB",
        _verdict(row),
        row["note"],
    )


def _verdict(row: Row) -> str:
    limit = row.get("limit")
    if limit is None:
        return ""
    share = limit["measured"] / limit["allowed"] if limit["allowed"] else 0.0
    return f"{'met' if limit['holds'] else 'MISSED'}: {limit['text']} ({share:.0%} of it)"


def _growth_line(row: Row) -> str:
    return f"{row['what']}: {row['ratio']:.2f} x, limit {row['limit']['text']}: " + (
        "met" if row["limit"]["holds"] else "MISSED"
    )


def _machine_line(found: Row) -> str:
    return (
        f"{found['date']}: {found['cpus']} CPUs ({found['processor']}), {found['memory_gb']} GB, {found['system']}, "
        f"Python {found['python']}, PostgreSQL 18; load before the start {found['load_before']}"
    )


def write_sections(path: Path, result: Row) -> None:
    """Replace each measured topic's figures between its two markers; those of other topics stay as they are."""
    text = path.read_text()
    for topic in dict.fromkeys(row["topic"] for row in result["figures"]):
        own = {name: [row for row in result[name] if row["topic"] == topic] for name in ("figures", "growth")}
        text = _replaced(text, topic, as_markdown({**result, **own}))
    path.write_text(text)


def _replaced(text: str, topic: str, figures: str) -> str:
    """A topic that the document does not have yet comes after the last one that it has."""
    begin, end = BEGIN.format(topic), END.format(topic)
    block = f"{begin}\n\n{figures}\n\n{end}"
    if begin in text:
        head, rest = text.split(begin, 1)
        return head + block + rest.split(end, 1)[1]
    last = [line for line in text.splitlines() if line.startswith(END.split("{}")[0])][-1]
    head, tail = text.split(last, 1)
    return f"{head}{last}\n\n{block}{tail}"


def as_markdown(result: Row) -> str:
    """The same as Markdown tables."""
    header = f"| {' | '.join(name or 'note' for name in COLUMNS)} |"
    lines = [f"Measured on {_machine_line(result['machine'])}.", "", header, "|---" * len(COLUMNS) + "|"]
    lines += [f"| {' | '.join(_cells(row))} |" for row in result["figures"]]
    growth = [f"- {_growth_line(row)}" for row in result["growth"]]
    return "\n".join([*lines, *([""] if growth else []), *growth])
