"""Load exchange rates: the ECB history that is installed with the product, or a newer file."""

from __future__ import annotations

import dataclasses
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.cli import JsonCommand
from core.intake.ecb import BUNDLED_HISTORY
from core.services.rates import load_rates


class Command(JsonCommand):
    """``manage.py load_rates [--path eurofxref-hist.zip] [--json]``."""

    help = "Load the euro reference rates of the ECB; rates on record are never changed, so it may run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--path", type=Path, default=BUNDLED_HISTORY, help="eurofxref-hist.zip or .csv of the ECB")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        return dataclasses.asdict(load_rates(options["path"]))

    def as_text(self, answer: Mapping[str, Any]) -> str:
        return "{source}: {rows} rates, {added} new, from {first_date} to {last_date}".format_map(answer)
