"""Insurers' limits out of a file: what is wrong with a row keeps that row out, never the others."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from buyers.models import Buyer, BuyerCode
from core.access.scope import require
from core.cli import amount_text
from core.domain.roles import Permission
from core.errors import DomainError
from core.language import in_language
from core.models import User
from core.money import Money
from core.services import audit
from cover.domain.insured import InsuredDecision, check_decision
from cover.intake.insured_limits import DecisionRow, RowProblem, open_decisions
from cover.models import InsuredLimit
from cover.services.decisions import Outcome, Sorted, lock_decisions, sort_out, write_decisions

QUARANTINE_SHOWN = 10_000
QUARANTINE_KEPT = 200
TAKEN = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)


@dataclass(slots=True)
class Loaded:
    """What became of a file: ``rows = created + updated + unchanged + quarantined``, and the same for the sums."""

    is_dry_run: bool
    sha256: str
    counts: Counter[str] = field(default_factory=Counter)
    sums: dict[str, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Decimal)))
    problems: list[RowProblem] = field(default_factory=list)
    rows_without_amount: int = 0

    def count(self, outcome: str, currency: str, amount: Decimal | None) -> None:
        """One row and its amount; a row whose amount cannot be read is in no sum."""
        self.counts[outcome] += 1
        if amount is None:
            self.rows_without_amount += 1
        else:
            self.sums[outcome][currency] += amount

    def as_json(self) -> dict[str, Any]:
        """Ready for ``--json`` and for pages."""
        outcomes = (*map(str, TAKEN), "quarantined")
        return {
            "rows": self.counts.total(),
            **{outcome: self.counts[outcome] for outcome in outcomes},
            "file_totals": _texts(_added(self.sums[outcome] for outcome in outcomes)),
            "sums": {outcome: _texts(self.sums[outcome]) for outcome in outcomes},
            "rows_without_amount": self.rows_without_amount,
            "quarantine": [_problem(row) for row in self.problems[:QUARANTINE_SHOWN]],
            "quarantine_omitted": max(0, len(self.problems) - QUARANTINE_SHOWN),
            "sha256": self.sha256,
            "dry_run": self.is_dry_run,
        }


@transaction.atomic
def load_insured_limits(path: Path, *, actor: User | None, is_dry_run: bool = False, name: str | None = None) -> Loaded:
    """Take a file of decisions; rows that cannot be taken are quarantined, the others stored in one transaction.

    ``actor`` None is the command line; a person needs ``cover:write``. ``name`` is the file's own name where an upload
    is stored under another. Raises ``FileRefused`` if the file as a whole cannot be read. The quarantined rows are in
    the answer and in the audit trail; a corrected file takes what is missing, the rest of it is ``unchanged``.
    """
    if actor is not None:
        require(actor, Permission.COVER_WRITE)
    with open_decisions(path, name=name) as outcomes:
        loaded = Loaded(is_dry_run=is_dry_run, sha256=_sha256(path))
        rows = _readable(outcomes, loaded)
    if not is_dry_run:
        lock_decisions()
    found = _sort_rows(rows, loaded)
    loaded.problems.sort(key=lambda problem: problem.line)
    if not is_dry_run:
        _audit_file(loaded, write_decisions(found, actor=actor), actor)
    return loaded


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _readable(
    outcomes: Iterable[DecisionRow | RowProblem], loaded: Loaded
) -> list[tuple[DecisionRow, InsuredDecision]]:
    read: list[DecisionRow] = []
    for outcome in outcomes:
        if isinstance(outcome, RowProblem):
            _quarantine(outcome, loaded)
        else:
            read.append(outcome)
    buyers = _buyers({row.buyer_code for row in read})
    return [(row, decision) for row in read if (decision := _decision(row, buyers, loaded)) is not None]


def _buyers(codes: set[str]) -> dict[str, int]:
    """Buyers by our code, else by a source's code where only one buyer is called so."""
    named: dict[str, set[int]] = defaultdict(set)
    for code, buyer_id in BuyerCode.objects.filter(external_id__in=codes).values_list("external_id", "buyer_id"):
        named[code].add(buyer_id)
    found = {code: next(iter(ids)) for code, ids in named.items() if len(ids) == 1}
    return found | dict(Buyer.objects.filter(code__in=codes).values_list("code", "pk"))


def _decision(row: DecisionRow, buyers: dict[str, int], loaded: Loaded) -> InsuredDecision | None:
    if row.buyer_code not in buyers:
        _refuse(row, loaded, "buyer_code", row.buyer_code, "buyer_unknown")
        return None
    decision = InsuredDecision(
        buyer_id=buyers[row.buyer_code],
        insurer=row.insurer,
        number=row.number,
        amount=Money(row.amount, row.currency),
        percent=row.percent,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        policy=row.policy,
        conditions=row.conditions,
    )
    try:
        check_decision(decision)
    except DomainError as error:
        name = str(error.params["field"])
        _refuse(row, loaded, name, row.cell(name), "refused", problem=in_language(error.message))
        return None
    return decision


def _sort_rows(rows: Sequence[tuple[DecisionRow, InsuredDecision]], loaded: Loaded) -> list[Sorted]:
    """What is to be written; doubles inside the file and contradictions are taken out."""
    found = sort_out([decision for _, decision in rows])
    by_key: dict[tuple[str, str, date], list[tuple[DecisionRow, Sorted]]] = defaultdict(list)
    for (row, _), item in zip(rows, found, strict=True):
        by_key[item.decision.insurer, item.decision.number, item.decision.valid_from].append((row, item))
    taken: list[Sorted] = []
    for same in by_key.values():
        taken += _take(same, loaded)
    return taken


def _take(same: list[tuple[DecisionRow, Sorted]], loaded: Loaded) -> list[Sorted]:
    first_row, first = same[0]
    if other := next((row for row, item in same if item.decision != first.decision), None):
        for row, item in same:
            line = first_row.line if row is not first_row else other.line
            _refuse(row, loaded, "number", item.decision.number, "duplicate_in_file", other_line=line)
        return []
    if first.known is not None and first.outcome is Outcome.OTHER_BUYER:
        for row, item in same:
            known = first.known.buyer.code
            _refuse(row, loaded, "number", item.decision.number, Outcome.OTHER_BUYER.value, known=known)
        return []
    loaded.count(first.outcome, first_row.currency, first_row.amount)
    for row, _ in same[1:]:
        loaded.count(Outcome.UNCHANGED, row.currency, row.amount)
    return [first]


def _refuse(row: DecisionRow, loaded: Loaded, name: str, value: str, reason: str, **params: object) -> None:
    problem = RowProblem(row.line, name, value, reason, params, row.raw)
    _quarantine(replace(problem, currency=row.currency, amount=row.amount), loaded)


def _quarantine(problem: RowProblem, loaded: Loaded) -> None:
    loaded.problems.append(problem)
    loaded.count("quarantined", problem.currency, problem.amount)


def _problem(row: RowProblem) -> dict[str, Any]:
    return {
        "line": row.line,
        "field": row.field,
        "value": row.value,
        "reason": row.reason,
        "message": row.message,
        "row": dict(row.raw),
    }


def _added(sums: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = defaultdict(Decimal)
    for part in sums:
        for currency, amount in part.items():
            total[currency] += amount
    return total


def _texts(sums: Mapping[str, Decimal]) -> dict[str, str]:
    return {currency: amount_text(sums[currency], currency) for currency in sorted(sums)}


def _audit_file(loaded: Loaded, rows: Sequence[InsuredLimit], actor: User | None) -> None:
    answer = loaded.as_json()
    answer["rows_in_file"] = answer.pop("rows")  # "rows" names the sealed rows in an event
    answer["quarantine"] = answer["quarantine"][:QUARANTINE_KEPT]
    audit.record(
        actor=actor,
        action="cover.insured_limits.loaded",
        subject_type="file",
        subject_id=loaded.sha256,
        data=answer,
        rows=rows,
    )
