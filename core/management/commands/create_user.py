"""``create_user NAME --role ROLE``: make an account, for the first administrator above all."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.domain.roles import Role
from core.errors import DomainError
from core.services.users import IssuedPassword, NewUser, create_user


class Command(BaseCommand):
    """Make an account."""

    help = "Make an account. Without --password-stdin a password is generated and shown once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who, with which role."""
        parser.add_argument("username")
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument("--full-name", default="")
        parser.add_argument("--email", default="")
        parser.add_argument("--language", default="en", choices=["en", "zh-hans"])
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create and print."""
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else None
        try:
            issued = create_user(new=_new_user(options), actor=None, password=password)
        except DomainError as error:
            raise CommandError(error.message) from error
        shown = issued.password if password is None else None
        self.stdout.write(_as_json(issued, shown) if options["json"] else _as_text(issued, shown))


def _new_user(options: dict[str, Any]) -> NewUser:
    names = ("username", "role", "full_name", "email", "language")
    return NewUser(**{name: options[name] for name in names})


def _as_json(issued: IssuedPassword, password: str | None) -> str:
    shown = {} if password is None else {"password": password}
    return json.dumps({"username": issued.user.username, "role": issued.user.role, **shown})


def _as_text(issued: IssuedPassword, password: str | None) -> str:
    line = f"{issued.user.username} is now {issued.user.role}."
    return line if password is None else f"{line} Password, shown this once: {password}"
