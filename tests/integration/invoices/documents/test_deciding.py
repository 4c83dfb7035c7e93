"""A person says what a document did not: it posts, it is remembered, and it is written down who said it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from buyers.models import Buyer, BuyerRegistration
from buyers.services.registrations import register_number
from core.errors import Conflict, Denied, DomainError, InvalidTransition, NotFound
from core.models import AuditEvent, Job, User
from invoices.models import Entry, IncomingDocument, Invoice, OwnSeller
from invoices.services.documents.deciding import confirm_buyer, discard, retry_waiting, set_due_date, try_again
from invoices.services.documents.sellers import RETRY_TASK, add_own_seller, end_own_seller
from tests.integration.invoices.documents.made import TODAY, einvoice, own_seller, receive

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ours() -> None:
    own_seller()


@pytest.fixture
def analyst() -> User:
    found: User = User.objects.create(username="ana", role="credit_analyst")
    return found


def waiting(**changes: Any) -> IncomingDocument:
    row: IncomingDocument = receive(einvoice(**changes), creates_buyers=False)
    assert row.state == "waiting"
    return row


class TestBuyer:
    def test_a_vat_number_on_record_is_certain(self) -> None:
        buyer = Buyer.objects.create(code="0042", name="Entirely different")
        register_number(buyer, kind="vat", number="FR40303265045")
        assert receive(einvoice(), creates_buyers=False).buyer == buyer

    def test_our_own_code_is_believed_with_a_like_name(self) -> None:
        buyer = Buyer.objects.create(code="0042", name="Buyer S.A.")
        assert receive(einvoice(buyer_vat="", buyer_ids="0042"), creates_buyers=False).buyer == buyer

    def test_our_own_code_with_another_name_is_asked(self) -> None:
        Buyer.objects.create(code="0042", name="Zhejiang Textile Import")
        row = waiting(buyer_vat="", buyer_ids="0042")
        assert (row.problem["code"], row.candidates[0]["reason"]) == ("buyer_doubtful", "code")  # type: ignore[index]

    def test_the_same_name_is_certain_where_nothing_contradicts(self) -> None:
        buyer = Buyer.objects.create(code="X", name="BUYER, SA")
        assert receive(einvoice(), creates_buyers=False).buyer == buyer

    def test_the_same_name_with_another_vat_number_is_asked(self) -> None:
        register_number(Buyer.objects.create(code="X", name="Buyer SA"), kind="vat", number="FR23334175221")
        assert waiting().problem["code"] == "buyer_doubtful"  # type: ignore[index]

    def test_two_of_one_name_are_asked(self) -> None:
        for code in ("X", "Y"):
            Buyer.objects.create(code=code, name="Buyer SA")
        assert [one["code"] for one in waiting().candidates] == ["X", "Y"]

    def test_a_like_name_is_shown_and_never_taken(self) -> None:
        Buyer.objects.create(code="X", name="Buyers SA")
        row = waiting()
        (shown,) = row.candidates
        assert (shown["code"], shown["reason"], shown["score"] < 100) == ("X", "similar", True)
        assert Invoice.objects.count() == 0

    def test_confirming_posts_and_is_remembered(self, analyst: User) -> None:
        buyer = Buyer.objects.create(code="X", name="Buyers SA", country="FR")
        row = confirm_buyer(waiting().pk, buyer_id=buyer.pk, actor=analyst, today=TODAY)
        assert (row.state, row.buyer, row.decided_by) == ("posted", buyer, analyst)
        assert BuyerRegistration.objects.get().number == "FR40303265045"
        following = receive(einvoice("F-2"), creates_buyers=False)
        elsewhere = receive(einvoice("F-3"), source="platform", creates_buyers=False)
        assert [one.buyer for one in (following, elsewhere)] == [buyer, buyer]
        assert AuditEvent.objects.filter(action="invoices.document.buyer_confirmed", actor=analyst).count() == 1

    def test_a_party_without_numbers_is_remembered_by_its_name(self, analyst: User) -> None:
        buyer = Buyer.objects.create(code="X", name="Somebody Else")
        confirm_buyer(waiting(buyer_vat="").pk, buyer_id=buyer.pk, actor=analyst, today=TODAY)
        assert receive(einvoice("F-2", buyer_vat=""), creates_buyers=False).buyer == buyer

    def test_the_next_document_of_a_confirmed_spelling_posts_by_itself(self, analyst: User) -> None:
        buyer = Buyer.objects.create(code="X", name="Somebody Else")
        spelled = {"buyer": "Unlike Imports", "buyer_vat": ""}
        confirm_buyer(waiting(**spelled).pk, buyer_id=buyer.pk, actor=analyst, today=TODAY)
        following = receive(einvoice("F-2", **spelled), creates_buyers=False)
        elsewhere = receive(einvoice("F-3", **spelled), source="platform", creates_buyers=False)
        assert [(one.state, one.buyer) for one in (following, elsewhere)] == [("posted", buyer)] * 2

    def test_a_new_buyer_is_made_of_the_words(self, analyst: User) -> None:
        row = confirm_buyer(waiting().pk, buyer_id=None, actor=analyst, today=TODAY)
        assert (row.state, row.buyer.code, row.buyer.name) == ("posted", "FR40303265045", "Buyer SA")

    def test_a_dummy_code_of_one_buyer_names_no_other(self, analyst: User) -> None:
        row = waiting(buyer_vat="", buyer_ids="1")
        confirm_buyer(row.pk, buyer_id=None, actor=analyst, today=TODAY)
        assert receive(einvoice("F-2", buyer_vat="", buyer_ids="1"), creates_buyers=False).state == "posted"
        other = waiting(number="F-3", buyer="Zhejiang Textile", buyer_vat="", buyer_ids="1")
        assert other.problem["code"] == "buyer_doubtful"  # type: ignore[index]
        row = confirm_buyer(other.pk, buyer_id=None, actor=analyst, today=TODAY)
        assert (row.state, row.buyer.name) == ("posted", "Zhejiang Textile")

    def test_a_confirmed_code_with_another_name_is_remembered(self, analyst: User) -> None:
        buyer = Buyer.objects.create(code="0042", name="Zhejiang Textile Import")
        row = waiting(buyer_vat="", buyer_ids="0042")
        confirm_buyer(row.pk, buyer_id=buyer.pk, actor=analyst, today=TODAY)
        assert receive(einvoice("F-2", buyer_vat="", buyer_ids="0042"), creates_buyers=False).buyer == buyer

    def test_a_vat_number_of_another_buyer_is_refused(self, analyst: User) -> None:
        for code in ("X", "Y"):
            Buyer.objects.create(code=code, name="Buyer SA")
        row = waiting()
        register_number(Buyer.objects.get(code="Y"), kind="vat", number="FR40303265045")
        with pytest.raises(Conflict) as refused:
            confirm_buyer(row.pk, buyer_id=Buyer.objects.get(code="X").pk, actor=analyst, today=TODAY)
        assert (refused.value.code, Entry.objects.count()) == ("registration_taken", 0)

    def test_an_unknown_buyer_is_refused(self, analyst: User) -> None:
        with pytest.raises(NotFound):
            confirm_buyer(waiting().pk, buyer_id=10**9, actor=analyst, today=TODAY)


class TestDueDate:
    def test_a_given_date_posts(self, analyst: User) -> None:
        receive(einvoice("F-0"))
        row = receive(einvoice(due=None, terms="Payment within 10 days, 2% discount"))
        assert row.problem["code"] == "due_unclear"
        row = set_due_date(row.pk, due_date=date(2026, 3, 31), actor=analyst, today=TODAY)
        assert (row.state, row.invoice.due_date) == ("posted", date(2026, 3, 31))
        assert [one["code"] for one in row.warnings] == ["due_by_person"]

    @pytest.mark.parametrize("day", [date(2026, 2, 28), date(2101, 1, 1)])
    def test_an_impossible_date_is_refused(self, analyst: User, day: date) -> None:
        row = receive(einvoice(due=None))
        with pytest.raises(DomainError):
            set_due_date(row.pk, due_date=day, actor=analyst, today=TODAY)
        assert IncomingDocument.objects.get().due_date is None

    def test_buyer_and_date_may_both_be_missing(self, analyst: User) -> None:
        row = waiting(due=None)
        assert row.problem["code"] == "buyer_unmatched"  # type: ignore[index]
        row = confirm_buyer(row.pk, buyer_id=None, actor=analyst, today=TODAY)
        assert (row.state, row.problem["code"]) == ("waiting", "due_missing")  # type: ignore[index]
        assert set_due_date(row.pk, due_date=date(2026, 4, 1), actor=analyst, today=TODAY).state == "posted"


class TestDiscard:
    def test_a_discarded_document_posts_nothing_any_more(self, analyst: User) -> None:
        row = discard(waiting().pk, reason="sent by mistake", actor=analyst)
        assert (row.state, row.decision, row.decided_by) == ("discarded", "sent by mistake", analyst)
        assert receive(einvoice()).state == "discarded"
        with pytest.raises(InvalidTransition):
            try_again(row.pk, actor=analyst, today=TODAY)

    def test_a_reason_is_needed(self, analyst: User) -> None:
        with pytest.raises(DomainError, match="why"):
            discard(waiting().pk, reason=" ", actor=analyst)

    def test_what_is_posted_stays(self, analyst: User) -> None:
        row = receive(einvoice())
        for work in (
            lambda: discard(row.pk, reason="x", actor=analyst),
            lambda: confirm_buyer(row.pk, buyer_id=None, actor=analyst, today=TODAY),
            lambda: set_due_date(row.pk, due_date=TODAY, actor=analyst, today=TODAY),
        ):
            with pytest.raises(InvalidTransition):
                work()

    @pytest.mark.parametrize("role", ["sales", "auditor", "administrator"])
    def test_others_decide_nothing(self, role: str) -> None:
        person, row = User.objects.create(username="x", role=role), waiting()
        for work in (
            lambda: discard(row.pk, reason="x", actor=person),
            lambda: confirm_buyer(row.pk, buyer_id=None, actor=person, today=TODAY),
            lambda: set_due_date(row.pk, due_date=TODAY, actor=person, today=TODAY),
            lambda: try_again(row.pk, actor=person, today=TODAY),
        ):
            with pytest.raises(Denied):
                work()
        assert Entry.objects.count() == 0


class TestOwnSellers:
    def test_a_seller_that_becomes_ours_posts_what_waits(self) -> None:
        row = receive(einvoice(seller="Second AG", seller_vat="DE129273398"))
        assert row.problem["code"] == "seller_unknown"
        add_own_seller(
            name="Second AG", vat_id="DE129273398", actor=User.objects.create(username="m", role="credit_manager")
        )
        assert Job.objects.filter(task=RETRY_TASK).exists()
        assert retry_waiting(today=TODAY) == {"tried": 1, "settled": 0}
        row.refresh_from_db()
        assert row.problem["code"] == "buyer_unmatched"

    def test_one_whose_file_is_lost_stops_no_other(self, settings: Any, tmp_path: Path) -> None:
        settings.MEDIA_ROOT = tmp_path
        lost, other = (receive(einvoice(no, seller="Second AG", seller_vat="DE129273398")) for no in ("F-1", "F-2"))
        (tmp_path / lost.sealed.path).unlink()
        add_own_seller(name="Second AG", vat_id="DE129273398")
        Buyer.objects.create(code="B", name="Buyer SA", country="FR")
        assert retry_waiting(today=TODAY) == {"tried": 2, "settled": 1}
        other.refresh_from_db()
        assert other.state == "posted"

    def test_a_namesake_with_another_number_waits(self) -> None:
        row = receive(einvoice(seller_vat="DE129273398"))
        assert (row.state, row.problem["code"]) == ("waiting", "seller_doubtful")

    def test_an_invoice_to_ourselves_is_no_receivable(self) -> None:
        row = receive(einvoice(seller="Supplier", seller_vat="", buyer="Seller AG", buyer_vat="DE136695976"))
        assert (row.state, row.problem["code"]) == ("refused", "supplier_invoice")

    def test_one_that_ended_is_a_stranger(self) -> None:
        end_own_seller(OwnSeller.objects.get().pk)
        assert receive(einvoice()).problem["code"] == "seller_unknown"
        assert AuditEvent.objects.filter(action="invoices.own_seller.ended").exists()

    def test_only_who_may_change_rules_says_who_we_are(self) -> None:
        analyst = User.objects.create(username="a", role="credit_analyst")
        with pytest.raises(Denied):
            add_own_seller(name="X", actor=analyst)
        with pytest.raises(Denied):
            end_own_seller(OwnSeller.objects.get().pk, actor=analyst)

    @pytest.mark.parametrize("given", [{"name": " "}, {"name": "X", "vat_id": "1" * 61}, {"name": "a\0b"}])
    def test_what_no_column_holds_is_refused(self, given: dict[str, str]) -> None:
        with pytest.raises(DomainError):
            add_own_seller(**given)
