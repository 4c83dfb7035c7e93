"""``verify_audit``: the audit trail and the decisions it names against their seals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.cli import JsonCommand
from core.queries.seals import as_dict, verify_seals


class Command(JsonCommand):
    """``manage.py verify_audit [--json]``; status 1 if anything was changed or removed."""

    help = "Prove that no sealed event or decision was changed or removed."

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Recompute everything."""
        return as_dict(verify_seals())

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """What was read, each finding on a line, and the tail that waits."""
        lines = [f"{answer['leaves']:,} events under {answer['seals']:,} seals"]
        lines += [f"  {found['message']}" for found in answer["findings"]]
        lines.append(f"{answer['unsealed']:,} events wait for their seal.")
        return "\n".join([*lines, "The audit trail is as sealed." if answer["ok"] else "THE AUDIT TRAIL WAS CHANGED."])

    def conclude(self, answer: Mapping[str, Any]) -> None:
        """A change is an error."""
        if not answer["ok"]:
            raise SystemExit(1)
