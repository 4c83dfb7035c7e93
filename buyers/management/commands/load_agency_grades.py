"""Load what agencies' grades are worth on 0-100: our default table, or your own."""

from __future__ import annotations

import dataclasses
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from buyers.intake.reference import AGENCY_GRADES
from buyers.services.reference import load_agency_grades
from core.cli import JsonCommand


class Command(JsonCommand):
    """``manage.py load_agency_grades [PATH] [--replace] [--json]``."""

    help = "Load a table agency,grade,points. Points that were edited stay, unless --replace."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("path", nargs="?", type=Path, default=AGENCY_GRADES, help="default: the product's table")
        parser.add_argument("--replace", action="store_true", help="the file wins over edited points")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        return dataclasses.asdict(load_agency_grades(options["path"], replace=options["replace"]))

    def as_text(self, answer: Mapping[str, Any]) -> str:
        return "{source}: {rows} grades, {added} new, {updated} changed".format_map(answer)
