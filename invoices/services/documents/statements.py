"""Bank statements of a document: kept until they are taken."""

from __future__ import annotations

from invoices.domain.documents import DocumentState
from invoices.intake.statements.outcome import Outcome
from invoices.models import IncomingDocument
from invoices.services.documents.reading import problem_of


def take_statements_of(row: IncomingDocument, outcome: Outcome) -> None:
    """Refused with the first one's reason if the reader took none of them; else they wait."""
    if not outcome.statements:
        row.state, row.problem = DocumentState.REFUSED, problem_of(outcome.refused[0].refusal)
    else:
        row.state, row.problem = DocumentState.WAITING, {"code": "statements_wait", "params": {}}
