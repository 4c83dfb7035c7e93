"""Load what agencies' grades are worth on 0-100: our default table, or your own."""

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from buyers.intake.reference import AGENCY_GRADES
from buyers.services.reference import load_agency_grades
from core.errors import DomainError


class Command(BaseCommand):
    """``manage.py load_agency_grades [PATH] [--replace] [--json]``."""

    help = "Load a table agency,grade,points. Points that were edited stay, unless --replace."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, default=AGENCY_GRADES, help="default: the product's table")
        parser.add_argument("--replace", action="store_true", help="the file wins over edited points")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_agency_grades(options["path"], replace=options["replace"])
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["json"]:
            self.stdout.write(json.dumps(dataclasses.asdict(loaded), default=str))
        else:
            self.stdout.write(f"{loaded.source}: {loaded.rows} grades, {loaded.added} new, {loaded.updated} changed")
