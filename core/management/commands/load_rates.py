"""Load exchange rates: the ECB history that is installed with the product, or a newer file."""

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from core.intake.ecb import BUNDLED_HISTORY
from core.services.rates import RatesLoaded, load_rates


class Command(BaseCommand):
    """``manage.py load_rates [--path eurofxref-hist.zip] [--json]``."""

    help = "Load the euro reference rates of the ECB; rates on record are never changed, so it may run again."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--path", type=Path, default=BUNDLED_HISTORY, help="eurofxref-hist.zip or .csv of the ECB")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_rates(options["path"])
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(_as_json(loaded) if options["json"] else _as_text(loaded))


def _as_json(loaded: RatesLoaded) -> str:
    return json.dumps(dataclasses.asdict(loaded), default=str)


def _as_text(loaded: RatesLoaded) -> str:
    return f"{loaded.source}: {loaded.rows} rates, {loaded.added} new, from {loaded.first_date} to {loaded.last_date}"
