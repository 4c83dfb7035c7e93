"""What an e-invoice asks of the ledger, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from buyers.services.registry import BuyerRow
from core.models import User
from invoices.domain.documents import DocumentState
from invoices.domain.einvoices import Claim, Plan
from invoices.models import CreditNote, Invoice, Receipt
from invoices.services.bulks.taking import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be posted, for whom: ``series`` stands before the numbers of the company that sells.

    ``buyer`` is whom the source names, ``buyer_id`` who that is in the registry.
    """

    claim: Claim
    plan: Plan
    buyer: BuyerRow
    buyer_id: int
    source: str
    series: str
    order: str
    today: date
    actor: User | None

    @property
    def caller(self) -> Caller:
        """For whom records are put."""
        return Caller(self.source, self.today, self.actor)

    def external_id(self, number: str = "") -> str:
        """The source's number of a document of ours."""
        return self.series + (number or self.claim.number)


@dataclass(slots=True, kw_only=True)
class Posted:
    """What became of it; ``warnings`` are {code, params}."""

    state: DocumentState = DocumentState.POSTED
    invoice: Invoice | None = None
    parts: int = 0
    credit_note: CreditNote | None = None
    receipt: Receipt | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def warn(self, code: str, **params: object) -> None:
        """Remark on what was posted."""
        self.warnings.append({"code": code, "params": {name: str(value) for name, value in params.items()}})
