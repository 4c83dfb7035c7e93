"""``matching_setting``: the numbers of matching in force, and a new version of them."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from core.cli import JsonCommand
from core.errors import NotFound
from core.models import User
from core.words import sentence as _
from invoices.domain.matching_settings import NUMBERS, MatchingNumbers
from invoices.queries.matching_settings import current_numbers
from invoices.services.bank.settings import change_matching


class Command(JsonCommand):
    """``manage.py matching_setting [[--set NAME=NUMBER …] [--off | --on] --as USER --reason TEXT]``."""

    help = "Show the numbers of matching, or make a new version of them in the name of a person who may change rules."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What changes, who changes it and why."""
        super().add_arguments(parser)
        parser.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER", help=", ".join(NUMBERS))
        parser.add_argument(
            "--off", dest="is_enabled", action="store_false", default=None, help="nothing posts by itself"
        )
        parser.add_argument("--on", dest="is_enabled", action="store_true", help="lines above the threshold do")
        parser.add_argument("--as", dest="username", default="", help="user name of who changes it")
        parser.add_argument("--reason", default="", help="why it changes; a change without one is refused")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The numbers in force after the change."""
        before = current_numbers()
        if options["set"] or options["is_enabled"] is not None:
            given = dict(pair.partition("=")[::2] for pair in options["set"])
            kept = {name: before.number(name) for name in NUMBERS}
            is_enabled = before.is_enabled if options["is_enabled"] is None else options["is_enabled"]
            change_matching(
                numbers={**kept, **given},
                is_enabled=is_enabled,
                version=before.version,
                actor=_person(options["username"]),
                reason=options["reason"],
            )
        return _answer(current_numbers())

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """One number a line."""
        state = "lines post by themselves" if answer["is_enabled"] else "nothing posts by itself"
        numbers = "\n".join(f"  {name} {number}" for name, number in answer["numbers"].items())
        return f"version {answer['version']}: {state}\n{numbers}"


def _answer(numbers: MatchingNumbers) -> dict[str, Any]:
    values = {name: str(numbers.number(name)) for name in NUMBERS}
    return {"version": numbers.version, "is_enabled": numbers.is_enabled, "numbers": values}


def _person(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        detail = _("There is no user %(username)r.", username=username)
        raise NotFound("user_not_found", detail, {"field": "as", "value": username})
    return user
