"""The storm's judge finds what must not be: each kind of falsified record is told, and a true history is not."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bench.storm_records import Records, Row
from bench.storm_verify import ANSWERS, END, FAILURES, LIMITS, RESERVATIONS, verify

DAY = date(2026, 11, 20)
START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def limit(pk: int, amount: int, minute: int, *, buyer: int | None = None, group: int | None = None) -> Row:
    return {
        "id": pk,
        "buyer_id": buyer,
        "group_id": group,
        "kind": "own",
        "currency": "USD",
        "amount": Decimal(amount),
        "valid_from": DAY,
        "valid_to": None,
        "recorded_at": at(minute),
    }


def order(pk: int, buyer: int, amount: int) -> Row:
    return {
        "id": pk,
        "external_id": f"O{pk}",
        "buyer_id": buyer,
        "currency": "USD",
        "amount": Decimal(amount),
        "status": "open",
        "planned_ship_date": DAY + timedelta(days=20),
    }


def check(pk: int, asked: Row, minute: int, outcome: str = "pass", cause: str = "asked") -> Row:
    return {
        "id": pk,
        "buyer_id": asked["buyer_id"],
        "order_id": asked["id"],
        "checkpoint": "order",
        "outcome": outcome,
        "amount": asked["amount"],
        "cause": cause,
        "as_of": DAY,
        "known_at": at(minute),
        "written_at": at(minute),
    }


def reservation(pk: int, asked: Row, check_id: int, minute: int, ended: int | None = None) -> Row:
    return {
        "id": pk,
        "order_id": asked["id"],
        "buyer_id": asked["buyer_id"],
        "check_row_id": check_id,
        "release_id": None,
        "currency": "USD",
        "amount": asked["amount"],
        "state": "active" if ended is None else "ended",
        "created_at": at(minute),
        "ended_at": None if ended is None else at(ended),
    }


def told(name: str, check_id: int, outcome: str, *, approved: bool) -> Row:
    return {
        "kind": "check",
        "key": f"check-{name}",
        "order": name,
        "status": 201,
        "hash": f"answer {name}",
        "code": "",
        "cause": "",
        "check": check_id,
        "outcome": outcome,
        "approved": approved,
    }


def history() -> Records:
    """Buyers 1 and 2 share 150. 1 owes 40 of its limit of 100: 60 fits; 2 gets 50; 20 more of 2 would be 20 too much.

    Then the limit of 1 is cut to 50 and its order held; one client was cut off and asked again.
    """
    first, second, third = order(1, 1, 60), order(2, 2, 50), order(3, 2, 20)
    return Records(
        buyers=[{"id": 1, "code": "A", "group_id": 9}, {"id": 2, "code": "B", "group_id": 9}],
        limits=[
            limit(1, 100, 0, buyer=1),
            limit(2, 100, 0, buyer=2),
            limit(3, 150, 0, group=9),
            limit(4, 50, 6, buyer=1),
        ],
        orders=[first, second, third],
        gates=[
            {"order_id": 1, "state": "held", "check_row_id": 4},
            {"order_id": 2, "state": "approved", "check_row_id": 2},
            {"order_id": 3, "state": "held", "check_row_id": 3},
        ],
        checks=[
            check(1, first, 1),
            check(2, second, 2),
            check(3, third, 3, "stop"),
            check(4, first, 7, "stop", "limit_changed"),
        ],
        reservations=[reservation(1, first, 1, 1, ended=7), reservation(2, second, 2, 2)],
        holds=[
            {"id": 1, "order_id": 3, "kind": "credit", "state": "open"},
            {"id": 2, "order_id": 1, "kind": "credit", "state": "open"},
        ],
        entries=[
            {"buyer_id": 1, "currency": "USD", "amount": Decimal(40), "source_amount": None, "recorded_at": at(0)}
        ],
        log=[
            {**told("O1", 1, "pass", approved=True), "status": 0, "hash": "", "check": None},
            told("O1", 1, "pass", approved=True),
            told("O1", 1, "pass", approved=True),
            told("O2", 2, "pass", approved=True),
            told("O3", 3, "stop", approved=False),
        ],
    )


def test_a_true_history_has_no_violation() -> None:
    verdict = verify(history())
    assert verdict.violations == []
    assert (verdict.counts["approved"], verdict.counts["stopped"]) == (2, 2)
    assert verdict.counts["sent_again_same_answer"] == 1
    assert verdict.counts["without_answer"] == {"connection lost": 1}


def approved_above_the_group(found: Records) -> None:
    third = found.orders[2]
    found.checks[2] = check(3, third, 3)
    found.reservations.append(reservation(3, third, 3, 3))
    found.gates[2]["state"] = "approved"
    found.holds.pop(0)
    found.log[-1] = told("O3", 3, "pass", approved=True)


def approved_after_the_cut(found: Records) -> None:
    found.checks[3]["outcome"] = "pass"


def limit_was_lower(found: Records) -> None:
    found.limits[0]["amount"] = Decimal(99)


def owed_more(found: Records) -> None:
    found.entries[0]["amount"] = Decimal(41)


def reserved_twice(found: Records) -> None:
    found.reservations.append({**reservation(3, found.orders[1], 2, 4), "state": "active"})


def reservation_lost(found: Records) -> None:
    found.reservations.pop()


def reservation_of_another_amount(found: Records) -> None:
    found.reservations[1]["amount"] = Decimal(49)


def reservation_on_a_stop(found: Records) -> None:
    found.reservations[1]["check_row_id"] = 3


def reservation_that_nobody_ended(found: Records) -> None:
    found.reservations[0] |= {"state": "active", "ended_at": None}


def hold_lost(found: Records) -> None:
    found.holds.pop()


def release_too_small(found: Records) -> None:
    terms = {"id": 5, "order_id": 2, "currency": "USD", "amount": Decimal(40), "tolerance_percent": Decimal(10)}
    found.releases.append({**terms, "released_at": at(1), "ended_at": None})
    found.reservations[1]["release_id"] = 5


def retry_with_another_answer(found: Records) -> None:
    found.log[2]["hash"] = "another answer"


def never_answered(found: Records) -> None:
    found.log.append({**told("O9", 9, "pass", approved=True), "status": 0})


def failed(found: Records) -> None:
    found.log.append({**told("O1", 1, "pass", approved=True), "status": 500, "code": "error"})


def deadlock_shown(found: Records) -> None:
    found.log.append({**told("O1", 1, "", approved=False), "status": 503, "code": "not_approved", "cause": "deadlock"})


def told_otherwise(found: Records) -> None:
    found.log[-1] |= {"outcome": "pass", "approved": True}


def order_that_nobody_asked_for(found: Records) -> None:
    found.log.pop()


def asked_twice(found: Records) -> None:
    found.checks.append(check(5, found.orders[1], 5, "stop"))


def job_left(found: Records) -> None:
    found.jobs.append({"id": 1, "task": "credit.recheck", "state": "failed", "error": "boom"})


@pytest.mark.parametrize(
    ("falsify", "words"),
    [
        (approved_above_the_group, "check 3 approved group 9 at 170 above 150"),
        (approved_after_the_cut, "check 4 approved buyer 1 at 100 above 50"),
        (limit_was_lower, "check 1 approved buyer 1 at 100 above 99"),
        (owed_more, "check 1 approved buyer 1 at 101 above 100"),
        (reserved_twice, "order 2 is reserved twice: 2 and 3"),
        (reservation_lost, "order O2 is approved: 0 active"),
        (reservation_of_another_amount, "reserved in all 49, approved in all 50"),
        (reservation_on_a_stop, "reservation 2 stands on no check of its order"),
        (reservation_that_nobody_ended, "order 1 is still approved: buyer 1 stands at 100 above 50"),
        (hold_lost, "order O1 is held: 0 active, 0 used, 0 open holds"),
        (release_too_small, "reservation 2 stands on release 5, which does not cover it"),
        (retry_with_another_answer, "key check-O1 got 2 answers"),
        (never_answered, "key check-O9 got 0 answers"),
        (failed, "key check-O1 got 500 error"),
        (deadlock_shown, "key check-O1 met a deadlock"),
        (told_otherwise, "order O3 was told check 3, pass: not on record so"),
        (order_that_nobody_asked_for, "order O3 is on record, but nobody was told"),
        (asked_twice, "order O2 was asked about 2 times"),
        (job_left, "job 1 credit.recheck is failed: boom"),
    ],
)
def test_a_falsified_record_is_found(falsify: Callable[[Records], None], words: str) -> None:
    found = deepcopy(history())
    falsify(found)
    assert any(words in violation for violation in verify(found).violations), verify(found).violations


def test_what_it_does_not_understand_is_told_instead_of_passed_over() -> None:
    found = history()
    found.limits[0]["currency"] = "EUR"
    found.not_understood.append({"what": "bill 1"})
    assert {"limits: EUR", "the verifier does not know what to make of bill 1"} <= set(verify(found).violations)


def test_goods_that_left_count_once_and_use_their_reservation_up() -> None:
    found = history()
    found.shipments.append({"order_id": 2, "amount": None, "recorded_at": at(4)})
    found.reservations[1] |= {"state": "used", "ended_at": at(5)}
    assert verify(found).violations == []
    assert verify(Records()).violations == []


def released_beside(found: Records, minute: int) -> None:
    """A person lets the third order go: 20 more than the shared 150."""
    third = found.orders[2]
    terms = {"order_id": 3, "currency": "USD", "amount": Decimal(20), "tolerance_percent": Decimal(0)}
    found.releases.append({"id": 5, **terms, "released_at": at(minute), "ended_at": None})
    found.reservations.append({**reservation(3, third, 3, minute), "release_id": 5})
    found.gates[2]["state"] = "approved"
    found.holds.pop(0)


def without_the_cut(found: Records) -> None:
    """The limit of 1 stays, and its order."""
    found.limits.pop()
    found.checks.pop()
    found.reservations[0] |= {"state": "active", "ended_at": None}
    found.gates[0] |= {"state": "approved", "check_row_id": 1}
    found.holds.pop()


def test_who_was_approved_before_stays_beside_what_a_person_released() -> None:
    found = history()
    without_the_cut(found)
    assert verify(found).violations == []
    released_beside(found, 8)
    assert verify(found).violations == []


def test_a_limit_that_changed_after_a_release_makes_the_others_give_way() -> None:
    found = history()
    without_the_cut(found)
    released_beside(found, 8)
    found.limits.append(limit(5, 150, 9, group=9))
    assert verify(found).findings[LIMITS] == [
        "order 1 is still approved: group 9 stands at 170 above 150",
        "order 2 is still approved: group 9 stands at 170 above 150",
    ]


@pytest.mark.parametrize(
    ("falsify", "point"),
    [
        (limit_was_lower, LIMITS),
        (reservation_lost, RESERVATIONS),
        (retry_with_another_answer, ANSWERS),
        (order_that_nobody_asked_for, ANSWERS),
        (deadlock_shown, FAILURES),
        (failed, FAILURES),
        (job_left, END),
    ],
)
def test_a_violation_stands_under_what_was_to_be_proved(falsify: Callable[[Records], None], point: str) -> None:
    found = history()
    falsify(found)
    assert verify(found).findings[point]
