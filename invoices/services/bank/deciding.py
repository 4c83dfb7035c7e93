"""What people decide on bank lines: which invoices were paid, that it is no receipt, that a match was wrong.

Each decision names the version of the line that it was made from; of two at the same time one wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from buyers.models import Buyer
from core.access.scope import require
from core.domain.roles import Permission
from core.errors import Conflict, DomainError, InvalidTransition, NotFound
from core.models import User
from core.services import audit
from core.words import Sentence
from core.words import sentence as _
from invoices.domain.bank import WAITING, LineState
from invoices.domain.kinds import EntryKind
from invoices.domain.posting import ADJUSTMENTS, check_amount
from invoices.models import BankLine, Invoice, Receipt
from invoices.queries.matching_settings import current_numbers
from invoices.services.bank.payers import forget_payer, learn_payer, payer_warnings
from invoices.services.bank.posting import Share, post_line, return_money, take_back
from invoices.services.bank.proposing import propose_lines

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """``amount`` of the line, in the invoice's currency, for one invoice.

    ``source_amount`` is what it uses of the line, needed only where the currencies differ. Another ``kind`` than
    receipt (discount, withholding tax) is given away beside the money.
    """

    invoice_id: int
    amount: Decimal
    kind: EntryKind = EntryKind.RECEIPT
    source_amount: Decimal | None = None


@transaction.atomic
def confirm_line(
    *,
    line_id: int,
    version: int,
    buyer_id: int,
    allocations: Sequence[Allocation] = (),
    charge: Decimal = ZERO,
    actor: User,
) -> BankLine:
    """Post the line as a receipt of the buyer, allocated so; what is left stays unapplied.

    ``charge`` is a fee that banks kept on the way and that we bear: taken off what stays open of these invoices, in
    their order. Raises ``bank_line_changed`` (somebody was faster), ``buyer_not_found``, ``allocation_repeated``,
    ``allocated_more``, ``charge_too_large``, and what the ledger refuses.
    """
    line = _claim(line_id, version, actor, WAITING)
    if line.amount <= 0:
        raise _refused("line_not_a_credit", "line", line.pk, _("The line is no credit: nothing came in by it."))
    if not Buyer.objects.filter(pk=buyer_id).exists():
        message = _("There is no buyer %(pk)s.", pk=buyer_id)
        raise NotFound("buyer_not_found", message, {"field": "buyer", "value": str(buyer_id)})
    shares = [_share(one) for one in allocations]
    _check_shares(line, shares)
    shares += _charge_shares(shares, charge)
    line.warnings = payer_warnings(line, buyer_id, rest=line.warnings)
    receipt = post_line(line, buyer_id=buyer_id, shares=shares, actor=actor)
    learn_payer(line, buyer_id, actor=actor)
    line.buyer_id = buyer_id
    return _decided(line, LineState.POSTED, actor, "confirmed", receipt=receipt.pk, buyer=buyer_id)


@transaction.atomic
def confirm_return(*, line_id: int, version: int, returned_line_id: int, actor: User) -> BankLine:
    """The money of a posted line went back by this debit: its receipt bounces, its invoices are open again.

    Raises ``bank_line_changed``, ``line_not_posted``, ``already_bounced``, ``return_differs`` (another amount,
    currency or account).
    """
    line = _claim(line_id, version, actor, WAITING)
    return post_return(line, _lock(returned_line_id), actor=actor)


def post_return(line: BankLine, returned: BankLine, *, actor: User | None) -> BankLine:
    """:func:`confirm_return` of lines that are locked."""
    theirs = (returned.account_id, returned.currency, -returned.amount)
    if (line.account_id, line.currency, line.amount) != theirs:
        detail = _("A return is the same amount out of the same account; the credit was %(amount)s.", amount=-theirs[2])
        raise _refused("return_differs", "returned_line", returned.pk, detail)
    line.receipt = return_money(line, returned, actor=actor)
    line.buyer_id = returned.buyer_id
    return _decided(line, LineState.POSTED, actor, "returned", returned=returned.pk, receipt=line.receipt.pk)


@transaction.atomic
def ignore_line(*, line_id: int, version: int, reason: str, actor: User) -> BankLine:
    """The line is no money from a buyer; ``reason`` says what. Raises ``bank_line_changed``, ``reason_needed``."""
    line = _claim(line_id, version, actor, WAITING)
    line.reason = _reason(reason)
    return _decided(line, LineState.IGNORED, actor, "ignored", reason=line.reason)


@transaction.atomic
def undo_line(*, line_id: int, version: int, reason: str, actor: User) -> BankLine:
    """Take a posting back by reversal: allocations, charges and receipt, each on its own day.

    The line is open again, and what was undone is not proposed for it again. Of a return, the credit that it took back
    is open again instead, to be posted anew. Raises ``bank_line_changed``, ``reason_needed``, ``line_returned`` (the
    money went back by another line: undo that one first).
    """
    line = _claim(line_id, version, actor, (LineState.POSTED, LineState.IGNORED))
    line.reason = _reason(reason)
    _check_not_returned(line)
    if line.receipt is not None and line.receipt.reverses_id is not None:
        _open_returned(line, line.receipt.reverses_id, actor)
    elif line.receipt is not None:
        line.refuted = [*line.refuted, _posted(line, line.receipt)]
        take_back(line, reason=line.reason, actor=actor)
        forget_payer(line)
    line.receipt = line.buyer = None
    _decided(line, LineState.UNDONE, actor, "undone", reason=line.reason)
    propose_lines([line], current_numbers())
    return line


def _check_not_returned(line: BankLine) -> None:
    """Posted anew, money that the bank took back would stand in the books for good."""
    if line.receipt_id is None:
        return
    debit = BankLine.objects.filter(receipt__reverses=line.receipt_id, state=LineState.POSTED).first()
    if debit is not None:
        message = _("The money of this line went back by bank line %(line)s; undo that one first.", line=debit.pk)
        raise Conflict("line_returned", message, {"field": "line", "value": str(line.pk), "returned_by": debit.pk})


def _open_returned(line: BankLine, receipt_id: int, actor: User) -> None:
    """The receipt of the credit stays bounced: its line waits to be posted as a new one."""
    returned = BankLine.objects.select_for_update().get(receipt=receipt_id, state=LineState.POSTED)
    returned.receipt, returned.adjustments, returned.buyer_id = None, [], None
    _decided(returned, LineState.UNDONE, actor, "reopened", by=line.pk)


def _posted(line: BankLine, receipt: Receipt) -> dict[str, Any]:
    used = receipt.allocations.filter(kind=EntryKind.RECEIPT, reversed_by__isnull=True)
    return {"buyer": line.buyer_id, "invoices": sorted(used.values_list("invoice_id", flat=True))}


@transaction.atomic
def propose_again(line_id: int, actor: User) -> BankLine:
    """Look for the line's invoices anew, e.g. after they were posted; nothing posts by itself."""
    require(actor, Permission.LEDGER_IMPORT)
    line = _lock(line_id)
    if line.state not in (*WAITING, LineState.IGNORED):
        raise InvalidTransition(current=line.state, allowed=tuple(WAITING))
    before, line.version = line.state, line.version + 1
    propose_lines([line], current_numbers())
    record(line, "looked_again", actor, before=before, state=line.state)
    return line


def _claim(line_id: int, version: int, actor: User, allowed: tuple[LineState, ...]) -> BankLine:
    require(actor, Permission.LEDGER_IMPORT)
    line = _lock(line_id)
    if line.version != version:
        raise Conflict(
            "bank_line_changed",
            _("Somebody else has decided on this line; look again."),
            {"field": "version", "value": str(version), "known": line.version},
        )
    if line.state not in allowed:
        raise InvalidTransition(current=line.state, allowed=tuple(allowed))
    return line


def _lock(line_id: int) -> BankLine:
    found = BankLine.objects.select_for_update(of=("self",)).select_related("account", "receipt").filter(pk=line_id)
    line = found.first()
    if line is None:
        detail = _("There is no bank line %(pk)s.", pk=line_id)
        raise NotFound("bank_line_not_found", detail, {"field": "line", "value": str(line_id)})
    return line


def _decided(line: BankLine, state: LineState, actor: User | None, verb: str, **data: Any) -> BankLine:
    line.state, line.version = state, line.version + 1
    line.decided_by, line.decided_at = actor, timezone.now()
    line.save()
    record(line, verb, actor, **data)
    return line


def record(line: BankLine, verb: str, actor: User | None, **data: Any) -> None:
    """The audit event of a decision."""
    audit.record(
        actor=actor, action=f"invoices.bank_line.{verb}", subject_type="bank_line", subject_id=line.pk, data=data
    )


def _share(one: Allocation) -> Share:
    return Share(invoice_id=one.invoice_id, amount=one.amount, kind=one.kind, source_amount=one.source_amount)


def _check_shares(line: BankLine, shares: Sequence[Share]) -> None:
    if len({(share.invoice_id, share.kind) for share in shares}) < len(shares):
        raise _refused("allocation_repeated", "allocations", line.pk, _("Name each invoice once."))
    for share in shares:
        if share.kind is not EntryKind.RECEIPT and share.kind not in ADJUSTMENTS:
            raise _refused("kind_invalid", "allocations", share.kind, _("Only receipts and adjustments are posted so."))
    money = [share for share in shares if share.kind is EntryKind.RECEIPT]
    used = sum((share.amount if share.source_amount is None else share.source_amount for share in money), ZERO)
    if used > line.amount:
        detail = _("The line brought %(amount)s %(currency)s; at most that can be allocated.", **_money(line))
        raise _refused("allocated_more", "allocations", used, detail)


def _money(line: BankLine) -> dict[str, str]:
    return {"amount": f"{line.amount.normalize():f}", "currency": line.currency}


def _charge_shares(shares: Sequence[Share], charge: Decimal) -> list[Share]:
    """The fee on what these invoices still have open beyond the shares, in their order."""
    if charge == 0:
        return []
    found, left = [], charge
    given: dict[int, Decimal] = {}
    for share in shares:
        given[share.invoice_id] = given.get(share.invoice_id, ZERO) + share.amount
    known = Invoice.objects.in_bulk(given)
    for invoice_id, amount in given.items():
        invoice = known.get(invoice_id)
        if invoice is not None and (part := max(min(left, invoice.open_amount - amount), ZERO)):
            check_amount(amount=part, currency=invoice.currency, field="charge")
            found.append(Share(invoice_id=invoice_id, amount=part, kind=EntryKind.BANK_CHARGE))
            left -= part
    if left != 0:
        detail = _("After these allocations at most %(most)s stays open to carry a charge.", most=charge - left)
        raise _refused("charge_too_large", "charge", charge, detail)
    return found


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason or len(reason) > 300:
        raise _refused("reason_needed", "reason", text[:60], _("Say why, in at most 300 characters."))
    return reason


def _refused(code: str, field: str, value: object, detail: Sentence) -> DomainError:
    return DomainError(code, detail, {"field": field, "value": str(value)})
