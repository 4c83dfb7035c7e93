"""How people pay in a drawn month: with typos, several invoices at once, less a charge, for a group, or for nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from core.money import round_money
from invoices.domain.matching_text import folded
from pipeline.demo.bank_records import DrawnBuyer, DrawnInvoice, DrawnPayment, account_number
from pipeline.demo.names import FORMS, TONGUES, compose

_CUT = 27
_DAYS = 22


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
            account=self.from_account() if name is None else account_number(rng, "LU"),
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


def draw_payments(rng: Random, buyers: Sequence[DrawnBuyer], end: date, currency: str) -> Iterator[DrawnPayment]:
    """Payments for whole groups, then one to five of each buyer, and money that pays nothing."""
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
        account=account_number(rng, "DE"),
        text=text,
        reference=f"{rng.randrange(10**14):014d}",
        buyer=None,
        closes={},
    )
