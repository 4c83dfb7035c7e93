"""The limit in force on a day."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from credit.domain.kinds import LimitKind
from credit.domain.limits import NO_LIMIT, LimitInForce, LimitState, LimitVersion, limit_in_force

TODAY = date(2026, 6, 30)
TOMORROW = TODAY + timedelta(days=1)


def version(
    amount: int | str, kind: LimitKind = LimitKind.OWN, valid_to: date | None = None, **more: Any
) -> LimitVersion:
    known = {"kind": kind, "currency": "USD", "amount": Decimal(amount), "amount_base": Decimal(amount)}
    return LimitVersion(**{**known, "valid_to": valid_to, **more})


def temporary(amount: int, valid_to: date = TODAY) -> LimitVersion:
    return version(amount, LimitKind.TEMPORARY, valid_to)


def in_force(*versions: LimitVersion, as_of: date = TODAY) -> LimitInForce:
    return limit_in_force(versions=versions, as_of=as_of)


def test_an_account_without_versions_has_no_limit() -> None:
    assert in_force() == NO_LIMIT
    assert NO_LIMIT.state is LimitState.MISSING


def test_a_temporary_limit_counts_on_its_last_day_and_not_on_the_next() -> None:
    both = (version(500), temporary(540))
    assert in_force(*both).allowed_base == 540
    assert in_force(*both).is_temporary
    after = in_force(*both, as_of=TOMORROW)
    assert (after.allowed_base, after.is_temporary, after.state) == (500, False, LimitState.IN_FORCE)


def test_the_greater_of_own_and_temporary_counts_in_base_currency() -> None:
    euro = version(480, LimitKind.TEMPORARY, TODAY, currency="EUR", amount_base=Decimal(520))
    assert in_force(version(500), euro).currency == "EUR"
    assert in_force(version(600), temporary(540)).amount == 600


def test_equal_limits_read_as_the_own_one() -> None:
    assert not in_force(temporary(500), version(500)).is_temporary


def test_an_own_limit_counts_on_its_last_day_and_is_expired_on_the_next() -> None:
    own = version(500, valid_to=TODAY)
    assert in_force(own).state is LimitState.IN_FORCE
    after = in_force(own, as_of=TOMORROW)
    assert (after.state, after.allowed_base, after.amount) == (LimitState.EXPIRED, 0, 500)


def test_a_temporary_limit_holds_although_the_own_one_has_ended() -> None:
    assert in_force(version(500, valid_to=TODAY), temporary(90, TOMORROW), as_of=TOMORROW).allowed_base == 90


def test_a_temporary_limit_past_its_end_was_never_there() -> None:
    assert in_force(temporary(540), as_of=TOMORROW) == NO_LIMIT


def test_amount_0_takes_the_limit_away() -> None:
    assert in_force(version(0)) == NO_LIMIT
    assert in_force(version(0, valid_to=TODAY), as_of=TOMORROW) == NO_LIMIT


def test_only_a_limit_in_force_allows_anything() -> None:
    amount = {"amount_base": Decimal(5), "amount": Decimal(5), "currency": "USD"}
    allowed = {state: LimitInForce(state=state, **amount).allowed_base for state in LimitState}  # type: ignore[arg-type]
    assert allowed == {LimitState.IN_FORCE: 5, LimitState.EXPIRED: 0, LimitState.MISSING: 0}


def test_a_limit_of_a_cent_is_a_limit() -> None:
    cent = version("0.01", valid_to=TODAY)
    assert (in_force(cent).state, in_force(cent).allowed_base) == (LimitState.IN_FORCE, Decimal("0.01"))
    assert in_force(cent, as_of=TOMORROW).state is LimitState.EXPIRED


def test_no_limit_is_no_temporary_one() -> None:
    assert not NO_LIMIT.is_temporary
