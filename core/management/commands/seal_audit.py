"""``seal_audit``: seal what the audit trail has gained since the last seal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from core.cli import JsonCommand
from core.services.seals import seal_audit


class Command(JsonCommand):
    """``manage.py seal_audit [--json]``; the schedule does the same every ten minutes."""

    help = "Seal the events of the audit trail that have no seal yet."

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Seal and count."""
        return {"sealed": seal_audit(now=timezone.now())}

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """The count in words."""
        return f"{answer['sealed']:,} events sealed."
