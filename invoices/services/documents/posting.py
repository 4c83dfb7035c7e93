"""An e-invoice into the ledger, by the same postings as every other source: issued, corrected or credited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from buyers.queries.merges import list_records
from invoices.domain.documents import DocumentState
from invoices.domain.einvoices import MOST_PARTS, Action, Held, Part, part_ids
from invoices.intake.document_listing import amount_in
from invoices.models import CreditNote, Invoice, Order
from invoices.queries.known import issued_amounts
from invoices.queries.source_invoices import state_of
from invoices.services.bulks.document_rows import DocumentRow, WantedAllocation
from invoices.services.documents.claims import Asked, Posted
from invoices.services.documents.prepaid import post_prepaid
from invoices.services.documents.reading import Stop
from invoices.services.posting.issue import NewInvoice
from invoices.services.posting.putting import put_invoice
from invoices.services.posting.putting_documents import put_document


def post_claim(asked: Asked) -> Posted:
    """Post it, in the caller's transaction, which holds the source's lock.

    What the ledger has already is left as it is. Raises :class:`Stop`, and what the postings raise.
    """
    if asked.plan.action is Action.CREDIT:
        return _credit(asked)
    if asked.plan.action is Action.CORRECT:
        return _correct(asked)
    return _known_invoice(asked) or _issue(asked)


def _issue(asked: Asked) -> Posted:
    ids = part_ids(asked.external_id(), len(asked.plan.parts))
    order_id = _order_of(asked)
    parts = zip(ids, asked.plan.parts, strict=True)
    issued = [_put(asked, _new(asked, one, part, order_id)) for one, part in parts]
    posted = Posted(invoice=issued[0], parts=len(issued))
    if asked.plan.prepaid:
        post_prepaid(asked, posted, issued[0], asked.plan.prepaid)
    return posted


def _put(asked: Asked, new: NewInvoice) -> Invoice:
    return put_invoice(new, buyer=None, today=asked.today, actor=asked.actor)[1].invoice


def _new(asked: Asked, external_id: str, part: Part, order_id: int | None) -> NewInvoice:
    return NewInvoice(
        buyer_id=asked.buyer_id,
        source=asked.source,
        external_id=external_id,
        number=asked.claim.number,
        currency=asked.claim.currency,
        amount=part.amount,
        invoice_date=asked.claim.issued_on,
        due_date=part.due_date,
        order_id=order_id,
    )


def _order_of(asked: Asked) -> int | None:
    """The order that the document names, if the source told us of it and it is this buyer's."""
    orders = Order.objects.filter(source=asked.source, external_id=asked.order, buyer_id=asked.buyer_id)
    return orders.values_list("pk", flat=True).first() if asked.order else None


def _known_invoice(asked: Asked) -> Posted | None:
    """The invoice, if the ledger has it; raises :class:`Stop` if it has another one under the source's number.

    From another source only the very same one counts: same number, buyer, currency, day and amount.
    """
    own = Invoice.objects.filter(source=asked.source, external_id=asked.external_id()).first()
    if own is not None:
        ids = part_ids(own.external_id, MOST_PARTS)
        found = list(Invoice.objects.filter(source=own.source, external_id__in=ids).order_by("pk"))
        _check_same(asked, own, found)
        return Posted(state=DocumentState.UNCHANGED, invoice=own, parts=len(found))
    elsewhere = Invoice.objects.filter(
        number=asked.claim.number,
        buyer_id__in=list_records([asked.buyer_id]),
        currency=asked.claim.currency,
        invoice_date=asked.claim.issued_on,
        amount=asked.claim.amount,
    )
    known = elsewhere.order_by("pk").first()
    return None if known is None else Posted(state=DocumentState.UNCHANGED, invoice=known, parts=1)


def _check_same(asked: Asked, own: Invoice, parts: Sequence[Invoice]) -> None:
    claim = asked.claim
    issued = sum((part.amount for part in parts), Decimal(0))
    stands = sum(issued_amounts(own.source, [part.external_id for part in parts]).values(), Decimal(0))
    differences = {
        "buyer": (own.buyer_id in list_records([asked.buyer_id]), own.buyer.name, asked.buyer.name),
        "currency": (own.currency == claim.currency, own.currency, claim.currency),
        "invoice_date": (own.invoice_date == claim.issued_on, own.invoice_date, claim.issued_on),
        "amount": (claim.amount in (issued, stands), amount_in(stands, own.currency), f"{claim.amount:f}"),
    }
    for name, (is_same, known, told) in differences.items():
        if not is_same:
            raise _contradiction(asked, own.source, name, known, told)


def _contradiction(asked: Asked, source: str, name: str, known: object, value: object) -> Stop:
    params = {"number": asked.claim.number, "source": source, "field": name, "known": known, "value": value}
    return Stop(Held(code="number_known", params=params))


def _correct(asked: Asked) -> Posted:
    """The original as it should have been: reversal and new issue on the same invoice, payments stay."""
    number = asked.plan.originals[0]
    original = Invoice.objects.filter(source=asked.source, external_id=asked.external_id(number)).first()
    if original is None:
        params = {"value": number, "source": asked.source, "external_id": asked.external_id(number)}
        raise Stop(Held(code="original_unknown", params=params))
    if Invoice.objects.filter(source=asked.source, external_id=part_ids(original.external_id, 2)[1]).exists():
        raise Stop(Held(code="original_in_parts", params={"value": number}))
    before = state_of(original)
    (part,) = asked.plan.parts
    after = _put(asked, _corrected(original, part, asked))
    paid = part.amount - after.open_amount  # of the locked invoice: a payment may have come just before
    posted = Posted(invoice=after, parts=1)
    posted.warn(
        "corrected",
        value=number,
        known=amount_in(before.amount, after.currency),
        amount=amount_in(part.amount, after.currency),
        currency=after.currency,
    )
    if asked.plan.prepaid > paid:
        post_prepaid(asked, posted, after, asked.plan.prepaid - paid)
    return posted


def _corrected(original: Invoice, part: Part, asked: Asked) -> NewInvoice:
    return NewInvoice(
        buyer_id=asked.buyer_id,
        source=original.source,
        external_id=original.external_id,
        number=original.number,
        currency=asked.claim.currency,
        amount=part.amount,
        invoice_date=original.invoice_date,
        due_date=part.due_date,
        terms=original.terms,
        order_id=original.order_id,
    )


def _credit(asked: Asked) -> Posted:
    """A credit note for the amount; set against the invoice that it names as far as that is open."""
    number = asked.external_id()
    known = CreditNote.objects.filter(source=asked.source, external_id=number).first()
    posted = Posted()
    if known is not None:
        _check_credit(asked, known)
        posted.state, posted.credit_note = DocumentState.UNCHANGED, known
        return posted
    wanted = tuple(_wanted(asked, posted))
    row = DocumentRow(
        position=1,
        external_id=number,
        buyer=asked.buyer.external_id,
        buyer_name=asked.buyer.name,
        buyer_id=asked.buyer_id,
        currency=asked.claim.currency,
        amount=asked.plan.amount,
        day=asked.claim.issued_on,
        allocations=wanted,
    )
    put_document("credit_note", asked.caller, row)
    posted.credit_note = CreditNote.objects.get(source=asked.source, external_id=number)
    return posted


def _check_credit(asked: Asked, known: CreditNote) -> None:
    is_same_buyer = known.buyer_id in list_records([asked.buyer_id])
    if not is_same_buyer:
        raise _contradiction(asked, known.source, "buyer", known.buyer.name, asked.buyer.name)
    for name, stands, told in (
        ("currency", known.currency, asked.claim.currency),
        ("issue_date", known.issued_on, asked.claim.issued_on),
        ("amount", known.amount, asked.plan.amount),
    ):
        if stands != told:
            raise _contradiction(asked, known.source, name, stands, told)


def _wanted(asked: Asked, posted: Posted) -> Iterator[WantedAllocation]:
    if len(asked.plan.originals) > 1:
        posted.warn("several_originals")
    if len(asked.plan.originals) != 1:
        return
    original = asked.plan.originals[0]
    invoice = Invoice.objects.filter(source=asked.source, external_id=asked.external_id(original)).first()
    if invoice is None:
        posted.warn("original_awaited", value=original)
        yield WantedAllocation(asked.external_id(original), asked.plan.amount)
    elif invoice.currency == asked.claim.currency and invoice.open_amount > 0:
        yield WantedAllocation(invoice.external_id, min(invoice.open_amount, asked.plan.amount))
    else:
        posted.warn("original_settled", value=original)
