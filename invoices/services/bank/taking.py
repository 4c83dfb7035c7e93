"""Statements into lines: each statement once, each payment once whoever tells of it, totals as in the file."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Max
from django.utils import timezone

from core.house import day_of
from core.models import User
from core.services import audit
from core.services.runs import enqueue_once
from invoices.domain.bank import WAITING, LineState, LineWarning
from invoices.domain.bank_identity import Likeness, fingerprint
from invoices.intake.reasons import FileRefused
from invoices.intake.statements.outcome import Outcome, RefusedStatement
from invoices.intake.statements.records import Statement
from invoices.models import BankAccount, BankLine, BankStatement, IncomingDocument
from invoices.services.bank.lines import lines_of
from invoices.services.bank.statement_checks import warnings_of
from invoices.services.bank.tellings import KnownPayments, telling_of

MATCH_TASK = "invoices.match_lines"
_LARGEST, _DECIMALS = Decimal("1e16"), 4


@dataclass(frozen=True, slots=True)
class TakenStatement:
    """One statement: its lines, those that tell of a payment for the first time, and its control totals."""

    statement_id: int
    is_new: bool
    lines: int = 0
    new_lines: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class TakenStatements:
    """What became of a file. ``credits`` and ``debits``: booked sums of all its statements by currency, as it says."""

    statements: tuple[TakenStatement, ...]
    refused: tuple[RefusedStatement, ...]
    credits: dict[str, Decimal] = field(default_factory=dict)
    debits: dict[str, Decimal] = field(default_factory=dict)

    @property
    def new_lines(self) -> int:
        """Payments told for the first time."""
        return sum(one.new_lines for one in self.statements)


def take_statements(outcome: Outcome, *, document: IncomingDocument | None, actor: User | None) -> TakenStatements:
    """Store the statements of a file in the caller's transaction, and have their lines matched after it.

    The same statement again is the one on record. A statement with an amount that no ledger holds is refused as a
    whole, like those that the reader refused.
    """
    taken, refused = [], list(outcome.refused)
    refusals = [_refusal(one) for one in outcome.statements]
    accounts = _lock_accounts(one for one, refusal in zip(outcome.statements, refusals, strict=True) if refusal is None)
    received: defaultdict[str, Decimal] = defaultdict(Decimal)
    paid: defaultdict[str, Decimal] = defaultdict(Decimal)
    for position, (statement, refusal) in enumerate(zip(outcome.statements, refusals, strict=True), start=1):
        if refusal is not None:
            name = statement.number or statement.identification
            refused.append(RefusedStatement(position=position, name=name, refusal=refusal))
            continue
        taken.append(_take(statement, accounts[_account_key(statement)], document, actor))
        received[statement.currency] += statement.credits
        paid[statement.currency] += statement.debits
    if any(one.waiting for one in taken):
        enqueue_once(MATCH_TASK, [{}])
    return TakenStatements(tuple(taken), tuple(refused), dict(received), dict(paid))


def _refusal(statement: Statement) -> FileRefused | None:
    amounts = [entry.amount for entry in statement.entries]
    amounts += [one.amount for one in (statement.opening, statement.closing) if one is not None]
    for amount in amounts:
        if abs(amount) >= _LARGEST or amount != round(amount, _DECIMALS):
            return FileRefused("amount_too_large", field="Amt", value=f"{amount:f}", rule="")
    return None


def _take(
    statement: Statement, account: BankAccount, document: IncomingDocument | None, actor: User | None
) -> TakenStatement:
    content = hashlib.sha256(repr(statement).encode("utf-8", "surrogatepass")).hexdigest()
    known = BankStatement.objects.filter(content=content).first()
    if known is not None:
        return TakenStatement(known.pk, is_new=False)
    row = _statement_row(statement, account, content, document, actor)
    lines = lines_of(statement, row, fallback=_last_day(statement))
    row.warnings = warnings_of(statement, row)
    row.save()
    replaced = _tell_apart(lines, row)
    BankLine.objects.bulk_create(lines, batch_size=1_000)
    _replace(replaced)
    _audit(row, lines, actor)
    return TakenStatement(
        row.pk,
        is_new=True,
        lines=len(lines),
        new_lines=sum(line.state != LineState.TOLD_BEFORE for line in lines),
        waiting=sum(line.state in WAITING for line in lines),
    )


def _lock_accounts(statements: Iterable[Statement]) -> dict[tuple[str, str], BankAccount]:
    """Our accounts, locked in one order: files of the same accounts are taken one after the other."""
    named = {_account_key(one): one.account for one in statements}
    locked: dict[tuple[str, str], BankAccount] = {}
    for number, currency in sorted(named):
        known = {"bank": named[number, currency].bank[:120], "owner": named[number, currency].owner[:200]}
        rows = BankAccount.objects.select_for_update()
        locked[number, currency] = rows.get_or_create(number=number, currency=currency, defaults=known)[0]
    return locked


def _account_key(statement: Statement) -> tuple[str, str]:
    return statement.account.number[:60], statement.currency


def _statement_row(
    statement: Statement, account: BankAccount, content: str, document: IncomingDocument | None, actor: User | None
) -> BankStatement:
    opening, closing = statement.opening, statement.closing
    return BankStatement(
        document=document,
        account=account,
        format=statement.format[:60],
        kind=statement.kind.value,
        content=content,
        identification=statement.identification[:140],
        number=statement.number[:40],
        sequence=statement.sequence[:40],
        currency=statement.currency,
        opening_amount=opening.amount if opening else None,
        opening_date=opening.day if opening else None,
        closing_amount=closing.amount if closing else None,
        closing_date=closing.day if closing else None,
        credits=statement.credits,
        debits=statement.debits,
        entries=len(statement.entries),
        booked=len(statement.booked),
        actor=actor,
    )


def _last_day(statement: Statement) -> date:
    """The day of lines that have none of their own."""
    days = [one.day for one in (statement.closing, statement.opening) if one is not None and one.day is not None]
    return days[0] if days else day_of(timezone.now())


def _tell_apart(lines: Sequence[BankLine], statement: BankStatement) -> list[tuple[BankLine, BankLine]]:
    """Lines that repeat a payment on record point to it; payments that look alike are counted.

    Returns undecided whole batches on record, each with the first of its payments, which are listed now.
    """
    known = KnownPayments(statement, lines)
    for line in lines:
        line.fingerprint = fingerprint(statement.account.number, telling_of(line))
        if line.status != "booked":
            continue
        found, same = known.find(line)
        if found is Likeness.SAME and same is not None:
            line.same_as, line.state, line.why_not = same, LineState.TOLD_BEFORE, ""
        elif found is Likeness.UNCLEAR and same is not None:
            params = {"line": str(same.pk), "statement": str(same.statement_id)}
            line.warnings = [{"code": LineWarning.POSSIBLE_REPEAT.value, "params": params}]
    _count(lines)
    return list(known.replaced.values())


def _count(lines: Sequence[BankLine]) -> None:
    own = [line for line in lines if line.same_as is None]
    known = BankLine.objects.filter(fingerprint__in={line.fingerprint for line in own}, same_as__isnull=True)
    last = Counter(dict(known.values_list("fingerprint").annotate(last=Max("occurrence"))))
    for line in own:
        last[line.fingerprint] += 1
        line.occurrence = last[line.fingerprint]


def _replace(replaced: Sequence[tuple[BankLine, BankLine]]) -> None:
    """A whole batch that nobody decided on, locked when it was found, gives way to its payments."""
    for batch, line in replaced:
        told = {"same_as": line, "state": LineState.TOLD_BEFORE, "version": batch.version + 1}
        BankLine.objects.filter(pk=batch.pk).update(**told)


def _audit(row: BankStatement, lines: Sequence[BankLine], actor: User | None) -> None:
    states = Counter(line.state for line in lines)
    audit.record(
        actor=actor,
        action="invoices.bank_statement.taken",
        subject_type="bank_statement",
        subject_id=row.pk,
        data={
            "account": row.account.number,
            "credits": str(row.credits),
            "debits": str(row.debits),
            "currency": row.currency,
            "lines": {str(state): count for state, count in states.items()},
        },
    )
