"""Bank statements of a document: handed to those who take them."""

from __future__ import annotations

from core.models import User
from invoices.domain.documents import DocumentState
from invoices.intake.statements.outcome import Outcome
from invoices.models import IncomingDocument


def take_statements_of(row: IncomingDocument, outcome: Outcome, *, actor: User | None) -> None:
    """Statements are read and wait."""
    row.state, row.problem = DocumentState.WAITING, {"code": "statements_wait", "params": {}}
