"""What the storm's judge says a buyer owed and held at a moment is what the rows of that moment add up to."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bench.storm_records import Records, Row
from bench.storm_replay import Replay, Steps

START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
MINUTES = st.integers(0, 12)
AMOUNTS = st.integers(1, 50).map(Decimal)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


@st.composite
def reservations(draw: st.DrawFn) -> list[Row]:
    began, lasts = draw(MINUTES), draw(st.none() | st.integers(0, 6))
    ended = None if lasts is None else at(began + lasts)
    return [{"amount": draw(AMOUNTS), "created_at": at(began), "ended_at": ended}]


@st.composite
def histories(draw: st.DrawFn) -> Records:
    found = Records(buyers=[{"id": 1, "code": "A", "group_id": None}])
    for pk in range(draw(st.integers(0, 4))):
        found.orders.append({"id": pk, "buyer_id": 1, "amount": draw(AMOUNTS)})
        for rows in draw(st.lists(reservations(), max_size=3)):
            found.reservations += [{**row, "order_id": pk} for row in rows]
        for amount, minute in draw(st.lists(st.tuples(st.none() | AMOUNTS, MINUTES), max_size=2)):
            found.shipments.append({"order_id": pk, "amount": amount, "recorded_at": at(minute)})
    for amount, used, minute in draw(st.lists(st.tuples(AMOUNTS, st.none() | AMOUNTS, MINUTES), max_size=4)):
        found.entries.append({"buyer_id": 1, "amount": amount, "source_amount": used, "recorded_at": at(minute)})
    for amount, minute in draw(st.lists(st.tuples(AMOUNTS, MINUTES), max_size=3)):
        found.receipts.append({"buyer_id": 1, "amount": amount, "recorded_at": at(minute)})
    return found


def added_up(found: Records, moment: datetime, until: datetime, without: int | None) -> Decimal:
    """Row by row, as the handbook says it."""
    entries = [row for row in found.entries if row["recorded_at"] <= until]
    owed = sum(row["amount"] for row in entries)
    used = sum(row["source_amount"] or 0 for row in entries)
    came = sum(row["amount"] for row in found.receipts if row["recorded_at"] <= until)
    total = Decimal(owed - (came - used))
    for order in found.orders:
        if order["id"] != without:
            total += stage(found, order, moment)
    return total


def stage(found: Records, order: Row, moment: datetime) -> Decimal:
    left = [row for row in found.shipments if row["order_id"] == order["id"] and row["recorded_at"] <= moment]
    delivered = Decimal(sum(order["amount"] if row["amount"] is None else row["amount"] for row in left))
    held = Decimal(0)
    for row in found.reservations:
        is_live = row["created_at"] <= moment and (row["ended_at"] is None or row["ended_at"] > moment)
        held += row["amount"] if row["order_id"] == order["id"] and is_live else 0
    return max(delivered, held)


@given(found=histories(), minute=st.integers(-1, 20), later=st.integers(0, 3), without=st.none() | st.just(0))
def test_a_balance_is_the_sum_of_its_rows_at_that_moment(
    found: Records, minute: int, later: int, without: int | None
) -> None:
    known = without if found.orders else None
    told = Replay(found).balance(1, at(minute), at(minute + later), without=known)
    assert told == added_up(found, at(minute), at(minute + later), known)


def test_what_happens_at_a_moment_counts_at_it() -> None:
    steps = Steps([(at(2), Decimal(5)), (at(1), Decimal(3))])
    assert [steps.at(at(minute)) for minute in range(4)] == [0, 3, 8, 8]
