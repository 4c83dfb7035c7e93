"""Drawn months measured and taken back, and the table of what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from core.house import base_currency
from pipeline.demo.bank_measure import Measured, Tally, measure, measuring_actor
from pipeline.demo.bank_month import draw_month

LEAST_RIGHT = 99.5


def run_trial(*, seeds: Sequence[int], buyers: int, end: date) -> dict[str, Any]:
    """Measure the months one after the other; nothing of them stays in the database."""
    months = [_one(seed, buyers, end) for seed in seeds]
    kinds = sorted({kind for month in months for kind in month.by_kind})
    bands = sorted({band for month in months for band in month.by_band}, reverse=True)
    by_kind = [(kind, _sum([month.by_kind.get(kind, Tally()) for month in months])) for kind in kinds]
    by_kind.sort(key=lambda item: -item[1].payments)
    return {
        "seeds": list(seeds),
        "buyers": buyers,
        "kinds": [_row(kind, tally) for kind, tally in by_kind],
        "bands": [_row(band, _sum([month.by_band.get(band, Tally()) for month in months])) for band in bands],
        "total": _row("all", _sum([month.total for month in months])),
        "wrong": [text for _kind, tally in by_kind for text in tally.wrong],
    }


def _one(seed: int, buyers: int, end: date) -> Measured:
    with transaction.atomic():
        measured = measure(
            draw_month(seed=seed, buyers=buyers, end=end, currency=base_currency()), actor=measuring_actor()
        )
        transaction.set_rollback(True)
    return measured


def _sum(tallies: Sequence[Tally]) -> Tally:
    return Tally(
        sum(one.payments for one in tallies),
        sum(one.posted for one in tallies),
        sum(one.right for one in tallies),
        [text for one in tallies for text in one.wrong],
    )


def _row(name: str, tally: Tally) -> dict[str, Any]:
    return {
        "name": name,
        "payments": tally.payments,
        "posted": tally.posted,
        "posted_percent": round(tally.share_posted, 2),
        "right": tally.right,
        "right_percent": round(tally.share_right, 2),
        "left_percent": round(100 - tally.share_posted, 2),
    }


def as_markdown(answer: Mapping[str, Any]) -> str:
    """Kinds of payments, the total, and what confidence was worth."""
    seeds = ", ".join(str(seed) for seed in answer["seeds"])
    head = "| payments | all | posted by itself | of those right | left to a person |"
    rows = [*answer["kinds"], {**answer["total"], "name": "**all**"}]
    bands = [
        f"| {one['name']} and more | {one['posted']:,} | {one['right_percent']:.2f} % |" for one in answer["bands"]
    ]
    return "\n".join(
        [
            f"Seeds {seeds}, {answer['buyers']} buyers each.",
            "",
            head,
            "|---|---:|---:|---:|---:|",
            *(_line(row) for row in rows),
            "",
            "| confidence | posted | right |",
            "|---|---:|---:|",
            *bands,
        ]
    )


def _line(row: Mapping[str, Any]) -> str:
    right = f"{row['right_percent']:.2f} %" if row["posted"] else "–"
    posted, left = f"{row['posted_percent']:.1f} %", f"{row['left_percent']:.1f} %"
    return f"| {row['name']} | {row['payments']:,} | {posted} | {right} | {left} |"
