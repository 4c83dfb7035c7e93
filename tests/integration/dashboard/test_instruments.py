"""Securities, accepted bills and sold receivables on their pages: found, entered, changed, ended, and who may."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from buyers.models import Buyer
from core.domain.roles import Role
from core.models import AuditEvent, User
from core.money import Money
from cover.domain.instruments import BillRecord, SaleRecord, SecurityRecord
from cover.models import Bill, Security, SoldReceivable
from cover.services.instruments import record_bill, record_sale, record_security
from invoices.models import Invoice
from tests.integration.credit.builders import TODAY, make_order, make_user
from tests.integration.dashboard.desk import check_denied, sign_in
from tests.integration.dashboard.reading import csv_rows, inline_code_of, links_of, rows_of, text_of
from tests.integration.invoices.builders import make_buyer, make_invoice

pytestmark = pytest.mark.django_db

LIST = "/limits/instruments/"
SOON = TODAY + timedelta(days=90)
SECURITY_FORM = {
    "buyer": "ACME",
    "external_id": "LC-7",
    "kind": "lc_confirmed",
    "order": "",
    "amount": "50000",
    "currency": "usd",
    "valid_from": TODAY.isoformat(),
    "valid_to": SOON.isoformat(),
}


@pytest.fixture
def acme() -> Buyer:
    return make_buyer("ACME")


@pytest.fixture
def invoice(acme: Buyer) -> Invoice:
    return make_invoice(acme, "100000", issued=(TODAY - timedelta(days=40)).isoformat(), due=SOON.isoformat())


@pytest.fixture
def actor() -> User:
    return make_user(Role.ANALYST, "ann")


@pytest.fixture
def analyst(actor: User) -> Client:
    return sign_in(actor.role, actor.username)


def security(acme: Buyer, actor: User, number: str = "LC-1", **changes: Any) -> Security:
    given = {
        "buyer_id": acme.pk,
        "source": "manual",
        "external_id": number,
        "kind": "standby_lc",
        "amount": Money(Decimal(30000), "USD"),
        "valid_from": TODAY - timedelta(days=10),
    }
    return record_security(SecurityRecord(**{**given, **changes}), actor=actor).row


def bill(invoice: Invoice, actor: User, matures_on: date = SOON) -> Bill:
    record = BillRecord(
        buyer_id=invoice.buyer_id,
        source="manual",
        external_id="B-1",
        invoice_id=invoice.pk,
        amount=Money(Decimal(60000), "USD"),
        accepted_on=TODAY - timedelta(days=5),
        matures_on=matures_on,
    )
    return record_bill(record, actor=actor).row


def sale(invoice: Invoice, actor: User) -> SoldReceivable:
    record = SaleRecord(
        buyer_id=invoice.buyer_id,
        source="manual",
        external_id="F-1",
        invoice_id=invoice.pk,
        amount=Money(Decimal(100000), "USD"),
        with_recourse=True,
        sold_on=TODAY - timedelta(days=5),
    )
    return record_sale(record, actor=actor).row


def numbers(response: Any) -> list[str]:
    return [row[1] for row in rows_of(response, "t-instruments")]


class TestList:
    def test_shows_all_kinds_with_what_ends_first_on_top(
        self, acme: Buyer, invoice: Invoice, actor: User, analyst: Client
    ) -> None:
        security(acme, actor)
        sale(invoice, actor)
        bill(invoice, actor)
        shown = analyst.get(LIST)
        assert numbers(shown) == ["B-1", "LC-1", "F-1"]
        assert rows_of(shown, "t-instruments")[0][:5] == [
            "accepted bill",
            "B-1",
            "Buyer ACME",
            invoice.number,
            "60,000.00",
        ]
        assert f"/invoices/{invoice.pk}/" in links_of(shown)

    def test_filters_by_kind_state_and_text(self, acme: Buyer, invoice: Invoice, actor: User, analyst: Client) -> None:
        security(acme, actor)
        security(acme, actor, "LC-OLD", valid_to=TODAY - timedelta(days=1))
        security(acme, actor, "LC-GONE", amount=Money(Decimal(0), "USD"))
        bill(invoice, actor)
        assert numbers(analyst.get(LIST, {"kind": "bill"})) == ["B-1"]
        assert numbers(analyst.get(LIST)) == ["B-1", "LC-1"]
        assert sorted(numbers(analyst.get(LIST, {"state": "ended"}))) == ["LC-GONE", "LC-OLD"]
        assert len(numbers(analyst.get(LIST, {"state": "all"}))) == 4
        assert numbers(analyst.get(LIST, {"q": "lc-1"})) == ["LC-1"]
        assert numbers(analyst.get(LIST, {"q": "acme", "kind": "nonsense"})) == ["B-1", "LC-1"]

    def test_shows_the_version_that_counts_alone(self, acme: Buyer, actor: User, analyst: Client) -> None:
        security(acme, actor)
        security(acme, actor, amount=Money(Decimal(40000), "USD"))
        assert [row[4] for row in rows_of(analyst.get(LIST), "t-instruments")] == ["40,000.00"]

    def test_is_read_on_the_date_in_the_header(self, acme: Buyer, actor: User, analyst: Client) -> None:
        security(acme, actor, valid_to=TODAY - timedelta(days=2))
        assert numbers(analyst.get(LIST)) == []
        before = (TODAY - timedelta(days=3)).isoformat()
        assert numbers(analyst.get(LIST, {"as_of": before})) == ["LC-1"]

    def test_comes_as_a_file(self, acme: Buyer, invoice: Invoice, actor: User, analyst: Client) -> None:
        bill(invoice, actor)
        header, row = csv_rows(analyst.get(LIST, {"export": "csv"}))
        assert header[:4] == ["what", "number", "buyer", "order or invoice"]
        assert row[:6] == ["accepted bill", "B-1", "Buyer ACME", invoice.number, "60000.0000", "USD"]

    def test_empty_list_says_what_counts(self, analyst: Client) -> None:
        assert "counts in the exposure at once" in text_of(analyst.get(LIST))


class TestEntering:
    def test_security_is_stored_and_shown(self, acme: Buyer, analyst: Client) -> None:
        done = analyst.post(f"{LIST}new/security/", SECURITY_FORM, follow=True)
        stored = Security.objects.get()
        assert (stored.source, stored.external_id, stored.currency, stored.amount) == ("manual", "LC-7", "USD", 50000)
        assert done.redirect_chain[-1][0] == f"{LIST}security/{stored.pk}/"
        assert "Confirmed letter of credit LC-7" in text_of(done)
        assert AuditEvent.objects.filter(action="cover.security.recorded").count() == 1

    def test_security_of_an_order_is_bound_to_it(self, acme: Buyer, analyst: Client) -> None:
        order = make_order(acme, "80000", external_id="SO-1")
        analyst.post(f"{LIST}new/security/", {**SECURITY_FORM, "order": "SO-1"})
        assert Security.objects.get().order == order

    def test_bill_and_sale_name_an_invoice(self, acme: Buyer, invoice: Invoice, analyst: Client) -> None:
        common = {"buyer": "ACME", "invoice": invoice.number, "amount": "1000", "currency": "USD"}
        days = {"accepted_on": TODAY.isoformat(), "matures_on": SOON.isoformat()}
        analyst.post(f"{LIST}new/bill/", {**common, **days, "external_id": "B-9"})
        sold = {"sold_on": TODAY.isoformat(), "external_id": "F-9", "with_recourse": "on"}
        analyst.post(f"{LIST}new/sold/", {**common, **sold})
        assert Bill.objects.get().invoice == invoice
        assert SoldReceivable.objects.get().with_recourse is True

    def test_same_again_changes_nothing(self, acme: Buyer, analyst: Client) -> None:
        for _again in range(2):
            done = analyst.post(f"{LIST}new/security/", SECURITY_FORM, follow=True)
        assert "This was on record already." in text_of(done)
        assert Security.objects.count() == 1

    def test_number_on_record_is_changed_on_its_page_alone(self, acme: Buyer, analyst: Client) -> None:
        analyst.post(f"{LIST}new/security/", SECURITY_FORM)
        refused = analyst.post(f"{LIST}new/security/", {**SECURITY_FORM, "amount": "60000"})
        assert refused.status_code == 422
        assert "LC-7 is on record with another content" in text_of(refused)
        assert [row.amount for row in Security.objects.all()] == [50000]

    @pytest.mark.parametrize(
        ("kind", "wrong", "said"),
        [
            ("security", {"buyer": "NOBODY"}, "There is no buyer 'NOBODY'"),
            ("security", {"order": "SO-0"}, "no order or invoice of this number"),
            ("security", {"currency": "XXY"}, "XXY"),
            ("security", {"amount": "-1"}, "greater than or equal to 0"),
            ("security", {"amount": "1.005"}, "2 decimals"),
            ("security", {"amount": "NaN"}, "Enter a number"),
            ("security", {"valid_to": "2020-01-01"}, "valid_to must not be before"),
            ("security", {"valid_from": "0000-00-00"}, "Enter a valid date"),
            ("security", {"kind": "promise"}, "Select a valid choice"),
            ("bill", {"invoice": "I-0"}, "no order or invoice of this number"),
            ("bill", {"amount": "100001"}, "are left"),
            ("bill", {"currency": "EUR"}, "is in USD"),
            ("bill", {"matures_on": "2020-01-01"}, "matures_on must not be before"),
            ("sold", {"sold_on": "2020-01-01"}, "sold_on must not be before"),
        ],
    )
    def test_what_cannot_be_is_refused_at_its_field(
        self, acme: Buyer, invoice: Invoice, analyst: Client, kind: str, wrong: dict[str, str], said: str
    ) -> None:
        days = {"accepted_on": TODAY.isoformat(), "matures_on": SOON.isoformat(), "sold_on": TODAY.isoformat()}
        given = {**SECURITY_FORM, "invoice": invoice.number, **days, **wrong}
        refused = analyst.post(f"{LIST}new/{kind}/", given)
        assert refused.status_code == 422
        field = next(iter(wrong))
        errors = refused.context["form"].errors
        assert list(errors) == [field]
        assert said in " ".join(errors[field])
        assert not any(model.objects.exists() for model in (Security, Bill, SoldReceivable))

    def test_invoice_of_two_sources_is_told_by_its_id(self, acme: Buyer, invoice: Invoice, analyst: Client) -> None:
        twin = make_invoice(acme, "5000")
        Invoice.objects.filter(pk=twin.pk).update(number=invoice.number)
        given = {
            "buyer": "ACME",
            "amount": "1000",
            "currency": "USD",
            "external_id": "F-2",
            "sold_on": SOON.isoformat(),
        }
        refused = analyst.post(f"{LIST}new/sold/", {**given, "invoice": invoice.number})
        assert "write the id that the source gave it" in text_of(refused)
        analyst.post(f"{LIST}new/sold/", {**given, "invoice": twin.external_id})
        assert SoldReceivable.objects.get().invoice == twin

    def test_sale_of_a_sold_invoice_is_refused(self, invoice: Invoice, actor: User, analyst: Client) -> None:
        sale(invoice, actor)
        given = {"buyer": "ACME", "amount": "10", "currency": "USD", "external_id": "F-2", "sold_on": SOON.isoformat()}
        assert "is sold already" in text_of(analyst.post(f"{LIST}new/sold/", {**given, "invoice": invoice.number}))


class TestOneOfThem:
    def test_history_shows_every_version(self, acme: Buyer, actor: User, analyst: Client) -> None:
        security(acme, actor)
        latest = security(acme, actor, amount=Money(Decimal(40000), "USD"))
        shown = analyst.get(f"{LIST}security/{latest.pk}/")
        assert [row[3] for row in rows_of(shown, "t-versions")] == ["40,000.00", "30,000.00"]
        assert [row[1] for row in rows_of(shown, "t-versions")] == ["ann", "ann"]

    def test_another_content_is_a_new_version(self, invoice: Invoice, actor: User, analyst: Client) -> None:
        made = bill(invoice, actor)
        days = {"accepted_on": made.accepted_on.isoformat(), "matures_on": made.matures_on.isoformat()}
        given = {"invoice": invoice.number, "amount": "50000", "currency": "USD", **days}
        analyst.post(f"{LIST}bill/{made.pk}/change/", given)
        assert [row.amount for row in Bill.objects.order_by("pk")] == [60000, 50000]
        assert Bill.objects.latest("pk").external_id == "B-1"

    def test_security_is_released_with_its_last_day(self, acme: Buyer, actor: User, analyst: Client) -> None:
        made = security(acme, actor)
        yesterday = TODAY - timedelta(days=1)
        analyst.post(f"{LIST}security/{made.pk}/end/", {"end-day": yesterday.isoformat()})
        latest = Security.objects.latest("pk")
        assert (latest.valid_to, latest.amount, latest.kind) == (yesterday, 30000, "standby_lc")
        assert numbers(analyst.get(LIST, {"state": "ended"})) == ["LC-1"]

    def test_sale_ends_when_the_buyer_paid(self, invoice: Invoice, actor: User, analyst: Client) -> None:
        made = sale(invoice, actor)
        analyst.post(f"{LIST}sold/{made.pk}/end/", {"end-day": TODAY.isoformat()})
        latest = SoldReceivable.objects.latest("pk")
        assert (latest.ended_on, latest.with_recourse, latest.invoice) == (TODAY, True, invoice)

    def test_end_before_the_beginning_is_refused_at_the_day(self, acme: Buyer, actor: User, analyst: Client) -> None:
        made = security(acme, actor)
        refused = analyst.post(f"{LIST}security/{made.pk}/end/", {"end-day": "2020-01-01"})
        assert refused.status_code == 422
        assert "must not be before" in " ".join(refused.context["ending"].errors["day"])
        assert Security.objects.count() == 1

    def test_any_version_leads_to_the_one_that_counts(self, acme: Buyer, actor: User, analyst: Client) -> None:
        old = security(acme, actor)
        security(acme, actor, amount=Money(Decimal(40000), "USD"))
        assert "40,000.00" in text_of(analyst.get(f"{LIST}security/{old.pk}/"))

    def test_unknown_one_is_not_found(self, analyst: Client) -> None:
        assert analyst.get(f"{LIST}security/999/").status_code == 404
        assert analyst.get(f"{LIST}promise/1/").status_code == 404
        assert analyst.get(f"{LIST}new/promise/").status_code == 404


class TestWhereItIsSeen:
    def test_exposure_leads_to_the_security(self, acme: Buyer, invoice: Invoice, actor: User, analyst: Client) -> None:
        made = security(acme, actor)
        assert f"{LIST}security/{made.pk}/" in links_of(analyst.get("/exposure/?buyer=ACME"))

    def test_buyer_lists_them_with_the_past(self, acme: Buyer, actor: User, analyst: Client) -> None:
        security(acme, actor, "LC-OLD", valid_to=TODAY - timedelta(days=1))
        shown = analyst.get("/buyers/ACME/?tab=credit")
        assert [row[1] for row in rows_of(shown, "t-instruments")] == ["LC-OLD"]
        assert f"{LIST}new/security/?buyer=ACME" in links_of(shown)


class TestWho:
    def test_auditor_reads_and_writes_nothing(self, acme: Buyer, actor: User) -> None:
        made = security(acme, actor)
        auditor = sign_in("auditor")
        assert auditor.get(LIST).status_code == 200
        shown = auditor.get(f"{LIST}security/{made.pk}/")
        assert "End it" not in text_of(shown)
        assert f"{LIST}new/security/" not in links_of(auditor.get(LIST))
        check_denied(f"{LIST}new/security/", "auditor", method="post", data=SECURITY_FORM)
        check_denied(f"{LIST}security/{made.pk}/end/", "auditor", method="post", data={"end-day": "2026-01-01"})
        check_denied(f"{LIST}security/{made.pk}/change/", "auditor", method="post", data=SECURITY_FORM)
        assert Security.objects.count() == 1

    def test_sales_see_none_of_it(self, acme: Buyer, actor: User) -> None:
        made = security(acme, actor)
        for address in (LIST, f"{LIST}security/{made.pk}/", f"{LIST}new/security/"):
            check_denied(address, "sales", "administrator")
        sales = sign_in("sales", "sam")
        Buyer.objects.update(sales_owner=User.objects.get(username="sam"))
        assert "LC-1" not in text_of(sales.get("/buyers/ACME/?tab=credit"))

    def test_pages_have_no_inline_code(self, acme: Buyer, actor: User, analyst: Client) -> None:
        made = security(acme, actor)
        for address in (LIST, f"{LIST}security/{made.pk}/", f"{LIST}new/bill/"):
            assert inline_code_of(analyst.get(address)) == []
