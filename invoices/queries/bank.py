"""Bank statements, their lines, and the open items that a person may choose from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, Count, Q, QuerySet, When

from buyers.models import Buyer
from buyers.queries.merges import list_records
from core.access.scope import Scope, scope_of
from core.errors import NotFound
from core.models import User
from core.words import sentence as _
from invoices.domain.bank import WAITING, LineState
from invoices.domain.matching_text import plain
from invoices.models import BankAccount, BankLine, BankStatement, Invoice
from invoices.models.fields import plain_number

# Of a word that very many buyers bear, these are looked at.
_BUYERS_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class OpenItemChoice:
    """An open item as the matching desk offers it."""

    invoice_id: int
    number: str
    buyer_id: int
    buyer_code: str
    buyer_name: str
    currency: str
    amount: Decimal
    open_amount: Decimal
    disputed_amount: Decimal
    invoice_date: date
    due_date: date


def list_lines(
    *,
    actor: User,
    state: str | Iterable[str] | None = None,
    account: int | None = None,
    statement: int | None = None,
    text: str = "",
) -> QuerySet[BankLine]:
    """Lines in the order in which they came, in the actor's scope; ``state`` is one state or several."""
    rows = _visible(scope_of(actor)).select_related("account", "statement", "buyer", "receipt", "decided_by")
    if state is not None:
        rows = rows.filter(state__in=[state] if isinstance(state, str) else list(state))
    if account is not None:
        rows = rows.filter(account_id=account)
    if statement is not None:
        rows = rows.filter(statement_id=statement)
    if text.strip():
        rows = rows.filter(_says(text.strip()))
    return rows.order_by("id")


def get_line(*, actor: User, pk: int) -> BankLine:
    """One line; raises ``bank_line_not_found``, also for one outside the scope."""
    found = list_lines(actor=actor).filter(pk=pk).first()
    if found is None:
        raise NotFound(
            "bank_line_not_found", _("There is no bank line %(pk)s.", pk=pk), {"field": "line", "value": str(pk)}
        )
    return found


def next_line(*, actor: User, after: int | None = None, account: int | None = None) -> BankLine | None:
    """The next line that waits for a decision, from the beginning again after the last one; None if none does."""
    waiting = list_lines(actor=actor, state=WAITING, account=account)
    return waiting.filter(pk__gt=after or 0).first() or waiting.first()


def open_items_for(
    *,
    actor: User,
    buyer_id: int | None = None,
    text: str = "",
    currency: str,
    has_others: bool = False,
    limit: int = 50,
) -> list[OpenItemChoice]:
    """Open items of a currency to choose from by hand, those due first first; ``has_others``: then other currencies'.

    Of one buyer with the records read under it and its group; ``text`` is part of a number, or of the buyer's code or
    name where no buyer is given.
    """
    rows = Invoice.objects.filter(open_amount__gt=0)
    if not has_others:
        rows = rows.filter(currency=currency)
    if buyer_id is not None:
        rows = rows.filter(_of_family(buyer_id))
    if text.strip():
        rows = rows.filter(_called(text.strip(), has_buyer=buyer_id is not None))
    is_other = Case(When(currency=currency, then=0), default=1)
    return [_choice(row) for row in _visible_items(rows, actor).order_by(is_other, "due_date", "id")[:limit]]


def list_choices(*, actor: User, invoice_ids: Iterable[int]) -> list[OpenItemChoice]:
    """These invoices in the order given, whatever is open of them; those outside the actor's scope are left out."""
    wanted = list(invoice_ids)
    found = _visible_items(Invoice.objects.all(), actor).in_bulk(wanted)
    return [_choice(found[pk]) for pk in wanted if pk in found]


def _visible_items(rows: QuerySet[Invoice], actor: User) -> QuerySet[Invoice]:
    scope = scope_of(actor)
    rows = rows if scope.is_everything else rows.filter(buyer__sales_owner_id=scope.sales_owner_id)
    return rows.select_related("buyer")


def _choice(row: Invoice) -> OpenItemChoice:
    return OpenItemChoice(
        invoice_id=row.pk,
        number=row.number,
        buyer_id=row.buyer_id,
        buyer_code=row.buyer.code,
        buyer_name=row.buyer.name,
        currency=row.currency,
        amount=row.amount,
        open_amount=row.open_amount,
        disputed_amount=row.disputed_amount,
        invoice_date=row.invoice_date,
        due_date=row.due_date,
    )


def _of_family(buyer_id: int) -> Q:
    records = list_records([buyer_id])
    groups = Buyer.objects.filter(pk__in=records, group__isnull=False).values("group_id")
    return Q(buyer_id__in=records) | Q(buyer__group_id__in=groups)


def _called(text: str, *, has_buyer: bool) -> Q:
    """A whole number is found by index, part of one among a buyer's own items only; buyers first, then their items."""
    if has_buyer:
        return Q(number__icontains=text)
    same = Invoice.objects.annotate(plain=plain_number("number")).filter(plain=plain(text)).exclude(open_amount=0)
    called = Buyer.objects.filter(Q(code__icontains=text) | Q(name__icontains=text)).order_by("id")
    buyers = list(called.values_list("pk", flat=True)[:_BUYERS_AT_MOST])
    return Q(pk__in=list(same.values_list("pk", flat=True)[:_BUYERS_AT_MOST])) | Q(buyer_id__in=buyers)


def _says(text: str) -> Q:
    return (
        Q(payer_name__icontains=text)
        | Q(payer_ultimate__icontains=text)
        | Q(payer_account__icontains=text)
        | Q(remittance__icontains=text)
    )


def _visible(scope: Scope) -> QuerySet[BankLine]:
    """Whoever sees own buyers only sees the lines that are theirs: an undecided one could be anybody's."""
    rows = BankLine.objects.all()
    return rows if scope.is_everything else rows.filter(buyer__sales_owner_id=scope.sales_owner_id)


def list_statements(*, actor: User, account: int | None = None) -> QuerySet[BankStatement]:
    """Statements with the number of their lines by what became of them, the latest first.

    Balances are the firm's own affair: whoever sees own buyers only sees no statement.
    """
    rows = BankStatement.objects.all() if scope_of(actor).is_everything else BankStatement.objects.none()
    rows = rows if account is None else rows.filter(account_id=account)
    rows = rows.select_related("account", "actor").annotate(
        lines_total=Count("lines"),
        lines_waiting=Count("lines", filter=Q(lines__state__in=WAITING)),
        lines_posted=Count("lines", filter=Q(lines__state=LineState.POSTED)),
    )
    return rows.order_by("-id")


def get_statement(*, actor: User, pk: int) -> BankStatement:
    """One statement; raises ``bank_statement_not_found``."""
    found = list_statements(actor=actor).filter(pk=pk).first()
    if found is None:
        detail = _("There is no bank statement %(pk)s.", pk=pk)
        raise NotFound("bank_statement_not_found", detail, {"field": "statement", "value": str(pk)})
    return found


def list_accounts(*, actor: User) -> QuerySet[BankAccount]:
    """Our own accounts, by number."""
    rows = BankAccount.objects.all() if scope_of(actor).is_everything else BankAccount.objects.none()
    return rows.order_by("number", "currency")
