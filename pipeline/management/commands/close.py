"""``close``: the nightly close of a date, with visible progress; waits for its end."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from core.cli import JsonCommand
from core.dates import parse_iso_date
from core.errors import DomainError
from core.house import day_that_ended
from core.models import Run
from core.queries.runs import RunProgress
from core.services.waiting import wait_for_run
from core.words import sentence as _
from pipeline.services.close import start_close

SHOW_EVERY_S = 0.5
# The order in which the answer is read; PostgreSQL keeps the keys of a result in its own.
ANSWER = (
    *("as_of", "known_at", "run", "unchanged", "same_as", "stages", "buyers_scored", "alerts"),
    *("control", "unconverted"),
)


class Command(JsonCommand):
    """``manage.py close [--as-of D] [--json]``."""

    help = "Closes a date: snapshots, scores, standings, alerts. Without --as-of the business day that has just ended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which date."""
        super().add_arguments(parser)
        parser.add_argument("--as-of", metavar="DATE", help="the date, YYYY-MM-DD (default: yesterday)")
        parser.add_argument("--shards", type=int, help="parts to work on side by side (default: by number of buyers)")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Start or join the close and wait for it; workers do it, or this process if there are none."""
        now = timezone.now()
        as_of = parse_iso_date(options["as_of"]) if options["as_of"] else day_that_ended(now)
        run = wait_for_run(start_close(as_of, known_at=now, shards=options["shards"]).pk, _Display(self).show)
        if run.state == Run.State.FAILED:
            raise DomainError(
                "close_failed",
                _("The close of %(as_of)s failed: %(error)s", as_of=as_of, error=run.error),
                {"run": run.pk},
            )
        return {**{key: run.result[key] for key in ANSWER if key in run.result}, "seconds": _seconds(run)}

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """A few lines."""
        alerts = ", ".join(f"{count} {name}" for name, count in answer["alerts"].items())
        lines = [f"  {s['stage']:<10} {s['jobs']:>4} jobs {s['seconds']:>9.2f} s" for s in answer["stages"]]
        head = f"Closed {answer['as_of']} in {answer['seconds']:.1f} s"
        head += ": nothing has changed since the last close" if answer["unchanged"] else ""
        control = "agree" if answer["control"]["ok"] else "DO NOT AGREE"
        closing = [f"  {answer['buyers_scored']:,} buyers scored; alerts: {alerts}", f"  ledger and aging {control}"]
        return "\n".join([head, *lines, *closing])


class _Display:
    """Progress on standard error, not more often than a reader can follow."""

    def __init__(self, command: JsonCommand) -> None:
        self.command = command
        self.shown_at = 0.0

    def show(self, progress: RunProgress) -> None:
        if time.monotonic() - self.shown_at < SHOW_EVERY_S and not progress.is_over:
            return
        self.shown_at = time.monotonic()
        stages = " · ".join(f"{s.stage} {s.done}/{s.jobs}" for s in progress.stages)
        self.command.stderr.write(f"close {progress.key} {progress.percent:>3} %  {stages}")


def _seconds(run: Run) -> float:
    if run.finished_at is None:
        return 0.0
    return round((run.finished_at - run.created_at).total_seconds(), 3)
