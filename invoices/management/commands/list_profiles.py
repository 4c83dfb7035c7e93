"""``list_profiles``: what ``import_file --profile`` can be given."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from core.cli import JsonCommand
from invoices.services.imports.profiles import find_profile, list_profiles


class Command(JsonCommand):
    """``manage.py list_profiles [--show NAME] [--json]``."""

    help = "List the import profiles, shipped and saved; --show prints one, to start your own from."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """All, or one."""
        super().add_arguments(parser)
        parser.add_argument("--show", metavar="NAME", help="print this profile's TOML")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Names and titles, or one profile's text."""
        if options["show"]:
            profile, toml = find_profile(options["show"])
            return {"name": profile.name, "toml": toml}
        rows = list_profiles()
        return {
            "profiles": [{"name": p.name, "title": p.title, "source": p.source, "shipped": p.is_shipped} for p in rows]
        }

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """One line a profile, or the TOML as it stands."""
        if "toml" in answer:
            return str(answer["toml"])
        return "\n".join(f"{p['name']:<32} {p['title']}" for p in answer["profiles"])
