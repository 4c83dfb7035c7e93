"""``create_api_client NAME --scopes read,…``: issue a key, shown once."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from core.cli import JsonCommand
from core.dates import parse_iso_date
from core.house import end_of_day
from core.services.api_clients import IssuedKey, create_client


class Command(JsonCommand):
    """Issue an API key."""

    help = "Issue an API key. The key is shown once; only its hash is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name, scopes, last day."""
        super().add_arguments(parser)
        parser.add_argument("name")
        parser.add_argument("--scopes", required=True, help="comma-separated: read, check, intake")
        parser.add_argument("--expires", metavar="DATE", help="last day on which the key works, YYYY-MM-DD")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Create it; the answer is the only place where the key stands."""
        last_day = options["expires"]
        issued = create_client(
            name=options["name"],
            scopes=options["scopes"].split(","),
            expires_at=end_of_day(parse_iso_date(last_day, field="expires")) if last_day else None,
            now=timezone.now(),
            actor=None,
        )
        return _shown(issued)

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """The key first, then how it is sent."""
        return (
            f"{answer['key']}\n"
            f"Key of {answer['name']!r} for {', '.join(answer['scopes'])}. It is shown this once.\n"
            f"Send it as: Authorization: Api-Key {answer['key']}"
        )


def _shown(issued: IssuedKey) -> dict[str, Any]:
    client = issued.client
    expires = client.expiry_date.isoformat() if client.expiry_date else None
    return {"key": issued.key, "name": client.name, "scopes": client.scopes, "expires": expires}
