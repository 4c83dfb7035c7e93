"""Bank statements of a document: handed to those who take them; what was refused is told beside."""

from __future__ import annotations

from typing import Any

from core.models import User
from invoices.domain.documents import DocumentState
from invoices.intake.reasons import FileRefused
from invoices.intake.statements.outcome import Outcome, RefusedStatement
from invoices.models import IncomingDocument
from invoices.services.bank.taking import take_statements
from invoices.services.documents.reading import problem_of


def take_statements_of(row: IncomingDocument, outcome: Outcome, *, actor: User | None) -> None:
    """Statements that add up are taken, each once whatever file it comes in; a refused one stops no other.

    The document is refused where none was taken; else what was refused stands among its warnings.
    """
    taken = take_statements(outcome, document=row, actor=actor)
    row.warnings = [_warning(one) for one in taken.refused]
    if not taken.statements:
        nothing = FileRefused("statement_empty", expected=":20: / Stmt", rule="")
        row.state = DocumentState.REFUSED
        row.problem = problem_of(taken.refused[0].refusal if taken.refused else nothing)
        row.warnings = row.warnings[1:]
        return
    is_new = any(one.is_new for one in taken.statements)
    row.state = DocumentState.POSTED if is_new else DocumentState.UNCHANGED
    row.problem = None


def _warning(one: RefusedStatement) -> dict[str, Any]:
    params = {"part": f"{one.position}: {one.name}", "problem": one.refusal.message, "code": one.refusal.code}
    return {"code": "statement_refused", "params": params}
