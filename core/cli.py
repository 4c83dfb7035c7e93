"""What every command shares: one JSON object with ``--json``, errors in words, exit status 1 when refused."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.errors import DomainError
from core.money import round_money
from core.words import sentence as _


class JsonCommand(ABC, BaseCommand):
    """A command that answers with a mapping: printed as text, or with ``--json`` as exactly one JSON object.

    Subclasses give ``answer(options)`` and ``as_text(answer)``. A :class:`DomainError` ends with status 1: its
    message on standard error, and with ``--json`` the object ``{"error": {code, message, …}}``.
    """

    # The checks load every page and what they stand on; a question to the ledger need not wait for that.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The common option; subclasses call this first."""
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer, or refuse in words."""
        try:
            answer = self.answer(options)
        except DomainError as error:
            self._refuse(error, as_json=options["json"])
        else:
            self.stdout.write(_as_json(answer) if options["json"] else self.as_text(answer))
            self.conclude(answer)

    @abstractmethod
    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """What the command found, ready for JSON."""

    @abstractmethod
    def as_text(self, answer: Mapping[str, Any]) -> str:
        """The same for people."""

    def conclude(self, answer: Mapping[str, Any]) -> None:
        """Called after printing; raise SystemExit(1) where the answer is a refusal."""

    def _refuse(self, error: DomainError, *, as_json: bool) -> None:
        if not as_json:
            raise CommandError(error.message) from error
        body = {"error": {"code": error.code, "message": error.message, **error.params}}
        self.stdout.write(_as_json(body))
        raise SystemExit(1)


def _as_json(answer: Mapping[str, Any]) -> str:
    """Dates as ISO 8601, amounts as text."""
    return json.dumps(answer, ensure_ascii=False, default=str)


def amount_text(amount: Decimal, currency: str) -> str:
    """An amount with its currency's minor digits: ``"147703.18"``."""
    return str(round_money(amount, currency))


def parse_moment(text: str | None, *, field: str = "as_known_at") -> datetime | None:
    """An aware datetime from ISO 8601 (business time zone if it names none); raises ``moment_invalid``."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise DomainError(
            "moment_invalid",
            _("%(field)s: %(text)r is not a moment; write it as 2026-03-31T18:00:00+08:00.", field=field, text=text),
            {"field": field, "value": text},
        ) from error
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
