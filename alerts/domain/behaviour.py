"""Signals that stand on how a buyer pays: over arrays of all its invoices, many buyers at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from alerts.domain.segments import (
    Bools,
    Floats,
    Ints,
    Segments,
    rank_from_end,
    run_before,
    segment_counts,
    segment_medians,
    segments_of,
)
from alerts.domain.settings import RuleSetting


@dataclass(frozen=True, slots=True)
class Payments:
    """Invoices on credit terms, sorted by buyer, due date, invoice: one row each.

    ``due``: due date as days of the proleptic calendar (``date.toordinal``). ``days_late``: of a paid invoice, payment
    date − due date; of an open one, how late it is so far. ``is_open`` rows are undisputed, material and past due.
    """

    buyer_id: Ints
    invoice_id: Ints
    due: Ints
    days_late: Ints
    is_open: Bools

    def where(self, mask: Bools) -> Payments:
        """The rows that the mask keeps."""
        return Payments(
            self.buyer_id[mask], self.invoice_id[mask], self.due[mask], self.days_late[mask], self.is_open[mask]
        )


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Buyers for whom a signal holds, with its figures column by column (one entry per buyer)."""

    buyer_id: Ints
    level: Floats
    figures: Mapping[str, Any]


def find_longer_payment(*, payments: Payments, as_of: int, setting: RuleSetting) -> Behaviour:
    """Buyers whose latest two invoices were each paid more than 10 days later than is their own habit.

    habit = median days late of the paid invoices due in the last 365 days, without the two looked at; at least 5 of
    them. An open item counts with its days so far, once these alone are beyond the habit: before that it says nothing
    yet, and an alert does not flicker because a new invoice has fallen due. Level: days beyond the habit of the better
    one of the two. Numbers are settings. Source: domain.md section 9, payment period lengthens.

    Example: five paid 2 days late, the next two 13 and 20 days late: habit 2, level 11.
    """
    rows = payments.where(payments.due > as_of - setting.whole("window_days"))
    parts = segments_of(rows.buyer_id)
    count, segment = len(parts.keys), parts.of_row
    margin = float(setting.number("days"))
    usual = segment_medians(segment, count, rows.days_late, ~rows.is_open)
    is_known = ~rows.is_open | (rows.days_late > usual[segment] + margin)
    rank = rank_from_end(segment, is_known)
    tested = (rank >= 1) & (rank <= setting.whole("invoices"))
    before = ~rows.is_open & ~tested
    habit = segment_medians(segment, count, rows.days_late, before)
    beyond = rows.days_late - habit[segment]
    enough = segment_counts(segment, count, before) >= setting.whole("before")
    all_late = segment_counts(segment, count, tested & (beyond > margin)) == setting.whole("invoices")
    hit = np.flatnonzero(enough & all_late)
    least = _segment_min(segment, count, beyond, tested)
    return Behaviour(
        buyer_id=parts.keys[hit],
        level=least[hit],
        figures={
            "habit_days": habit[hit],
            "before": segment_counts(segment, count, before)[hit],
            "rows": [_rows(rows, _kept(parts, int(number), tested)) for number in hit],
        },
    )


def find_sudden_turn(*, payments: Payments, as_of: int, setting: RuleSetting) -> Behaviour:
    """Buyers that paid at least 5 invoices in a row on time and then went more than 15 days late.

    Holds while an item that is more than 15 days late is open at or after the turn, and the buyer has not paid 5 on
    time since. An open item says nothing before it is that late. Level: days of the latest open item since the turn.
    Numbers are settings. Source: domain.md section 9, sudden turn.
    """
    rows = payments.where(payments.due > as_of - setting.whole("window_days"))
    is_late = rows.days_late > setting.whole("days")
    known = rows.where(~rows.is_open | is_late)
    parts = segments_of(known.buyer_id)
    count, segment = len(parts.keys), parts.of_row
    is_late = known.days_late > setting.whole("days")
    on_time = ~known.is_open & (known.days_late <= setting.whole("grace_days"))
    streak = run_before(segment, on_time)
    turn = _last_row(segment, count, is_late & (streak >= setting.whole("on_time")))
    since = (np.arange(len(segment)) >= turn[segment]) & (turn[segment] >= 0)
    open_late = since & is_late & known.is_open
    recovered = segment_counts(segment, count, since & on_time) >= setting.whole("on_time")
    hit = np.flatnonzero((segment_counts(segment, count, open_late) > 0) & ~recovered)
    worst = -_segment_min(segment, count, -known.days_late.astype(np.float64), open_late)
    return Behaviour(
        buyer_id=parts.keys[hit],
        level=worst[hit],
        figures={
            "on_time_before": streak[turn[hit]],
            "open_late": segment_counts(segment, count, open_late)[hit],
            "rows": [_rows(known, turn[[number]]) for number in hit],
        },
    )


def _segment_min(segment: Ints, count: int, values: Floats, mask: Bools) -> Floats:
    least = np.full(count, np.inf)
    np.fmin.at(least, segment[mask], values[mask])
    return least


def _last_row(segment: Ints, count: int, mask: Bools) -> Ints:
    last = np.full(count, -1, dtype=np.int64)
    np.maximum.at(last, segment[mask], np.flatnonzero(mask))
    return last


def _kept(parts: Segments, number: int, mask: Bools) -> Ints:
    start = int(parts.starts[number])
    return start + np.flatnonzero(mask[start : start + int(parts.sizes[number])])


def _rows(rows: Payments, at: Ints) -> list[dict[str, Any]]:
    return [
        {"invoice_id": int(rows.invoice_id[i]), "days": int(rows.days_late[i]), "is_open": bool(rows.is_open[i])}
        for i in at
    ]
