"""Load a country risk list: the OECD's that ships with the product, or a newer one."""

from __future__ import annotations

import dataclasses
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from buyers.intake.reference import OECD_LIST
from buyers.services.reference import load_country_risk
from core.cli import JsonCommand


class Command(JsonCommand):
    """``manage.py load_country_risk [PATH] [--json]``."""

    help = (
        "Load a dated country risk list. A newer list is a CSV file with the lines '# source: …' and "
        "'# valid_from: YYYY-MM-DD', then country,name,risk_class,is_high_income. Running it again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("path", nargs="?", type=Path, default=OECD_LIST, help="default: the list in the product")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        return dataclasses.asdict(load_country_risk(options["path"]))

    def as_text(self, answer: Mapping[str, Any]) -> str:
        return "{source} of {valid_from}: {rows} countries, {added} new".format_map(answer)
