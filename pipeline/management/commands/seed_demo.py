"""``seed_demo``: an invented firm's buyers and receivables, the same each time for a seed."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.dates import business_date, parse_iso_date
from core.errors import DomainError
from pipeline.demo.seed import SCALES, Seeded, Wanted, seed
from pipeline.demo.users import sign_ins


class Command(BaseCommand):
    """Load the demo."""

    help = (
        "Loads invented demo data: about 220 buyers in 30 countries with three years of invoices, and demo sign-ins. "
        "Repeating it changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which demo, up to which day."""
        parser.add_argument("--seed", type=int, default=7, help="another number gives another firm (default 7)")
        parser.add_argument("--scale", choices=SCALES, default="demo", help="large is a million invoices")
        parser.add_argument("--end", metavar="DATE", help="last day of the history, YYYY-MM-DD (default today)")
        parser.add_argument("--without-users", action="store_true", help="make no sign-ins")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and tell."""
        try:
            seeded = seed(_wanted(options), progress=self._say)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(json.dumps(seeded.as_json()) if options["json"] else _as_text(seeded))

    def _say(self, text: str) -> None:
        self.stderr.write(text)


def _wanted(options: dict[str, Any]) -> Wanted:
    today = business_date(timezone.now(), settings.TIME_ZONE)
    return Wanted(
        seed=options["seed"],
        scale=options["scale"],
        end=parse_iso_date(options["end"], field="end") if options["end"] else today,
        with_users=not options["without_users"],
    )


def _as_text(seeded: Seeded) -> str:
    lines = [f"Demo data, seed {seeded.seed}, up to {seeded.end}:"]
    lines += [f"  {count:>9,} {kind.replace('_', ' ')}" for kind, count in seeded.created.items()]
    if seeded.is_unchanged:
        lines = [f"The demo data of seed {seeded.seed} up to {seeded.end} is there already; nothing was changed."]
    if seeded.with_users:
        lines.append("Sign-ins:")
        lines += [
            f"  {item['username']:<10}{item['password']:<16}{item['role'].replace('_', ' ')}" for item in sign_ins()
        ]
    return "\n".join(lines)


def _sign_in(item: dict[str, str]) -> str:
    return f"  {item['username']:<10}{item['password']:<16}{item['role'].replace('_', ' ')}"
