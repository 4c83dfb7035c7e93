"""The whole demo, as plain rows: same seed, scale and end date give the same rows, whatever else is in the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pipeline.demo.facts import FactFile, facts_of
from pipeline.demo.profile import Profile, rng_for
from pipeline.demo.records import DemoBuyer, DemoGroup, DemoInvoice, DemoOrder, DemoShipment, Member
from pipeline.demo.roster import ordinary_roster
from pipeline.demo.sales import invoice_of, order_of, plan_sales, shipment_of
from pipeline.demo.settlement import Settlement, settle
from pipeline.demo.stories import CORVANDEL, corvandel, velmora


class Scale(NamedTuple):
    """Ordinary buyers beside the story lines, and their invoices a month."""

    buyers: int
    monthly: float


SCALES = {"small": Scale(19, 0.4), "demo": Scale(213, 1.9)}


@dataclass(frozen=True, slots=True)
class Book:
    """All trade with one buyer up to the end date."""

    code: str
    orders: list[DemoOrder]
    shipments: list[DemoShipment]
    invoices: list[DemoInvoice]
    settled: Settlement


@dataclass(frozen=True, slots=True)
class Dataset:
    """Buyers and groups; the books are made one buyer at a time."""

    seed: int
    end: date
    profiles: list[Profile]
    groups: list[DemoGroup]
    members: list[Member]

    @property
    def buyers(self) -> list[DemoBuyer]:
        """Master data of every buyer."""
        return [profile.buyer for profile in self.profiles]

    def books(self) -> Iterator[Book]:
        """The trade of each buyer in turn."""
        for profile in self.profiles:
            yield book_of(profile=profile, seed=self.seed, end=self.end)

    def fact_files(self) -> Iterator[FactFile]:
        """What is known about each buyer in turn."""
        for profile in self.profiles:
            yield facts_of(profile=profile, seed=self.seed, end=self.end)


def build(*, seed: int, scale: str, end: date) -> Dataset:
    """The demo of a scale (``small`` or ``demo``), anchored at ``end``."""
    size = SCALES[scale]
    roster = ordinary_roster(seed=seed, count=size.buyers, end=end, monthly=size.monthly)
    group, held = corvandel(end=end)
    return Dataset(
        seed=seed,
        end=end,
        profiles=[*group, velmora(end=end), *_with_a_double(roster.profiles)],
        groups=[CORVANDEL, *roster.groups],
        members=[*held, *roster.members],
    )


def _with_a_double(profiles: list[Profile]) -> list[Profile]:
    """The last buyer twice, as two systems wrote it: once without its leading zeros and with a louder name."""
    *others, last = profiles
    whole = replace(last, buyer=last.buyer._replace(code="0041730"))
    loud = last.buyer._replace(code="41730", name=last.buyer.name.upper())
    return [*others, whole, replace(last, buyer=loud, phases=(replace(last.phases[-1], monthly=0.4),))]


def book_of(*, profile: Profile, seed: int, end: date) -> Book:
    """Orders, shipments and invoices of a buyer, and what became of them by ``end``."""
    code = profile.buyer.code
    sales = plan_sales(profile=profile, rng=rng_for(seed, "sales", code), end=end)
    known = [sale for sale in sales if sale.order_date <= end]
    invoiced = [sale for sale in known if sale.invoice_date <= end and not sale.is_cancelled]
    freight = rng_for(seed, "freight", code)
    invoices = [invoice_of(code=code, sale=sale) for sale in invoiced]
    settled = settle(profile=profile, sales=invoiced, rng=rng_for(seed, "money", code), end=end)
    return Book(
        code=code,
        orders=_closed([order_of(code=code, sale=sale, end=end) for sale in known], invoices, settled),
        shipments=[shipment_of(profile=profile, sale=sale, rng=freight, end=end) for sale in invoiced],
        invoices=invoices,
        settled=settled,
    )


def _closed(orders: list[DemoOrder], invoices: list[DemoInvoice], settled: Settlement) -> list[DemoOrder]:
    """The orders, those closed whose invoice is settled: credit asks about live orders only."""
    paid: dict[str, Decimal] = {}
    for entry in settled.entries:
        paid[entry.invoice_id] = paid.get(entry.invoice_id, Decimal(0)) - entry.amount
    done = {invoice.order_id for invoice in invoices if paid.get(invoice.external_id) == invoice.amount}
    return [order._replace(status="closed") if order.external_id in done else order for order in orders]
