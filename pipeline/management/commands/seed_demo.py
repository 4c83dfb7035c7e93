"""``seed_demo``: an invented firm's buyers and receivables, the same each time for a seed."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from core import house
from core.cli import JsonCommand
from core.dates import parse_iso_date
from pipeline.demo.seed import SCALES, Wanted, seed


class Command(JsonCommand):
    """Load the demo."""

    help = (
        "Loads invented demo data: about 220 buyers in 30 countries with three years of invoices, and demo sign-ins. "
        "Repeating it changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which demo, up to which day."""
        super().add_arguments(parser)
        parser.add_argument("--seed", type=int, default=7, help="another number gives another firm (default 7)")
        parser.add_argument("--scale", choices=SCALES, default="demo", help="large is a million invoices")
        parser.add_argument("--end", metavar="DATE", help="last day of the history, YYYY-MM-DD (default: today)")
        parser.add_argument("--without-users", action="store_true", help="make no sign-ins")
        parser.add_argument("--closes", type=int, default=6, help="past month-ends to close (default 6); 0 = no close")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Load and tell what is new."""
        return seed(_wanted(options), clock=timezone.now, progress=self._say).as_json()

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """What is there and who may sign in."""
        where = f"seed {answer['seed']}, scale {answer['scale']}, up to {answer['end']}"
        lines = [f"Demo data, {where}:"]
        lines += [f"  {count:>9,} {kind.replace('_', ' ')}" for kind, count in answer["created"].items()]
        if not any(answer["created"].values()):
            lines = [f"The demo data ({where}) is there already; nothing was changed."]
        return "\n".join(lines + _sign_ins(answer["users"]))

    def _say(self, text: str) -> None:
        self.stderr.write(text)


def _wanted(options: Mapping[str, Any]) -> Wanted:
    today = house.today()
    return Wanted(
        seed=options["seed"],
        scale=options["scale"],
        end=parse_iso_date(options["end"], field="end") if options["end"] else today,
        with_users=not options["without_users"],
        closes=options["closes"],
    )


def _sign_ins(users: list[dict[str, str]]) -> list[str]:
    lines = [f"  {item['username']:<10}{item['password']:<16}{item['role'].replace('_', ' ')}" for item in users]
    return ["Sign-ins:", *lines] if lines else []
