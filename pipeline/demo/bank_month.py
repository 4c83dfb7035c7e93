"""A month of bank statements with the truth beside it: what each payment was for, as only its payer knows.

Invented buyers pay open invoices the way people pay: numbers written differently or with a typo, several invoices at
once, less a bank charge or a discount, for a whole group, under a cut or another name; and money comes that pays
nothing. The same seed gives the same month.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from core.money import round_money
from invoices.domain.matching_text import folded
from pipeline.demo.names import FORMS, TONGUES, Stem, compose

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
_CUT = 27
_DAYS = 22


@dataclass(slots=True)
class DrawnInvoice:
    """An open invoice of the buyer at this place."""

    number: str
    buyer: int
    amount: Decimal
    issued: date
    due: date


@dataclass(slots=True)
class DrawnBuyer:
    """A buyer with the accounts that it pays from; some are known from former months."""

    code: str
    name: str
    group: int | None
    accounts: tuple[str, str]
    is_known: bool
    invoices: list[DrawnInvoice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DrawnPayment:
    """A payment with its truth: what it closes of which invoice, by number; None is no money of a buyer."""

    kind: str
    day: date
    amount: Decimal
    name: str
    account: str
    text: str
    reference: str
    buyer: int | None
    closes: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Month:
    """Buyers with their open invoices, and the payments of a month by day."""

    currency: str
    buyers: list[DrawnBuyer]
    payments: list[DrawnPayment]


def draw_month(*, seed: int, buyers: int, end: date, currency: str) -> Month:
    """The month before ``end``, in one currency: six to fourteen open invoices a buyer, one to five payments."""
    rng = Random(f"bank month {seed}")
    drawn = _buyers(rng, buyers)
    _invoices(rng, drawn, end)
    return Month(
        currency, drawn, sorted(_payments(rng, drawn, end, currency), key=lambda one: (one.day, one.reference))
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
            accounts = (_account(rng, country), _account(rng, country))
            found.append(DrawnBuyer(f"M{len(found):05d}", name.name, group, accounts, rng.random() < 0.7))
    return found[:count]


def _account(rng: Random, country: str) -> str:
    return f"{country}{rng.randint(10, 99)}{rng.randrange(10**16):016d}"


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


class _Drawing:
    """One buyer's payments, each taking invoices that none before it took."""

    def __init__(self, rng: Random, buyers: Sequence[DrawnBuyer], place: int, end: date, currency: str) -> None:
        self.rng, self.place, self.end, self.currency = rng, place, end, currency
        self.buyer = buyers[place]
        self.left = list(self.buyer.invoices)

    def take(self, count: int) -> list[DrawnInvoice]:
        """The next invoices by due date, sometimes one further on."""
        return [
            self.left.pop(0 if self.rng.random() < 0.8 else self.rng.randrange(len(self.left)))
            for _ in range(min(count, len(self.left)))
        ]

    def payment(
        self,
        kind: str,
        invoices: Sequence[DrawnInvoice],
        text: str,
        *,
        less: Decimal = Decimal(0),
        closes: dict[str, Decimal] | None = None,
        name: str | None = None,
    ) -> DrawnPayment:
        """A payment of these invoices; ``less`` is missing though they are closed."""
        rng = self.rng
        total = sum(((closes or {}).get(one.number, one.amount) for one in invoices), Decimal(0))
        return DrawnPayment(
            kind=kind,
            day=self.end - timedelta(days=rng.randrange(_DAYS)),
            amount=total - less,
            name=self.spelled() if name is None else name,
            account=self.from_account() if name is None else _account(rng, "LU"),
            text=text,
            reference=f"{rng.randrange(10**14):014d}",
            buyer=self.place,
            closes=closes if closes is not None else {one.number: one.amount for one in invoices},
        )

    def spelled(self) -> str:
        """The name as banks pass it on: whole, cut in capitals without accents, with a typo, or not at all."""
        name, draw = self.buyer.name, self.rng.random()
        if draw < 0.12:
            return ""
        if draw < 0.55:
            return folded(name)[:_CUT]
        return _mistyped(self.rng, name) if draw < 0.62 else name

    def from_account(self) -> str:
        """Mostly the first account, sometimes another one, sometimes none is told."""
        draw = self.rng.random()
        if draw < 0.10:
            return ""
        return self.buyer.accounts[1 if draw < 0.16 else 0]


def _mistyped(rng: Random, text: str, *, digits: bool = False) -> str:
    """One character wrong, or two neighbours exchanged."""
    places = [place for place, letter in enumerate(text[:-1]) if letter.isdigit() or not digits]
    place = rng.choice(places)
    if rng.random() < 0.5 and text[place] != text[place + 1] and text[place + 1].isalnum():
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    other = rng.choice([one for one in ("0123456789" if digits else "aeinrst") if one != text[place]])
    return text[:place] + other + text[place + 1 :]


def _written(rng: Random, number: str) -> str:
    """A number as payers write it."""
    ways: tuple[Callable[[str], str], ...] = (
        lambda one: one,
        lambda one: one,
        str.lower,
        lambda one: one.replace("-", " ").replace("/", " "),
        lambda one: one.replace("-", "").replace("/", "-"),
    )
    return rng.choice(ways)(number)


def _named(rng: Random, invoices: Sequence[DrawnInvoice]) -> str:
    words = rng.choice(("Invoice ", "RG ", "Rechnung Nr. ", "", "payment of ", "facture "))
    return words + rng.choice((", ", " ", " + ", "; ")).join(_written(rng, one.number) for one in invoices)


def _single(one: _Drawing) -> DrawnPayment:
    taken = one.take(1)
    return one.payment("one invoice", taken, _named(one.rng, taken))


def _several(one: _Drawing) -> DrawnPayment:
    taken = one.take(one.rng.randint(2, 6))
    return one.payment("several invoices", taken, _named(one.rng, taken))


def _typo(one: _Drawing) -> DrawnPayment:
    taken = one.take(one.rng.choice((1, 1, 1, 2)))
    wrong = _mistyped(one.rng, taken[0].number, digits=True)
    return one.payment("typo in the number", taken, " ".join([wrong, *(other.number for other in taken[1:])]))


def _tail(one: _Drawing) -> DrawnPayment:
    taken = one.take(1)
    return one.payment("part of the number", taken, f"inv {taken[0].number[-5:]}")


def _silent(one: _Drawing) -> DrawnPayment:
    return one.payment("amount alone", one.take(1), one.rng.choice(("payment", "Zahlung", "thank you", "")))


def _silent_sum(one: _Drawing) -> DrawnPayment:
    return one.payment("combination, no number", one.take(one.rng.randint(2, 4)), "our account")


def _all(one: _Drawing) -> DrawnPayment:
    return one.payment("all that is open", one.take(len(one.left)), "statement of account")


def _charged(one: _Drawing) -> DrawnPayment:
    taken = one.take(one.rng.choice((1, 1, 2)))
    total = sum((item.amount for item in taken), Decimal(0))
    least = min(Decimal(45), round_money(total / 60, one.currency))
    less = min(Decimal(one.rng.randint(300, 4500)) / 100, least)
    return one.payment("less a bank charge", taken, _named(one.rng, taken), less=less)


def _discounted(one: _Drawing) -> DrawnPayment:
    taken = one.take(1)
    less = round_money(taken[0].amount * one.rng.choice((2, 3)) / 100, one.currency)
    return one.payment("less a discount", taken, _named(one.rng, taken) + " ./. Skonto", less=less)


def _partly(one: _Drawing) -> DrawnPayment:
    taken = one.take(1)
    part = round_money(taken[0].amount * one.rng.randint(20, 80) / 100, one.currency)
    return one.payment("part payment", taken, _named(one.rng, taken), closes={taken[0].number: part})


def _referenced(one: _Drawing) -> DrawnPayment:
    from stdnum.iso7064 import mod_97_10

    taken = one.take(1)
    bare = folded(taken[0].number).replace("-", "").replace("/", "")
    check = f"{98 - mod_97_10.checksum(f'{bare}RF00'):02d}"
    return one.payment("creditor reference", taken, f"RF{check}{bare}")


def _by_other(one: _Drawing) -> DrawnPayment:
    taken = one.take(1)
    name = compose(rng=one.rng, tongue="tr", country="TR").name
    return one.payment("paid by somebody else", taken, _named(one.rng, taken), name=name)


def _on_account(one: _Drawing) -> DrawnPayment:
    amount = Decimal(one.rng.randint(10_000, 900_000)) / 100
    return one.payment("on account", (), "prepayment new order", less=-amount)


_KINDS: tuple[tuple[int, Callable[[_Drawing], DrawnPayment]], ...] = (
    (32, _single),
    (15, _several),
    (8, _typo),
    (4, _tail),
    (8, _silent),
    (4, _silent_sum),
    (2, _all),
    (8, _charged),
    (3, _discounted),
    (4, _partly),
    (3, _referenced),
    (3, _by_other),
    (3, _on_account),
)


def _payments(rng: Random, buyers: Sequence[DrawnBuyer], end: date, currency: str) -> Iterator[DrawnPayment]:
    drawings = [_Drawing(rng, buyers, place, end, currency) for place in range(len(buyers))]
    yield from _of_groups(rng, drawings)
    weights = [weight for weight, _draw in _KINDS]
    for one in drawings:
        for _ in range(rng.randint(1, 5)):
            if len(one.left) >= 2:
                (chosen,) = rng.choices([draw for _weight, draw in _KINDS], weights)
                yield chosen(one)
        if rng.random() < 0.15:
            yield _noise(rng, one)


def _of_groups(rng: Random, drawings: Sequence[_Drawing]) -> Iterator[DrawnPayment]:
    groups: dict[int, list[_Drawing]] = {}
    for one in drawings:
        if one.buyer.group is not None:
            groups.setdefault(one.buyer.group, []).append(one)
    for members in groups.values():
        if len(members) > 1 and rng.random() < 0.8:
            taken = [item for one in members for item in one.take(rng.randint(1, 2))]
            is_named = rng.random() < 0.8
            text = _named(rng, taken) if is_named else "group settlement"
            yield members[0].payment("for a group" if is_named else "for a group, no number", taken, text)


def _noise(rng: Random, one: _Drawing) -> DrawnPayment:
    """Interest, refunds, strangers: no buyer's money, whatever it looks like."""
    name, text = rng.choice(
        (
            ("Finanzamt Mitte", "Umsatzsteuer 03/2026 St.Nr. 12/345/67890"),
            ("Allwetter Versicherung AG", f"Schaden {rng.randrange(10**8):08d}"),
            ("", "Zinsen / Habenzinsen"),
            (compose(rng=rng, tongue="ro", country="RO").name, f"order {rng.randrange(10**6):06d}"),
            (compose(rng=rng, tongue=rng.choice(sorted(TONGUES)), country=rng.choice(sorted(FORMS))).name, "refund"),
        )
    )
    return DrawnPayment(
        kind="no buyer's money",
        day=one.end - timedelta(days=rng.randrange(_DAYS)),
        amount=Decimal(rng.randint(100, 900_000)) / 100,
        name=name,
        account=_account(rng, "DE"),
        text=text,
        reference=f"{rng.randrange(10**14):014d}",
        buyer=None,
        closes={},
    )
