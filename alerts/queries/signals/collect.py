"""All signals of one date, with what is needed to decide which alerts have lost their cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from alerts.domain.findings import Finding, Subject
from alerts.domain.ledger import ControlTotal, Proof, find_disproof, find_mismatch
from alerts.domain.settings import RuleSetting
from alerts.domain.states import Rule
from alerts.queries.signals.groups import related_findings
from alerts.queries.signals.items import list_overdue_items, overdue_findings, stage_items
from alerts.queries.signals.orders import unapproved_findings
from alerts.queries.signals.payers import payer_findings
from alerts.queries.signals.payments import behaviour_findings, read_payments
from alerts.queries.signals.scores import has_scores, score_findings
from alerts.queries.signals.shares import share_findings
from core.domain.rates import RateTable
from core.queries.rates import rate_table
from core.queries.sql import fetch_all

_Find = Callable[[RuleSetting], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Close:
    """The question of one date: as of when, as known when, in which base currency.

    ``control`` are the ledger's control totals, None where they were not looked at; ``proof`` is the latest proof of
    the ledger against its entries, None where there was none yet.
    """

    as_of: date
    known_at: datetime
    base_currency: str
    control: Sequence[ControlTotal] | None = None
    proof: Proof | None = None

    def on_missed(self, day: date) -> Close:
        """The same for a date before, on which nobody checked the ledger."""
        return replace(self, as_of=day, control=None, proof=None)


@dataclass(frozen=True, slots=True)
class Signals:
    """Findings by subject, and the rules that had their say: only their alerts may close."""

    findings: Mapping[Subject, Finding]
    evaluated: frozenset[Rule]


def find_signals(close: Close, settings: Mapping[Rule, RuleSetting]) -> Signals:
    """Evaluate every rule for one date; call it inside a transaction, which keeps the date's items.

    A rule that is switched off finds nothing and its alerts close. A rule without its data (scores of a date that was
    never scored, control totals that nobody looked at) is not evaluated and leaves its alerts alone.
    """
    rates = rate_table(base=close.base_currency, as_of=close.as_of, known_at=close.known_at)
    stage_items(as_of=close.as_of, known_at=close.known_at, rates=rates)
    finders = _finders(close, settings, rates)
    found = [f for rule, find in finders.items() if settings[rule].is_enabled for f in find(settings[rule])]
    findings = {finding.subject: finding for finding in _with_amounts(found)}
    off = {rule for rule, setting in settings.items() if not setting.is_enabled}
    return Signals(findings=findings, evaluated=frozenset(off | set(finders)))


def _finders(close: Close, settings: Mapping[Rule, RuleSetting], rates: RateTable) -> dict[Rule, _Find]:
    as_of, known_at = close.as_of, close.known_at
    items = list_overdue_items()
    windows = (settings[rule].whole("window_days") for rule in (Rule.PAYMENT_PERIOD, Rule.SUDDEN_TURN))
    payments = read_payments(as_of=as_of, known_at=known_at, window_days=max(windows))
    behaviour = partial(behaviour_findings, payments, as_of=as_of)
    shares = partial(share_findings, as_of=as_of, known_at=known_at, base_currency=close.base_currency)
    payers = partial(payer_findings, as_of=as_of, known_at=known_at, rates=rates)
    finders: dict[Rule, _Find] = {
        Rule.OVERDUE_15: partial(overdue_findings, items),
        Rule.OVERDUE_30: partial(overdue_findings, items),
        Rule.RELATED_PARTY_LATE: partial(related_findings, items, as_of=as_of, known_at=known_at),
        Rule.PAYMENT_PERIOD: behaviour,
        Rule.SUDDEN_TURN: behaviour,
        Rule.CONCENTRATION_BUYER: shares,
        Rule.CONCENTRATION_GROUP: shares,
        Rule.CONCENTRATION_COUNTRY: shares,
        Rule.PAYER_ACCOUNT_CHANGED: payers,
        Rule.PAYER_NOT_BUYER: payers,
        Rule.RECEIPT_TWICE: payers,
        Rule.SHIPPED_UNAPPROVED: partial(unapproved_findings, as_of=as_of, known_at=known_at, rates=rates),
    }
    if has_scores(as_of):
        finders[Rule.SCORE_FELL] = partial(score_findings, as_of=as_of, known_at=known_at)
    if close.control is not None:
        finders[Rule.LEDGER_MISMATCH] = partial(_ledger_findings, close.control, close.proof)
    return finders


def _ledger_findings(control: Sequence[ControlTotal], proof: Proof | None, setting: RuleSetting) -> Iterator[Finding]:
    for total in control:
        if finding := find_mismatch(total=total, setting=setting):
            yield finding
    if proof is not None and (finding := find_disproof(proof=proof, setting=setting)):
        yield finding


def _with_amounts(found: Sequence[Finding]) -> Iterator[Finding]:
    """Findings about a buyer's behaviour carry what the buyer owes: the worklist is ranked by money."""
    ids = [f.buyer_id for f in found if f.amount_base is None and f.buyer_id is not None]
    sql = "SELECT buyer_id, sum(base_open) FROM signal_item WHERE buyer_id = ANY(%(ids)s) GROUP BY buyer_id"
    owed = dict(fetch_all(sql, {"ids": ids}))
    for finding in found:
        amount = finding.amount_base
        yield finding if amount is not None else replace(finding, amount_base=owed.get(finding.buyer_id))
