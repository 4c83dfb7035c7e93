"""The life of an episode, date by date."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.episodes import Episode, Step, next_step
from alerts.domain.findings import Finding, buyer_subject
from alerts.domain.settings import default_setting
from alerts.domain.states import LIVE_STATES, AlertState, Rule

TODAY = date(2026, 3, 1)
SETTING = default_setting(Rule.OVERDUE_30)


def found(level: str, amount: str | None = "1000", *, fires: bool = True) -> Finding:
    subject = buyer_subject(Rule.OVERDUE_30, 1)
    return Finding(subject, Decimal(level), 2, amount_base=None if amount is None else Decimal(amount), fires=fires)


def episode(state: AlertState = AlertState.OPEN, level: str = "31", snoozed_until: date | None = None) -> Episode:
    return Episode(state, Decimal(level), Decimal(1000), snoozed_until)


def step(live: Episode | None, finding: Finding | None) -> Step:
    return next_step(live=live, finding=finding, setting=SETTING, as_of=TODAY)


def test_a_new_cause_opens_an_alert() -> None:
    assert step(None, found("31")) is Step.OPEN


def test_no_cause_and_no_alert_is_nothing() -> None:
    assert step(None, None) is Step.NOTHING


def test_a_cause_just_below_its_threshold_opens_nothing_but_keeps_what_is_open() -> None:
    near = found("31", fires=False)
    assert step(None, near) is Step.NOTHING
    assert step(episode(), near) is Step.KEEP


@pytest.mark.parametrize("state", LIVE_STATES)
def test_an_alert_closes_when_its_cause_ends(state: AlertState) -> None:
    assert step(episode(state), None) is Step.CLOSE


def test_a_known_cause_stays_quiet() -> None:
    assert step(episode(), found("60")) is Step.KEEP
    assert step(episode(AlertState.ACKNOWLEDGED), found("60")) is Step.KEEP


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (AlertState.OPEN, Step.WORSEN),
        (AlertState.ACKNOWLEDGED, Step.REOPEN),
        (AlertState.SNOOZED, Step.REOPEN),
    ],
)
def test_an_alert_rings_again_when_its_level_has_risen_by_the_step(state: AlertState, expected: Step) -> None:
    assert step(episode(state, snoozed_until=date(2026, 6, 1)), found("61")) is expected


def test_an_alert_rings_again_when_the_amount_has_grown_by_half() -> None:
    assert step(episode(), found("32", "1499.99")) is Step.KEEP
    assert step(episode(), found("32", "1500")) is Step.WORSEN


def test_an_amount_that_is_unknown_never_counts_as_grown() -> None:
    assert step(episode(), found("32", None)) is Step.KEEP


def test_a_rule_without_a_step_rings_at_any_rise() -> None:
    mismatch = default_setting(Rule.LEDGER_MISMATCH)
    live = Episode(AlertState.OPEN, Decimal("0.01"), None)
    same, more = found("0.01"), found("0.02")
    assert next_step(live=live, finding=same, setting=mismatch, as_of=TODAY) is Step.KEEP
    assert next_step(live=live, finding=more, setting=mismatch, as_of=TODAY) is Step.WORSEN


def test_a_snoozed_alert_returns_on_its_date() -> None:
    snoozed = AlertState.SNOOZED
    assert step(episode(snoozed, snoozed_until=date(2026, 3, 2)), found("40")) is Step.KEEP
    assert step(episode(snoozed, snoozed_until=TODAY), found("40")) is Step.RETURN


@given(
    state=st.sampled_from(LIVE_STATES),
    announced=st.decimals(0, 500, places=2),
    level=st.decimals(0, 500, places=2),
)
def test_once_it_has_rung_the_same_date_again_is_quiet(state: AlertState, announced: Decimal, level: Decimal) -> None:
    finding = found(str(level))
    first = step(Episode(state, announced, Decimal(1000)), finding)
    rung = first in {Step.WORSEN, Step.REOPEN}
    after = Episode(AlertState.OPEN if rung else state, finding.level if rung else announced, Decimal(1000))
    assert step(after, finding) is Step.KEEP
