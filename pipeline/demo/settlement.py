"""How a buyer pays what it bought: receipts in payment runs, part payments, disputes, credits, write-offs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from core.money import round_money
from pipeline.demo.profile import Profile, next_weekday
from pipeline.demo.records import DemoCreditNote, DemoDispute, DemoDueDate, DemoEntry, DemoReceipt
from pipeline.demo.sales import Sale, invoice_id
from pipeline.demo.world import PRICE_LEVEL

REASONS = ("quality", "short_delivery", "price", "late_delivery", "documents")
WRITE_OFF_AFTER_DAYS = 300


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an invoice that is paid on a day."""

    invoice_id: str
    currency: str
    amount: Decimal
    paid_on: date


@dataclass(slots=True)
class Settlement:
    """Everything that happened to a buyer's invoices after their issue."""

    receipts: list[DemoReceipt] = field(default_factory=list)
    credit_notes: list[DemoCreditNote] = field(default_factory=list)
    entries: list[DemoEntry] = field(default_factory=list)
    disputes: list[DemoDispute] = field(default_factory=list)
    due_dates: list[DemoDueDate] = field(default_factory=list)


def settle(*, profile: Profile, sales: list[Sale], rng: Random, end: date) -> Settlement:
    """What has happened to the invoices up to ``end``."""
    settler = _Settler(profile, rng, end)
    pieces = [piece for sale in sales for piece in settler.settle_one(sale)]
    settler.pay(pieces)
    for sale in sales[-1:]:
        settler.leave_on_account(sale)
    return settler.result


@dataclass(slots=True)
class _Settler:
    profile: Profile
    rng: Random
    end: date
    result: Settlement = field(default_factory=Settlement)

    def settle_one(self, sale: Sale) -> Iterator[Piece]:
        """Credits, disputes and write-offs of one invoice; yields what is paid and when."""
        owed, due = sale.amount, sale.due_date
        if self._happens(self.profile.credit_share):
            day = sale.invoice_date + timedelta(days=self.rng.randint(5, 25))
            owed -= self._credit(sale, self._part(sale, 2, 9), day, "quality allowance")
        if self._happens(self.profile.dispute_share):
            disputed = self._part(sale, 10, 45)
            owed -= disputed
            yield from self._dispute(sale, disputed)
        elif self._happens(0.012):
            due = self._extend(sale)
        if self._happens(self.profile.unpaid_share):
            self._write_off(sale, owed)
        else:
            yield from self._payments(sale, owed, due)

    def pay(self, pieces: list[Piece]) -> None:
        """One receipt for all that a payment run pays in one currency."""
        runs: dict[tuple[date, str], list[Piece]] = {}
        for piece in pieces:
            runs.setdefault((piece.paid_on, piece.currency), []).append(piece)
        for (day, currency), paid in sorted(runs.items()):
            self._receive(day, currency, paid)

    def leave_on_account(self, sale: Sale) -> None:
        """At a few buyers: money without a reference, and credits not yet used, in the last weeks."""
        code = self.profile.buyer.code
        if self.profile.stops_paying_on is None and self._happens(0.08):
            day = next_weekday(self.end - timedelta(days=self.rng.randint(8, 40)), 2)
            amount = self._part(sale, 20, 60)
            self.result.receipts.append(DemoReceipt(f"{code}-U1", sale.currency, amount, day, "no reference"))
        if self._happens(0.05):
            day = self.end - timedelta(days=self.rng.randint(2, 30))
            note = DemoCreditNote(f"{code}-CN9", sale.currency, self._part(sale, 3, 8), day, "volume bonus")
            self.result.credit_notes.append(note)

    def _happens(self, share: float) -> bool:
        return self.rng.random() < share

    def _id(self, sale: Sale) -> str:
        return invoice_id(self.profile.buyer.code, sale)

    def _part(self, sale: Sale, low: int, high: int) -> Decimal:
        return round_money(sale.amount * self.rng.randint(low, high) / 100, sale.currency)

    def _credit(self, sale: Sale, amount: Decimal, day: date, note: str) -> Decimal:
        """Grant and apply a credit note; 0 if its day has not come yet."""
        if day > self.end:
            return Decimal(0)
        key = f"{self.profile.buyer.code}-CN{sale.number:04d}-{day:%y%m%d}"
        self.result.credit_notes.append(DemoCreditNote(key, sale.currency, amount, day, note))
        self.result.entries.append(DemoEntry(self._id(sale), "credit_note", -amount, day, credit_note_id=key))
        return amount

    def _dispute(self, sale: Sale, amount: Decimal) -> Iterator[Piece]:
        """A contested part: opened after delivery, later credited or paid; still open if that lies ahead."""
        opened = sale.invoice_date + timedelta(days=self.rng.randint(10, 45))
        closed = opened + timedelta(days=self.rng.randint(20, 95))
        key, reason = f"D{sale.number:04d}", self.rng.choice(REASONS)
        versions = ((opened, amount), (closed, Decimal(0)))
        self.result.disputes += [
            DemoDispute(self._id(sale), key, contested, reason, day) for day, contested in versions if day <= self.end
        ]
        if self._happens(0.45):
            yield from self._payments(sale, amount, closed)
        else:
            self._credit(sale, amount, closed, f"settled dispute: {reason}")

    def _extend(self, sale: Sale) -> date:
        granted = sale.due_date - timedelta(days=self.rng.randint(1, 12))
        if not sale.invoice_date < granted <= self.end:
            return sale.due_date
        due = sale.due_date + timedelta(days=30)
        self.result.due_dates.append(DemoDueDate(self._id(sale), due, granted, "extension agreed"))
        return due

    def _write_off(self, sale: Sale, owed: Decimal) -> None:
        day = sale.due_date + timedelta(days=WRITE_OFF_AFTER_DAYS + self.rng.randint(0, 60))
        if day <= self.end:
            self.result.entries.append(DemoEntry(self._id(sale), "write_off", -owed, day))

    def _payments(self, sale: Sale, owed: Decimal, due: date) -> Iterator[Piece]:
        last = min(self.end, self.profile.stops_paying_on or self.end)
        for amount, day in self._parts(sale, owed, self._pay_day(sale, due)):
            if amount > 0 and day <= last:
                yield Piece(self._id(sale), sale.currency, amount, day)

    def _parts(self, sale: Sale, owed: Decimal, first: date) -> list[tuple[Decimal, date]]:
        if not self._happens(self.profile.partial_share):
            return [(owed, first)]
        part = round_money(owed * self.rng.randint(25, 75) / 100, sale.currency)
        second = next_weekday(first + timedelta(days=self.rng.randint(14, 60)), self.profile.pay_weekday)
        return [(part, first), (owed - part, second)]

    def _pay_day(self, sale: Sale, due: date) -> date:
        if self.profile.terms == "cash_in_advance":
            return sale.invoice_date
        wanted = max(due + timedelta(days=round(self._days_late(sale, due))), sale.invoice_date + timedelta(days=1))
        return next_weekday(wanted, self.profile.pay_weekday)

    def _days_late(self, sale: Sale, due: date) -> float:
        phase = self.profile.phase_on(sale.invoice_date)
        late = self.rng.gauss(phase.late_days, phase.spread_days)
        if due.month in self.profile.slow_months:
            late += self.rng.randint(3, 12)
        if phase.late_days > 3 and self._happens(0.05):
            late += self.rng.expovariate(1 / 25)
        return late

    def _receive(self, day: date, currency: str, paid: list[Piece]) -> None:
        """A receipt with its allocations; what a bank kept is an entry of its own on the first invoice."""
        key = f"{self.profile.buyer.code}-R{day:%y%m%d}{currency}"
        charge = self._bank_charge(currency, paid[0].amount)
        total = sum((piece.amount for piece in paid), -charge)
        ahead = self.rng.randint(2, 9) if self.profile.terms == "cash_in_advance" else 0
        self.result.receipts.append(DemoReceipt(key, currency, total, day - timedelta(days=ahead), "bank transfer"))
        kept = [charge] + [Decimal(0)] * (len(paid) - 1)
        self.result.entries += [
            DemoEntry(piece.invoice_id, "receipt", part - piece.amount, day, receipt_id=key)
            for piece, part in zip(paid, kept, strict=True)
        ]
        if charge:
            self.result.entries.append(DemoEntry(paid[0].invoice_id, "bank_charge", -charge, day))

    def _bank_charge(self, currency: str, amount: Decimal) -> Decimal:
        """What a correspondent bank kept, on one payment in eight."""
        if not self._happens(0.125):
            return Decimal(0)
        charge = round_money(Decimal(self.rng.randint(12, 38)) * Decimal(str(PRICE_LEVEL[currency])), currency)
        return charge if charge < amount / 10 else Decimal(0)
