"""What a rule finds about one subject on one date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from alerts.domain.states import Rule, SubjectType


class Subject(NamedTuple):
    """The key of an episode: a rule and what it is about.

    ``key``: id of a buyer, group or order, country code, currency, or "entries".
    """

    rule: Rule
    type: SubjectType
    key: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The cause of an alert holds today.

    ``level`` says how bad, in the rule's own unit. ``fires`` False means: not bad enough to open an alert, but an
    alert that is open stays open (so that a share that swings around its threshold does not ring every night).
    ``evidence`` holds figures and rows, decimals as strings, dates as ISO text.
    """

    subject: Subject
    level: Decimal
    severity: int
    evidence: Mapping[str, Any] = field(default_factory=dict)
    amount_base: Decimal | None = None
    buyer_id: int | None = None
    group_id: int | None = None
    fires: bool = True


def buyer_subject(rule: Rule, buyer_id: int) -> Subject:
    """A subject that is one buyer."""
    return Subject(rule, SubjectType.BUYER, str(buyer_id))
