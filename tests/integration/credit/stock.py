"""What exposure is made of, put down row by row: these tests ask what the reads say, not what the services allow."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from buyers.models import Buyer
from core.domain.rates import Rate, RateTable
from cover.models import Bill, InsuredLimit, Security, SoldReceivable
from credit.domain.exposure import Exposure
from credit.domain.kinds import Checkpoint, ReservationState, Result
from credit.models import OrderCheck, Reservation
from credit.queries.exposure import get_exposures
from invoices.models import Invoice, Order, Receipt, Shipment
from invoices.services.posting.allocations import Incoming, post_receipt
from tests.integration.invoices.builders import make_invoice

TODAY = date(2026, 6, 30)
SOON, LATE = date(2026, 7, 20), date(2026, 10, 1)  # inside the horizon of 60 days, and beyond it

_numbers = count(1)


def rates_of(base: str = "USD", *, as_of: date = TODAY, **rates: str) -> RateTable:
    table = {base: Decimal(1)} | {currency: Decimal(rate) for currency, rate in rates.items()}
    return RateTable(base, as_of, {c: Rate(c, r, as_of, 0) for c, r in table.items()})


def exposure_of(buyer: Buyer, *, as_of: date = TODAY, rates: RateTable | None = None, **more: Any) -> Exposure:
    return get_exposures([buyer.pk], as_of=as_of, rates=rates or rates_of(as_of=as_of), **more)[buyer.pk]


def parts_of(exposure: Exposure) -> Mapping[str, Decimal]:
    """The parts that are there, in base currency."""
    return {part.value: amount for part, amount in exposure.by_part.items() if amount}


def parts(buyer: Buyer, **more: Any) -> Mapping[str, Decimal]:
    return parts_of(exposure_of(buyer, **more))


def put_order(buyer: Buyer, amount: str = "100", *, ship: date | None = SOON, **fields: Any) -> Order:
    values = {"currency": "USD", "order_date": date(2026, 1, 5), "planned_ship_date": ship} | fields
    return Order.objects.create(
        buyer=buyer, source="t", external_id=f"SO{next(_numbers)}", amount=Decimal(amount), **values
    )


def reserve(order: Order, amount: str | None = None, *, day: date = date(2026, 1, 5), **fields: Any) -> Reservation:
    values = {"currency": order.currency, "expires_on": date(2027, 1, 1), "reserved_on": day} | fields
    return Reservation.objects.create(
        order=order,
        buyer=order.buyer,
        check_row=put_check(order),
        amount=Decimal(amount) if amount else order.amount,
        **values,
    )


def end(reservation: Reservation, *, day: date, state: str = ReservationState.ENDED) -> None:
    reservation.state, reservation.ended_on, reservation.ended_at = state, day, timezone.now()
    reservation.save()


def put_check(order: Order, *, outcome: str = Result.PASS, **fields: Any) -> OrderCheck:
    values = {
        "checkpoint": Checkpoint.ORDER,
        "is_dry_run": False,
        "outcome": outcome,
        "currency": order.currency,
        "amount": order.amount,
        "as_of": TODAY,
        "known_at": timezone.now(),
        "actor_label": "test",
        "cause": "asked",
        "engine": "v1",
        "asked": {},
        "rules": [],
        "exposure": {},
        "facts": {},
    } | fields
    return OrderCheck.objects.create(buyer=order.buyer, order=order, **values)


def ship(order: Order, amount: str | None = None, *, day: date = TODAY, key: str = "", **fields: Any) -> Shipment:
    values = {"shipped_on": day, "promised_on": day} | fields
    return Shipment.objects.create(
        buyer=order.buyer,
        order=order,
        source="t",
        external_id=key or f"SH{next(_numbers)}",
        amount=Decimal(amount) if amount else None,
        **values,
    )


def bill_order(order: Order, amount: str, *, day: date = TODAY, **fields: Any) -> Invoice:
    """An invoice of the order."""
    issued = day.isoformat()
    return make_invoice(order.buyer, amount, issued=issued, due=issued, order_id=order.pk, **fields)


def deposit(order: Order, amount: str, *, day: date = TODAY, buyer: Buyer | None = None, **fields: Any) -> Receipt:
    values = {"currency": order.currency, "order_id": order.pk} | fields
    return post_receipt(
        Incoming(
            buyer_id=(buyer or order.buyer).pk,
            source="bank",
            external_id=f"D{next(_numbers)}",
            amount=Decimal(amount),
            day=day,
            **values,
        )
    )


def secure(buyer: Buyer, amount: str, *, order: Order | None = None, **fields: Any) -> Security:
    values = {"kind": "lc_confirmed", "currency": "USD", "valid_from": date(2026, 1, 1)} | fields
    key = values.pop("key", f"LC{next(_numbers)}")
    return Security.objects.create(
        buyer=buyer, order=order, source="t", external_id=key, amount=Decimal(amount), **values
    )


def accept(invoice: Invoice, amount: str, **fields: Any) -> Bill:
    values = {"accepted_on": date(2026, 6, 1), "matures_on": date(2026, 8, 1), "currency": invoice.currency} | fields
    return Bill.objects.create(
        buyer=invoice.buyer,
        invoice=invoice,
        source="t",
        external_id=f"B{next(_numbers)}",
        amount=Decimal(amount),
        **values,
    )


def sell(invoice: Invoice, amount: str, *, recourse: bool = True, **fields: Any) -> SoldReceivable:
    values = {"sold_on": date(2026, 6, 1), "currency": invoice.currency} | fields
    return SoldReceivable.objects.create(
        buyer=invoice.buyer,
        invoice=invoice,
        source="t",
        external_id=f"S{next(_numbers)}",
        amount=Decimal(amount),
        with_recourse=recourse,
        **values,
    )


def insure(buyer: Buyer, amount: str, *, insurer: str = "Acme", percent: str = "90", **fields: Any) -> InsuredLimit:
    values = {"valid_from": date(2026, 1, 1), "currency": "USD", "source": "t"} | fields
    values.setdefault("external_id", f"IL{next(_numbers)}")
    return InsuredLimit.objects.create(
        buyer=buyer,
        insurer=insurer,
        amount=Decimal(amount),
        percent=Decimal(percent),
        **values,
    )
