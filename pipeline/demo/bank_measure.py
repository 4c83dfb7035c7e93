"""How often matching is right: a drawn month is taken, matched and posted, day after day, and held against the truth.

What is left to a person is decided by the truth at the end of each day, as a person would: accounts are learned, paid
invoices are gone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from buyers.models import Buyer, BuyerGroup
from core.domain.roles import Role
from core.models import User
from core.queries.sql import fetch_all
from invoices.domain.bank import LineState
from invoices.domain.kinds import EntryKind
from invoices.intake.statements.outcome import Outcome
from invoices.intake.statements.records import (
    Account,
    Balance,
    Counterparty,
    Entry,
    Kind,
    Reference,
    Statement,
    Status,
)
from invoices.models import BankLine, Invoice, PayerAccount
from invoices.services.bank.deciding import Allocation, confirm_line, ignore_line
from invoices.services.bank.matching import match_lines
from invoices.services.bank.taking import take_statements
from invoices.services.bulk import InvoiceRow, post_bulk
from pipeline.demo.bank_records import DrawnPayment, Month

SOURCE = "bank-month"
OWN_ACCOUNT = "DE89370400440532013000"
BANDS = ("0.99", "0.97", "0.95")


@dataclass(slots=True)
class Tally:
    """Payments of one kind: all, posted by themselves, right ones of those, wrong ones by their line."""

    payments: int = 0
    posted: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def share_posted(self) -> float:
        """Posted by themselves, in percent."""
        return 100 * self.posted / self.payments if self.payments else 0.0

    @property
    def share_right(self) -> float:
        """Right ones of those posted, in percent; 100 where none was."""
        return 100 * self.right / self.posted if self.posted else 100.0


@dataclass(frozen=True, slots=True)
class Measured:
    """The tallies by kind of payment, and by confidence of what was posted."""

    by_kind: dict[str, Tally]
    by_band: dict[str, Tally]

    @property
    def total(self) -> Tally:
        """All kinds together."""
        total = Tally()
        for one in self.by_kind.values():
            total.payments += one.payments
            total.posted += one.posted
            total.right += one.right
            total.wrong += one.wrong
        return total


def measure(month: Month, *, actor: User) -> Measured:
    """Play the month on the ledger of this database, in the caller's transaction."""
    ids = _set_up(month)
    by_kind: defaultdict[str, Tally] = defaultdict(Tally)
    by_band: defaultdict[str, Tally] = defaultdict(Tally)
    balance = Decimal(0)
    for number, (day, group) in enumerate(groupby(month.payments, key=lambda one: one.day), start=1):
        payments = list(group)
        balance = _take(payments, day, number, balance, month.currency)
        match_lines()
        for payment, line in _lines(payments):
            _judge(payment, line, by_kind[payment.kind], by_band)
            _decide(payment, line, ids, actor)
    return Measured(dict(by_kind), dict(by_band))


@dataclass(frozen=True, slots=True)
class _Ids:
    buyers: list[int]
    invoices: dict[str, int]


def _set_up(month: Month) -> _Ids:
    groups = {
        place: BuyerGroup.objects.create(code=f"MG{place}", name=f"Group {place}")
        for place in sorted({one.group for one in month.buyers if one.group is not None})
    }
    rows = [
        Buyer(code=one.code, name=one.name, group=None if one.group is None else groups[one.group])
        for one in month.buyers
    ]
    buyers = [one.pk for one in Buyer.objects.bulk_create(rows)]
    post_bulk(
        invoices=[
            InvoiceRow(
                buyers[one.buyer], SOURCE, one.number, one.number, month.currency, one.amount, one.issued, one.due
            )
            for buyer in month.buyers
            for one in buyer.invoices
        ]
    )
    PayerAccount.objects.bulk_create(
        PayerAccount(account=one.accounts[0], buyer_id=pk, name=one.name, first_seen_on=month.payments[0].day)
        for one, pk in zip(month.buyers, buyers, strict=True)
        if one.is_known
    )
    return _Ids(buyers, dict(Invoice.objects.filter(source=SOURCE).values_list("external_id", "pk")))


def _take(payments: Sequence[DrawnPayment], day: date, number: int, balance: Decimal, currency: str) -> Decimal:
    entries = tuple(_entry(one, currency) for one in payments)
    after = balance + sum((one.amount for one in payments), Decimal(0))
    statement = Statement(
        format="camt.053",
        kind=Kind.STATEMENT,
        account=Account(number=OWN_ACCOUNT, currency=currency),
        identification=f"month-{number}",
        number=str(number),
        sequence="",
        currency=currency,
        opening=Balance(amount=balance, currency=currency, day=day - timedelta(days=1)),
        closing=Balance(amount=after, currency=currency, day=day),
        entries=entries,
    )
    take_statements(Outcome(statements=(statement,), refused=()), document=None, actor=None)
    return after


def _entry(one: DrawnPayment, currency: str) -> Entry:
    return Entry(
        amount=one.amount,
        currency=currency,
        status=Status.BOOKED,
        booking_date=one.day,
        value_date=one.day,
        is_reversal=False,
        code="PMNT/RCDT/ESCT",
        references=(Reference(kind="AcctSvcrRef", value=one.reference),),
        remittance=one.text,
        counterparty=Counterparty(name=one.name, account=one.account),
    )


def _lines(payments: Sequence[DrawnPayment]) -> Iterator[tuple[DrawnPayment, BankLine]]:
    rows = BankLine.objects.filter(account__number=OWN_ACCOUNT, day=payments[0].day)
    found = {row.references[0]["value"]: row for row in rows}
    return ((one, found[one.reference]) for one in payments)


_CLOSED_SQL = """
SELECT i.external_id, -sum(e.amount) FROM invoices_entry e JOIN invoices_invoice i ON i.id = e.invoice_id
WHERE e.receipt_id = %(receipt)s OR e.id = ANY(%(others)s::bigint[]) GROUP BY i.external_id
"""


def _judge(payment: DrawnPayment, line: BankLine, tally: Tally, by_band: dict[str, Tally]) -> None:
    tally.payments += 1
    if line.state != LineState.POSTED or line.confidence is None:
        return
    closed = dict(fetch_all(_CLOSED_SQL, {"receipt": line.receipt_id, "others": line.adjustments}))
    is_right = payment.buyer is not None and closed == payment.closes
    band = by_band[next((one for one in BANDS if line.confidence >= Decimal(one)), "lower")]
    for counted in (tally, band):
        counted.posted += 1
        counted.right += is_right
    band.payments += 1
    if not is_right:
        reasons = Counter(reason["code"] for reason in (line.proposal or {}).get("reasons", ()))
        tally.wrong.append(f"{payment.text!r} {payment.amount} from {payment.name!r}: {', '.join(reasons)}")


def _decide(payment: DrawnPayment, line: BankLine, ids: _Ids, actor: User) -> None:
    if line.state == LineState.POSTED:
        return
    if payment.buyer is None:
        ignore_line(line_id=line.pk, version=line.version, reason=payment.text or "other", actor=actor)
        return
    confirm_line(
        line_id=line.pk,
        version=line.version,
        buyer_id=ids.buyers[payment.buyer],
        allocations=list(_truth(payment, ids)),
        actor=actor,
    )


def _truth(payment: DrawnPayment, ids: _Ids) -> Iterator[Allocation]:
    """The invoices in their order, while the money lasts; what is missing at the end is a charge or discount."""
    left = payment.amount
    for number, amount in payment.closes.items():
        part = min(left, amount, _open(ids.invoices[number]))
        if part > 0:
            yield Allocation(invoice_id=ids.invoices[number], amount=part)
        short = min(amount, _open(ids.invoices[number])) - part
        if short > 0:
            yield Allocation(invoice_id=ids.invoices[number], amount=short, kind=EntryKind.DISCOUNT)
        left -= part


def _open(invoice_id: int) -> Decimal:
    """A wrong posting before may have left less than the truth needs."""
    return max(Invoice.objects.values_list("open_amount", flat=True).get(pk=invoice_id), Decimal(0))


def measuring_actor() -> User:
    """Somebody who may decide, for a measurement that is taken back."""
    return User.objects.create(username="matching-measurement", role=Role.ANALYST, is_active=True)
