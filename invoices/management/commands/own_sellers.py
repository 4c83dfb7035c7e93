"""``own_sellers``: which sellers of e-invoices are ourselves."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from core.cli import JsonCommand
from invoices.queries.own_sellers import list_own_sellers
from invoices.services.documents.sellers import add_own_seller, end_own_seller


class Command(JsonCommand):
    """``manage.py own_sellers [--add NAME --vat-id … --registration … --series …] [--end ID] [--json]``."""

    help = "List our own companies as e-invoices call them; add one, or end one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to change; nothing: only list."""
        super().add_arguments(parser)
        parser.add_argument("--add", metavar="NAME", help="a company of ours, as its invoices call it")
        parser.add_argument("--vat-id", default="", help="its VAT number")
        parser.add_argument("--registration", default="", help="its register or tax number, GLN or endpoint")
        parser.add_argument("--series", default="", help="put before its document numbers, where two use the same")
        parser.add_argument("--end", metavar="ID", type=int, help="this one is ours no longer")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Change, then list those that count."""
        if options["end"] is not None:
            end_own_seller(options["end"])
        if options["add"]:
            given = {name: options[name] for name in ("vat_id", "registration", "series")}
            add_own_seller(name=options["add"], **given)
        columns = ("id", "name", "vat_id", "registration", "series")
        return {"own_sellers": list(list_own_sellers().values(*columns))}

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """One line each."""
        rows = answer["own_sellers"]
        lines = [
            f"{row['id']:>4}  {row['name']}  {row['vat_id']} {row['registration']} {row['series']}" for row in rows
        ]
        return "\n".join(line.rstrip() for line in lines) or "No own seller is on record: every e-invoice waits."
