"""Load a country risk list: the OECD's that ships with the product, or a newer one."""

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from buyers.intake.reference import OECD_LIST
from buyers.services.reference import load_country_risk
from core.errors import DomainError


class Command(BaseCommand):
    """``manage.py load_country_risk [PATH] [--json]``."""

    help = (
        "Load a dated country risk list. A newer list is a CSV file with the lines '# source: …' and "
        "'# valid_from: YYYY-MM-DD', then country,name,risk_class,is_high_income. Running it again changes nothing."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, default=OECD_LIST, help="default: the list in the product")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_country_risk(options["path"])
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["json"]:
            self.stdout.write(json.dumps(dataclasses.asdict(loaded), default=str))
        else:
            self.stdout.write(f"{loaded.source} of {loaded.valid_from}: {loaded.rows} countries, {loaded.added} new")
