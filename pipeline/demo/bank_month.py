"""A month of bank statements with the truth beside it: what each payment was for, as only its payer knows.

Invented buyers pay open invoices the way people pay: numbers written differently or with a typo, several invoices at
once, less a bank charge or a discount, for a whole group, under a cut or another name; and money comes that pays
nothing. The same seed gives the same month.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from pipeline.demo.bank_payments import draw_payments
from pipeline.demo.bank_records import DrawnBuyer, DrawnInvoice, Month, account_number
from pipeline.demo.names import Stem, compose

_PLACES = (
    ("de", "DE"),
    ("en", "GB"),
    ("fr", "FR"),
    ("it", "IT"),
    ("nl", "NL"),
    ("pl", "PL"),
    ("sv", "SE"),
    ("hk", "HK"),
)


def draw_month(*, seed: int, buyers: int, end: date, currency: str) -> Month:
    """The month before ``end``, in one currency: six to fourteen open invoices a buyer, one to five payments."""
    rng = Random(f"bank month {seed}")
    drawn = _buyers(rng, buyers)
    _invoices(rng, drawn, end)
    return Month(
        currency, drawn, sorted(draw_payments(rng, drawn, end, currency), key=lambda one: (one.day, one.reference))
    )


def _buyers(rng: Random, count: int) -> list[DrawnBuyer]:
    found: list[DrawnBuyer] = []
    while len(found) < count:
        tongue, country = rng.choice(_PLACES)
        is_group = rng.random() < 0.12
        group = len(found) if is_group else None
        stem: Stem | None = None
        for _ in range(rng.randint(2, 4) if is_group else 1):
            name = compose(rng=rng, tongue=tongue, country=country, stem=stem)
            stem = name.stem
            accounts = (account_number(rng, country), account_number(rng, country))
            found.append(DrawnBuyer(f"M{len(found):05d}", name.name, group, accounts, rng.random() < 0.7))
    return found[:count]


def _invoices(rng: Random, buyers: Sequence[DrawnBuyer], end: date) -> None:
    """Three series of numbers, each running on from buyer to buyer: neighbours differ by one digit."""
    places = [place for place in range(len(buyers)) for _ in range(rng.randint(6, 14))]
    rng.shuffle(places)
    for number, place in enumerate(places, start=1):
        issued = end - timedelta(days=rng.randint(25, 120))
        text = (f"INV-2026-{number:05d}", f"{202600000 + number}", f"RE26/{10000 + number}")[number % 3]
        amount = Decimal(rng.randint(20_000, 2_500_000)) / 100
        if rng.random() < 0.15:
            amount = Decimal(rng.randint(2, 200) * 50)
        invoice = DrawnInvoice(text, place, amount, issued, issued + timedelta(days=rng.choice((30, 45, 60))))
        buyers[place].invoices.append(invoice)
    for buyer in buyers:
        buyer.invoices.sort(key=lambda one: (one.due, one.number))
