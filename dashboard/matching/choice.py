"""What is chosen on the desk for a line: the proposal, one of its alternatives, or what a person ticked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from core.errors import DomainError
from dashboard.forms import code_of
from invoices.domain.kinds import EntryKind
from invoices.services.bank.deciding import Allocation

ZERO = Decimal(0)
_AMOUNT = re.compile(r"\d{1,16}(\.\d{1,4})?", re.ASCII)
OFF_KINDS = (EntryKind.BANK_CHARGE, EntryKind.DISCOUNT, EntryKind.WITHHOLDING_TAX)


@dataclass(frozen=True, slots=True)
class Part:
    """What one invoice gets: money of the line, and what is taken off it beside."""

    paid: Decimal = ZERO
    off: Decimal = ZERO
    kind: EntryKind = EntryKind.BANK_CHARGE
    source_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose money it is, and which invoices it pays, in the order of the desk."""

    buyer_id: int | None = None
    buyer_code: str = ""
    parts: Mapping[int, Part] = field(default_factory=dict)

    @property
    def used(self) -> Decimal:
        """What is chosen of the line's own amount."""
        zero = ZERO
        return sum((p.paid if p.source_amount is None else p.source_amount for p in self.parts.values()), zero)

    def allocations(self) -> list[Allocation]:
        """As the service takes them."""
        return [one for invoice_id, part in self.parts.items() for one in _allocations(invoice_id, part)]


def _allocations(invoice_id: int, part: Part) -> Iterable[Allocation]:
    if part.paid:
        yield Allocation(invoice_id=invoice_id, amount=part.paid, source_amount=part.source_amount)
    if part.off:
        yield Allocation(invoice_id=invoice_id, amount=part.off, kind=part.kind)


def proposed(proposal: Mapping[str, Any] | None, number: int = 0) -> Choice:
    """The proposal of a line, or its n-th alternative; nothing if there is none."""
    alternatives = (proposal or {}).get("alternatives", [])
    found = alternatives[number - 1] if 0 < number <= len(alternatives) else proposal
    if not found or found.get("buyer") is None:
        return Choice()
    parts: dict[int, Part] = {}
    for one in found.get("allocations", []):
        parts[one["invoice"]] = _with(parts.get(one["invoice"], Part()), one)
    return Choice(buyer_id=found["buyer"], parts=parts)


def _with(part: Part, one: Mapping[str, Any]) -> Part:
    amount = Decimal(one["amount"])
    if one.get("kind", EntryKind.RECEIPT) == EntryKind.RECEIPT:
        used = one.get("source_amount")
        return Part(amount, part.off, part.kind, None if used is None else Decimal(used))
    return Part(part.paid, part.off + amount, EntryKind(one["kind"]), part.source_amount)


def ticked(given: QueryDict) -> Choice:
    """What a person ticked: ``item`` by invoice, with ``paid-``, ``off-`` and ``kind-`` of each.

    Raises ``amount_invalid`` at the field.
    """
    ids = [int(pk) for pk in given.getlist("item") if pk.isascii() and pk.isdecimal() and len(pk) < 19]
    return Choice(buyer_code=code_of(given.get("buyer", "")), parts={pk: _part(given, pk) for pk in ids})


def _part(given: QueryDict, pk: int) -> Part:
    kind = given.get(f"kind-{pk}", "")
    return Part(
        paid=_amount(given, f"paid-{pk}") or ZERO,
        off=_amount(given, f"off-{pk}") or ZERO,
        kind=EntryKind(kind) if kind in OFF_KINDS else EntryKind.BANK_CHARGE,
        source_amount=_amount(given, f"used-{pk}"),
    )


def _amount(given: QueryDict, name: str) -> Decimal | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    if not _AMOUNT.fullmatch(text):
        raise DomainError(
            "amount_invalid",
            _("Write the amount in plain digits, such as 1234.56."),
            {"field": name, "value": text[:40]},
        )
    return Decimal(text)
