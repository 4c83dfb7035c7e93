"""``alerts``: the alerts that were live on a date."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from alerts.domain.states import PROPOSED_ACTIONS, Rule
from alerts.models import Alert
from alerts.queries.alerts import advanced_to, list_alerts_as_of
from core.access.scope import SYSTEM
from core.cli import JsonCommand
from core.dates import parse_iso_date


class Command(JsonCommand):
    """``manage.py alerts --as-of D [--json]``."""

    help = "Lists the alerts that were live on a date, worst first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which date."""
        super().add_arguments(parser)
        parser.add_argument("--as-of", required=True, metavar="DATE", help="the date, YYYY-MM-DD")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Everything live on the date; ``advanced_to`` says up to which date alerts are known."""
        as_of = parse_iso_date(options["as_of"])
        found = [_as_json(alert, as_of) for alert in list_alerts_as_of(as_of, SYSTEM)]
        last = advanced_to()
        return {
            "as_of": as_of.isoformat(),
            "advanced_to": last.isoformat() if last else None,
            "count": len(found),
            "by_rule": dict(sorted(Counter(row["rule"] for row in found).items())),
            "by_state": dict(sorted(Counter(row["state"] for row in found).items())),
            "alerts": found,
        }

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """One line each."""
        head = f"{answer['count']} alerts live on {answer['as_of']} (advanced to {answer['advanced_to']})"
        rows = [
            f"  {a['severity']} {a['rule']:<26} {a['subject']:<20} {a['state']:<13} since {a['opened_on']}"
            for a in answer["alerts"]
        ]
        return "\n".join([head, *rows])


def _as_json(alert: Alert, as_of: date) -> dict[str, Any]:
    then: Mapping[str, Any] = alert.evidence_then or {}  # type: ignore[attr-defined]
    subject = alert.buyer.code if alert.buyer else alert.group.code if alert.group else alert.subject_key
    return {
        "id": alert.pk,
        "rule": alert.rule,
        "subject_type": alert.subject_type,
        "subject": subject,
        "buyer": alert.buyer.code if alert.buyer else None,
        "state": alert.state_then,  # type: ignore[attr-defined]
        "severity": then.get("severity", alert.severity),
        "level": then.get("level", str(alert.level)),
        "amount_base": then.get("amount_base"),
        "opened_on": alert.opened_on.isoformat(),
        "days_open": (as_of - alert.opened_on).days,
        "proposed_action": PROPOSED_ACTIONS[Rule(alert.rule)],
        "evidence": then.get("evidence", alert.evidence),
    }
