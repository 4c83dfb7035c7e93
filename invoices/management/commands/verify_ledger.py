"""``verify_ledger``: the entries against every copy and balance kept of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from core.cli import JsonCommand, amount_text
from invoices.queries.verify import verify_ledger


class Command(JsonCommand):
    """``manage.py verify_ledger [--json]``; status 1 if anything does not agree."""

    help = "Prove open amounts, settlement dates, disputes and control balances against the entries."

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Read everything once."""
        found = verify_ledger()
        return {
            "ok": found.is_ok,
            "entries": found.entries,
            "invoices": found.invoices,
            "balances": found.balances,
            "totals": {
                currency: {name: amount_text(amount, currency) for name, amount in amounts.items()}
                for currency, amounts in found.totals.items()
            },
            "mismatches": [asdict(mismatch) for mismatch in found.mismatches],
        }

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """Totals, and each mismatch on a line."""
        lines = [f"{answer['entries']:,} entries of {answer['invoices']:,} invoices, {answer['balances']:,} balances"]
        lines += [f"  {currency}  receivable {t['receivable']:>20}" for currency, t in answer["totals"].items()]
        lines += [
            f"  {m['subject']} {m['key']}: {m['field']} is {m['stored']}, the entries say {m['entries']}"
            for m in answer["mismatches"]
        ]
        return "\n".join([*lines, "The ledger agrees." if answer["ok"] else "THE LEDGER DOES NOT AGREE."])

    def conclude(self, answer: Mapping[str, Any]) -> None:
        """A mismatch is an error."""
        if not answer["ok"]:
            raise SystemExit(1)
