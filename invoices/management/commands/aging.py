"""``aging``: who owes what since when, with its control total."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from buyers.queries.records import get_buyer_id
from core.cli import JsonCommand, amount_text, parse_moment
from core.dates import parse_iso_date
from core.money import check_currency
from invoices.domain.kinds import AgingBasis
from invoices.queries.aging import AgingQuestion, AgingReport, control_in, get_aging


class Command(JsonCommand):
    """``manage.py aging --as-of D [--by due|invoice] [--currency C] [--buyer CODE] [--as-known-at T] [--json]``."""

    help = "Aging of the open items on a date, by due or invoice date, reconciled with the ledger."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which aging."""
        super().add_arguments(parser)
        parser.add_argument("--as-of", required=True, metavar="DATE", help="the date, YYYY-MM-DD")
        parser.add_argument("--by", choices=[b.value for b in AgingBasis], default="due", help="age from (default due)")
        parser.add_argument("--currency", metavar="CODE", help="only items in this currency")
        parser.add_argument("--buyer", metavar="CODE", help="only this buyer")
        parser.add_argument("--as-known-at", metavar="MOMENT", help="as it was known then, ISO 8601")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """One question, one report."""
        question = _question(options)
        report = get_aging(question)
        ledger, aging = control_in(report, question.rates())
        return _as_json(report, ledger=amount_text(ledger, report.currency), aging=amount_text(aging, report.currency))

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """A small table."""
        title = f"Aging as of {answer['as_of']} by {answer['by']} date, {answer['currency']}"
        lines = [f"  {b['label']:<10} {b['items']:>9,} {b['amount']:>20}" for b in answer["buckets"]]
        total = f"  {'total':<10} {answer['items']:>9,} {answer['amount']:>20}   {answer['buyers']:,} buyers"
        control = answer["control"]
        verdict = "agree" if control["ok"] else "DO NOT AGREE"
        closing = f"  ledger {control['ledger']}, aging less unapplied {control['aging']}: they {verdict}"
        missing = [f"  not converted: {amount} {currency}" for currency, amount in answer["unconverted"].items()]
        return "\n".join([title, *lines, total, *missing, closing])

    def conclude(self, answer: Mapping[str, Any]) -> None:
        """A mismatch is an error, not a rounding note."""
        if not answer["control"]["ok"]:
            raise SystemExit(1)


def _question(options: Mapping[str, Any]) -> AgingQuestion:
    return AgingQuestion(
        as_of=parse_iso_date(options["as_of"]),
        by=AgingBasis(options["by"]),
        known_at=parse_moment(options["as_known_at"]),
        buyer_id=get_buyer_id(options["buyer"]) if options["buyer"] else None,
        currency=check_currency(options["currency"]) if options["currency"] else None,
    )


def _as_json(report: AgingReport, *, ledger: str, aging: str) -> dict[str, Any]:
    def text(amount: Any) -> str:
        return amount_text(amount, report.currency)

    return {
        "as_of": report.as_of.isoformat(),
        "by": report.by.value,
        "as_known_at": report.known_at.isoformat() if report.known_at else None,
        "currency": report.currency,
        "items": report.items,
        "buyers": report.buyers,
        "amount": text(report.amount),
        "buckets": [{"label": b.label, "items": b.items, "amount": text(b.amount)} for b in report.buckets],
        "disputed": text(report.disputed),
        "unapplied_cash": text(report.unapplied_cash),
        "unapplied_credit": text(report.unapplied_credit),
        "rates_date": report.rates_date.isoformat() if report.rates_date else None,
        "rates": {r.currency: {"rate": str(r.rate), "date": r.rate_date.isoformat()} for r in report.rates},
        "unconverted": {c: amount_text(a, c) for c, a in report.unconverted.items()},
        "complete": report.is_complete,
        "control": {
            "ledger": ledger,
            "aging": aging,
            "ok": report.is_reconciled,
            "currencies": {
                c.currency: {
                    "ledger": amount_text(c.ledger, c.currency),
                    "aging": amount_text(c.aging, c.currency),
                    "ok": c.is_ok,
                }
                for c in report.controls
            },
        },
    }
