"""``create_user NAME --role ROLE``: make an account, for the first administrator above all."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from core.cli import JsonCommand
from core.domain.roles import Role
from core.services.users import NewUser, create_user


class Command(JsonCommand):
    """Make an account."""

    help = "Make an account. Without --password-stdin a password is generated and shown once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who, with which role."""
        super().add_arguments(parser)
        parser.add_argument("username")
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument("--full-name", default="")
        parser.add_argument("--email", default="")
        parser.add_argument("--language", default="en", choices=["en", "zh-hans"])
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Create it; a password that was given is not said again."""
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else None
        issued = create_user(new=_new_user(options), actor=None, password=password)
        shown = {} if password is not None else {"password": issued.password}
        return {"username": issued.user.username, "role": issued.user.role, **shown}

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """One line."""
        line = f"{answer['username']} is now {answer['role']}."
        return f"{line} Password, shown this once: {answer['password']}" if "password" in answer else line


def _new_user(options: Mapping[str, Any]) -> NewUser:
    names = ("username", "role", "full_name", "email", "language")
    return NewUser(**{name: options[name] for name in names})
