"""The life of an episode: fire once, repeat only when worse, close when the cause ends (domain.md section 9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from alerts.domain.findings import Finding
from alerts.domain.settings import RuleSetting
from alerts.domain.states import AlertState

_HUNDRED = Decimal(100)


class Step(StrEnum):
    """What one date does to one subject."""

    NOTHING = "nothing"
    OPEN = "open"
    KEEP = "keep"
    WORSEN = "worsen"
    REOPEN = "reopen"
    RETURN = "return"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Episode:
    """A live alert as the last date left it; the announced figures are those it last rang with."""

    state: AlertState
    announced_level: Decimal
    announced_amount: Decimal | None
    snoozed_until: date | None = None


def next_step(*, live: Episode | None, finding: Finding | None, setting: RuleSetting, as_of: date) -> Step:
    """What to do with a subject on a date, from its live episode and what the rule finds.

    A new cause opens an alert once. A known one stays quiet until it is worse (:func:`is_worse`): an open alert is
    then announced again, an acknowledged or snoozed one is reopened. A snooze that is over brings the alert back.
    Without a cause a live alert closes. Running the same date again gives ``KEEP`` or ``NOTHING``.
    """
    if live is None:
        return Step.OPEN if finding is not None and finding.fires else Step.NOTHING
    if finding is None:
        return Step.CLOSE
    if is_worse(live=live, finding=finding, setting=setting):
        return Step.WORSEN if live.state == AlertState.OPEN else Step.REOPEN
    if live.state == AlertState.SNOOZED and live.snoozed_until is not None and live.snoozed_until <= as_of:
        return Step.RETURN
    return Step.KEEP


def is_worse(*, live: Episode, finding: Finding, setting: RuleSetting) -> bool:
    """True if the level rose by the rule's step, or the amount by its growth, since the alert last rang.

    A rule without a step repeats on any rise. Example: rung at 31 days with step 30, it repeats at 61 days.
    """
    step = setting.numbers.get("step", Decimal(0))
    if finding.level > live.announced_level and finding.level >= live.announced_level + step:
        return True
    growth = setting.numbers.get("growth_percent")
    if growth is None or finding.amount_base is None or not live.announced_amount:
        return False
    return finding.amount_base >= live.announced_amount * (1 + growth / _HUNDRED)
