"""``create_api_client NAME --scopes read,…``: issue a key, shown once."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.dates import parse_iso_date
from core.errors import DomainError
from core.services.api_clients import IssuedKey, create_client


class Command(BaseCommand):
    """Issue an API key."""

    help = "Issue an API key. The key is shown once; only its hash is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name, scopes, last day."""
        parser.add_argument("name")
        parser.add_argument("--scopes", required=True, help="comma-separated: read, check, intake")
        parser.add_argument("--expires", metavar="DATE", help="last day on which the key works, YYYY-MM-DD")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create and print."""
        try:
            issued = create_client(
                name=options["name"],
                scopes=options["scopes"].split(","),
                expires_at=end_of_day(options["expires"]),
                now=timezone.now(),
                actor=None,
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(_as_json(issued) if options["json"] else _as_text(issued))


def end_of_day(text: str | None) -> datetime | None:
    """The last moment of a day in the firm's time zone; None if no day is given."""
    if not text:
        return None
    day = parse_iso_date(text, field="expires")
    return datetime.combine(day, time.max, tzinfo=ZoneInfo(settings.TIME_ZONE))


def _as_json(issued: IssuedKey) -> str:
    client = issued.client
    expires = client.expiry_date.isoformat() if client.expiry_date else None
    return json.dumps({"key": issued.key, "name": client.name, "scopes": client.scopes, "expires": expires})


def _as_text(issued: IssuedKey) -> str:
    return (
        f"{issued.key}\n"
        f"Key of {issued.client.name!r} for {', '.join(issued.client.scopes)}. It is shown this once.\n"
        f"Send it as: Authorization: Api-Key {issued.key}"
    )
