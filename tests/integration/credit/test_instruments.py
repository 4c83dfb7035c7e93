"""Securities, bills and sold receivables fit their order or invoice, or are refused and change nothing."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from buyers.models import Buyer
from core.domain.roles import Role
from core.errors import Conflict, Denied, DomainError, NotFound
from core.models import AuditEvent, Job, User
from core.money import Money
from cover.domain.instruments import BillRecord, SaleRecord, SecurityRecord
from cover.models import Bill, Security, SoldReceivable
from cover.services.instruments import record_bill, record_sale, record_security
from invoices.models import Invoice, Order
from tests.integration.credit.asking import usd
from tests.integration.invoices.builders import make_buyer, make_invoice

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 10)


@pytest.fixture
def actor() -> User:
    return User.objects.create(username="ana", role=Role.ANALYST)


@pytest.fixture
def invoice() -> Invoice:
    return make_invoice(make_buyer(), "100")


def jobs() -> list[Job]:
    return list(Job.objects.filter(task="credit.recheck", params__cause="cover_changed"))


def security(buyer: Buyer, given: str = "50", **changes: object) -> SecurityRecord:
    known = {
        "buyer_id": buyer.pk,
        "source": "manual",
        "external_id": "LC-1",
        "kind": "lc_confirmed",
        "amount": usd(given),
        "valid_from": DAY,
    }
    return SecurityRecord(**known | changes)


def bill(invoice: Invoice, given: str = "60", **changes: object) -> BillRecord:
    known = {
        "buyer_id": invoice.buyer_id,
        "source": "manual",
        "external_id": "B-1",
        "invoice_id": invoice.pk,
        "amount": usd(given),
        "accepted_on": DAY,
        "matures_on": date(2026, 6, 10),
    }
    return BillRecord(**known | changes)


def sale(invoice: Invoice, given: str = "100", **changes: object) -> SaleRecord:
    known = {
        "buyer_id": invoice.buyer_id,
        "source": "manual",
        "external_id": "F-1",
        "invoice_id": invoice.pk,
        "amount": usd(given),
        "with_recourse": True,
        "sold_on": DAY,
    }
    return SaleRecord(**known | changes)


def order(buyer: Buyer) -> Order:
    return Order.objects.create(
        buyer=buyer, source="erp", external_id=f"O{buyer.pk}", order_date=DAY, currency="USD", amount=100
    )


def test_a_security_is_stored_once_and_its_end_is_a_version(actor: User) -> None:
    buyer = make_buyer()
    first = record_security(security(buyer, order_id=order(buyer).pk), actor=actor)
    again = record_security(security(buyer, order_id=first.row.order_id), actor=actor)
    ended = record_security(security(buyer, order_id=first.row.order_id, valid_to=date(2026, 4, 1)), actor=actor)
    assert (first.is_new, again.is_new, ended.is_new) == (True, False, True)
    assert Security.objects.count() == AuditEvent.objects.filter(action="cover.security.recorded").count() == 2


def test_a_number_believed_to_be_new_is_refused_with_another_content_only(actor: User) -> None:
    buyer = make_buyer()
    assert record_security(security(buyer), actor=actor, as_new=True).is_new
    assert not record_security(security(buyer), actor=actor, as_new=True).is_new
    with pytest.raises(Conflict) as refused:
        record_security(security(buyer, "60"), actor=actor, as_new=True)
    assert (refused.value.code, refused.value.params["value"]) == ("cover_on_record", "LC-1")
    assert Security.objects.count() == 1


def test_every_change_of_cover_has_the_orders_checked_again(actor: User) -> None:
    buyer = make_buyer()
    record_security(security(buyer), actor=actor)
    assert [job.params for job in jobs()] == [{"buyer": buyer.pk, "cause": "cover_changed"}]


def test_an_order_or_invoice_of_another_buyer_is_not_found(actor: User, invoice: Invoice) -> None:
    other = make_buyer()
    for record, write in (
        (security(other, order_id=order(invoice.buyer).pk), record_security),
        (bill(invoice, buyer_id=other.pk), record_bill),
        (sale(invoice, buyer_id=other.pk), record_sale),
    ):
        with pytest.raises(NotFound):
            write(record, actor=actor)
    assert not jobs()


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (lambda i: bill(i, "101"), "amount"),
        (lambda i: bill(i, "0"), "amount"),
        (lambda i: bill(i, amount=Money(Decimal(1), "EUR")), "currency"),
        (lambda i: bill(i, accepted_on=date(2026, 2, 1)), "accepted_on"),
        (lambda i: bill(i, matures_on=date(2026, 3, 9)), "matures_on"),
        (lambda i: bill(i, ended_on=date(2026, 3, 9)), "ended_on"),
        (lambda i: bill(i, external_id=" "), "external_id"),
        (lambda i: sale(i, "100.01"), "amount"),
        (lambda i: sale(i, sold_on=date(2026, 2, 1)), "sold_on"),
        (lambda i: security(i.buyer, kind="promise"), "kind"),
        (lambda i: security(i.buyer, "-1"), "amount"),
        (lambda i: security(i.buyer, valid_to=date(2026, 3, 9)), "valid_to"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_stored(
    record: Callable[[Invoice], object], field: str, actor: User, invoice: Invoice
) -> None:
    write = {BillRecord: record_bill, SaleRecord: record_sale, SecurityRecord: record_security}
    given = record(invoice)
    with pytest.raises(DomainError) as refused:
        write[type(given)](given, actor=actor)
    assert refused.value.params["field"] == field
    assert not Bill.objects.exists()
    assert not SoldReceivable.objects.exists()
    assert not Security.objects.exists()
    assert not jobs()


def test_bills_on_one_invoice_never_exceed_it(actor: User, invoice: Invoice) -> None:
    record_bill(bill(invoice), actor=actor)
    with pytest.raises(DomainError, match="Only 40"):
        record_bill(bill(invoice, "50", external_id="B-2"), actor=actor)
    record_bill(bill(invoice, ended_on=date(2026, 6, 1)), actor=actor)
    assert record_bill(bill(invoice, "50", external_id="B-2"), actor=actor).is_new


def test_an_invoice_is_sold_once_until_that_sale_has_ended(actor: User, invoice: Invoice) -> None:
    record_sale(sale(invoice, "80"), actor=actor)
    with pytest.raises(DomainError, match="sold already"):
        record_sale(sale(invoice, "20", external_id="F-2"), actor=actor)
    record_sale(sale(invoice, "80", ended_on=date(2026, 5, 1)), actor=actor)
    assert record_sale(sale(invoice, external_id="F-2"), actor=actor).is_new


def test_a_number_stays_with_its_buyer(actor: User) -> None:
    record_security(security(make_buyer()), actor=actor)
    with pytest.raises(Conflict):
        record_security(security(make_buyer()), actor=actor)
    assert Security.objects.count() == 1


@pytest.mark.parametrize("role", [Role.SALES, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_not_write_cover_changes_nothing(role: Role, invoice: Invoice) -> None:
    person = User.objects.create(username="x", role=role)
    for record, write in (
        (security(invoice.buyer), record_security),
        (bill(invoice), record_bill),
        (sale(invoice), record_sale),
    ):
        with pytest.raises(Denied):
            write(record, actor=person)
    assert not jobs()
    assert not AuditEvent.objects.filter(action__startswith="cover").exists()
