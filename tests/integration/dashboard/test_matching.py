"""The matching desk: what it shows of a line, and what decisions do; also without scripts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from buyers.models import Buyer
from core.intake.ecb import RateRow
from core.models import AuditEvent
from core.services.rates import add_rates
from invoices.models import BankLine, Entry, Invoice, Receipt
from invoices.services.bank.deciding import propose_again
from invoices.services.posting.issue import NewInvoice, issue_invoice
from tests.budgets import query_budget
from tests.integration.dashboard.desk import PORTFOLIO, check_denied, sign_in, text_of
from tests.integration.dashboard.reading import csv_rows, inline_code_of, rows_of
from tests.integration.invoices.services.bank.builders import make_actor, make_line

pytestmark = pytest.mark.django_db
DESK, LINES, UNAPPLIED = "/imports/matching/", "/imports/lines/", "/imports/unapplied/"


def make_invoice(buyer: Buyer, *, number: str, amount: str, currency: str = "USD") -> Invoice:
    """An open invoice under a number of its own."""
    days = {"invoice_date": date(2026, 3, 1), "due_date": date(2026, 3, 31)}
    return issue_invoice(
        NewInvoice(
            buyer_id=buyer.pk,
            source="test",
            external_id=number,
            number=number,
            currency=currency,
            amount=Decimal(amount),
            **days,
        )
    )


@pytest.fixture
def acme() -> Buyer:
    return Buyer.objects.create(code="0042", name="Acme Trading Ltd")


@pytest.fixture
def invoice(acme: Buyer) -> Invoice:
    return make_invoice(acme, number="INV-20017", amount="100.00")


def proposed(**given: Any) -> BankLine:
    """A line with what the rules make of it."""
    line = make_line(**{"payer_name": "Acme Trading Ltd", "remittance": "INV-20017", **given})
    propose_again(line.pk, make_actor())
    line.refresh_from_db()
    return line


def in_euro(buyer: Buyer, number: str = "INV-30001") -> Invoice:
    """An open invoice of 100 euro."""
    add_rates([RateRow("USD", date(2026, 4, 1), Decimal("1.10"))], source="ECB")
    return make_invoice(buyer, number=number, amount="100.00", currency="EUR")


def confirm(line: BankLine, *items: tuple[Invoice, str], htmx: bool = False, **given: str) -> Any:
    data: dict[str, Any] = {"version": line.version, "item": [one.pk for one, _paid in items], **given}
    data |= {f"paid-{one.pk}": paid for one, paid in items}
    headers = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "desk"} if htmx else {}
    return sign_in("credit_analyst").post(f"{DESK}{line.pk}/confirm/", data, follow=not htmx, **headers)


def post(line: BankLine, verb: str, **given: Any) -> Any:
    return sign_in("credit_analyst").post(f"{DESK}{line.pk}/{verb}/", {"version": line.version, **given}, follow=True)


def test_an_invoice_of_another_currency_says_what_it_takes_of_the_payment(acme: Buyer) -> None:
    other = in_euro(acme)
    line = proposed(amount="109.50", remittance="pays INV-30001")
    shown = text_of(sign_in("credit_analyst").get(DESK, {"line": line.pk}))
    assert "they are invoiced in EUR" in shown
    assert "at the day's rate USD 110.00 are open: 0.5 % away" in shown.replace("&#x27;", "'")
    assert f'name="used-{other.pk}" value="109.50"' in shown
    assert "of the payment, USD" in shown
    confirm(line, (other, "100.00"), buyer=acme.code, **{f"used-{other.pk}": "109.50"})
    other.refresh_from_db()
    assert (other.open_amount, Receipt.objects.get().currency) == (0, "USD")


def test_a_search_finds_other_currencies_too_after_the_payments_own(acme: Buyer, invoice: Invoice) -> None:
    in_euro(acme, "INV-20001")
    line = proposed(payer_name="Nobody", remittance="nothing")
    page = sign_in("credit_analyst").get(DESK, {"line": line.pk, "q": "Acme"})
    assert [row[1] for row in rows_of(page, "items")] == ["INV-20017", "INV-20001"]
    assert "100.00 EUR" in text_of(page)


# --- what it shows ----------------------------------------------------------------------------------


def test_desk_shows_the_first_line_with_its_proposal_and_reasons(invoice: Invoice) -> None:
    line = proposed()
    response = sign_in("credit_analyst").get(DESK)
    page = text_of(response)
    for words in ("1 line to decide", "98 %", "the text names INV-20017", "to the cent", "name matches the buyer"):
        assert words in page, words
    assert f'id="item-{invoice.pk}" checked' in response.content.decode()
    assert 'value="100.00"' in response.content.decode()
    assert 'value="0042 · Acme Trading Ltd"' in response.content.decode()
    assert f"/imports/matching/{line.pk}/confirm/" in response.content.decode()
    assert inline_code_of(response) == []


def test_desk_with_nothing_to_decide_says_so() -> None:
    assert "Nothing waits." in text_of(sign_in("auditor").get(DESK))


def test_alternative_is_taken_by_its_number(acme: Buyer) -> None:
    first, second = (make_invoice(acme, number=f"A-{n}", amount="100.00") for n in (1, 2))
    line = proposed(remittance="your invoice")
    client = sign_in("credit_analyst")
    assert "something else fits as well" in text_of(client.get(DESK))
    page = client.get(DESK, {"line": line.pk, "alternative": "1"}).content.decode()
    ticked = [one for one in (first, second) if f'id="item-{one.pk}" checked' in page]
    assert len(ticked) == 1
    proposed_first = client.get(DESK, {"line": line.pk}).content.decode()
    assert f'id="item-{ticked[0].pk}" checked' not in proposed_first


def test_search_finds_items_and_keeps_what_is_ticked(invoice: Invoice) -> None:
    other = make_invoice(Buyer.objects.create(code="0077", name="Blue Harbour"), number="BH-9", amount="40.00")
    line = proposed()
    given = {"line": line.pk, "q": "Blue Harb", "item": invoice.pk, f"paid-{invoice.pk}": "60.00", "buyer": ""}
    page = sign_in("credit_analyst").get(DESK, given)
    assert rows_of(page, "items")[0][1] == "INV-20017"
    assert rows_of(page, "items")[1][1:5] == ["BH-9", "Blue Harbour", other.due_date.isoformat(), "40.00"]
    assert 'value="60.00"' in page.content.decode()
    assert "40.00 USD" in text_of(page).replace("</output>", "")
    assert "No open item is called so" in text_of(sign_in("credit_analyst").get(DESK, {"line": line.pk, "q": "zzz"}))


def test_items_of_the_named_buyer_are_shown(invoice: Invoice) -> None:
    line = make_line(payer_name="Somebody")
    page = sign_in("credit_analyst").get(DESK, {"line": line.pk, "buyer": "0042 · Acme Trading Ltd"})
    assert rows_of(page, "items")[0][1] == "INV-20017"


def test_warnings_stand_above_the_line(invoice: Invoice) -> None:
    warning = {"code": "payer_account_changed", "params": {"account": "NEW", "known": "OLD"}}
    line = make_line(payer_name="Acme", warnings=[warning])
    assert "account has changed: NEW; so far it was OLD." in text_of(sign_in("auditor").get(DESK, {"line": line.pk}))


# --- deciding ---------------------------------------------------------------------------------------


def test_accepted_proposal_is_posted_and_the_next_line_stands_there(invoice: Invoice) -> None:
    line, following = proposed(), make_line(payer_name="Next One")
    done = confirm(line, (invoice, "100.00"), htmx=True, buyer="0042 · Acme Trading Ltd")
    page = text_of(done)
    assert "Posted: USD 100.00 of Acme Trading Ltd for Acme Trading Ltd." in page
    assert "Next One" in page
    assert "<html" not in page
    assert done["HX-Push-Url"] == f"{DESK}?line={following.pk}&done={line.pk}"
    invoice.refresh_from_db()
    assert invoice.open_amount == 0
    line.refresh_from_db()
    assert (line.state, line.decided_by.username) == ("posted", "person-credit_analyst")


def test_forms_post_without_scripts(invoice: Invoice) -> None:
    line = proposed()
    done = confirm(line, (invoice, "100.00"))
    assert done.redirect_chain == [(f"{DESK}?done={line.pk}", 302)]
    assert "Nothing waits." in text_of(done)


def test_short_payment_with_a_charge_closes_the_invoice(invoice: Invoice) -> None:
    line = proposed(amount="88.00")
    confirm(line, (invoice, "88.00"), **{f"off-{invoice.pk}": "12.00", f"kind-{invoice.pk}": "bank_charge"})
    entries = Entry.objects.filter(invoice=invoice).exclude(kind="issue").order_by("kind")
    assert [(one.kind, one.amount) for one in entries] == [("bank_charge", Decimal(-12)), ("receipt", Decimal(-88))]


def test_what_is_not_chosen_stays_unapplied_and_visible(invoice: Invoice) -> None:
    confirm(proposed(amount="150.00"), (invoice, "100.00"), buyer="0042")
    rows = rows_of(sign_in("auditor").get(UNAPPLIED), "t-unapplied")
    assert [(row[0].split()[0], row[6], row[7]) for row in rows] == [("Acme", "150.00", "50.00")]
    assert len(csv_rows(sign_in("auditor").get(UNAPPLIED, {"export": "csv"}))) == 2


def test_money_without_an_invoice_is_the_buyers(acme: Buyer) -> None:
    confirm(make_line(payer_name="x"), buyer="0042")
    assert Receipt.objects.get().buyer == acme


def test_buyer_is_that_of_the_first_invoice_where_none_is_named(invoice: Invoice) -> None:
    confirm(make_line(payer_name="x"), (invoice, "100.00"))
    assert Receipt.objects.get().buyer_id == invoice.buyer_id


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"buyer": "NOBODY"}, "choose a buyer or an invoice"),
        ({"buyer": ""}, "choose a buyer or an invoice"),
    ],
)
def test_money_of_nobody_is_refused(given: dict[str, str], words: str) -> None:
    line = make_line(payer_name="x")
    done = sign_in("credit_analyst").post(f"{DESK}{line.pk}/confirm/", {"version": line.version, **given})
    assert done.status_code == 422
    assert words in text_of(done)
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("paid", ["1,000.00", "-5", "1e3", "abc", "9" * 20])
def test_amount_that_is_none_is_refused(paid: str, invoice: Invoice) -> None:
    done = confirm(proposed(), (invoice, paid))
    assert done.status_code == 422
    assert "plain digits" in text_of(done)
    assert not Receipt.objects.exists()


def test_refusal_keeps_what_was_given(invoice: Invoice) -> None:
    line = proposed(amount="300.00")
    done = confirm(line, (invoice, "250.00"), htmx=True, buyer="0042")
    assert done.status_code == 200
    assert 'role="alert"' in done.content.decode()
    assert 'value="250.00"' in done.content.decode()
    assert not Receipt.objects.exists()


def test_stale_line_is_refused(invoice: Invoice) -> None:
    line = proposed()
    BankLine.objects.update(version=9)
    done = confirm(line, (invoice, "100.00"))
    assert "Somebody else has decided" in text_of(done)
    assert not Receipt.objects.exists()


def test_line_is_ignored_with_a_reason() -> None:
    line = make_line(payer_name="Tax Office")
    assert "Say why" in text_of(post(line, "ignore", reason=" "))
    assert "Ignored: USD 100.00 of Tax Office." in text_of(post(line, "ignore", reason="tax refund"))
    assert "tax refund" in text_of(sign_in("auditor").get(LINES, {"state": "ignored"}))


def test_posted_line_is_undone_by_reversal(invoice: Invoice) -> None:
    line = proposed()
    confirm(line, (invoice, "100.00"))
    line.refresh_from_db()
    assert 'value="matched wrongly"' in sign_in("credit_analyst").get(DESK, {"line": line.pk}).content.decode()
    page = text_of(post(line, "undo", reason="another customer"))
    assert "undone" in page
    assert "Accept" in page
    invoice.refresh_from_db()
    assert invoice.open_amount == Decimal(100)
    assert Receipt.objects.count() == 2


def test_proposal_is_looked_for_again(invoice: Invoice) -> None:
    line = make_line(payer_name="Acme Trading Ltd", remittance="INV-20017")
    assert "INV-20017" in text_of(post(line, "again"))
    line.refresh_from_db()
    assert line.state == "proposed"


def test_every_decision_keeps_the_account_that_the_queue_is_restricted_to(invoice: Invoice) -> None:
    line = proposed()
    page = sign_in("credit_analyst").get(DESK, {"account": line.account_id}).content.decode()
    for verb in ("confirm", "ignore", "again"):
        assert f"{DESK}{line.pk}/{verb}/?account={line.account_id}" in page, verb
    confirm(line, (invoice, "100.00"))
    decided = sign_in("credit_analyst").get(DESK, {"line": line.pk, "account": line.account_id}).content.decode()
    assert f"{DESK}{line.pk}/undo/?account={line.account_id}" in decided


# --- lists ------------------------------------------------------------------------------------------


def test_lines_are_listed_by_what_became_of_them(invoice: Invoice) -> None:
    line = proposed()
    make_line(payer_name="Waiting One")
    confirm(line, (invoice, "100.00"))
    client = sign_in("auditor")
    posted = rows_of(client.get(LINES), "t-lines")
    assert [row[0] for row in posted] == ["Acme Trading Ltd"]
    assert posted[0][9] == "person-credit_analyst"
    assert [row[0] for row in rows_of(client.get(LINES, {"state": "waiting"}), "t-lines")] == ["Waiting One"]
    assert len(rows_of(client.get(LINES, {"state": "all", "q": "INV-20017"}), "t-lines")) == 1
    assert len(csv_rows(client.get(LINES, {"export": "csv"}))) == 2


def test_line_that_is_no_receipt_says_why() -> None:
    make_line("-38.50", state="not_a_receipt", why_not="debit")
    (row,) = rows_of(sign_in("auditor").get(LINES, {"state": "other"}), "t-lines")
    assert (row[4], row[10]) == ("no receipt", "money that went out")


def test_statement_shows_its_balances_and_lines() -> None:
    line = make_line(payer_name="Acme")
    client = sign_in("auditor")
    assert rows_of(client.get("/imports/statements/"), "t-statements")[0][0] == line.account.number
    page = client.get(f"/imports/statements/{line.statement_id}/")
    assert "Closing balance" in text_of(page)
    assert rows_of(page, "t-lines")[0][0] == "Acme"
    assert client.get("/imports/statements/0/").status_code == 404


# --- who may, and at what cost ----------------------------------------------------------------------


def test_those_who_see_the_portfolio_look(invoice: Invoice) -> None:
    line = proposed()
    statement = f"/imports/statements/{line.statement_id}/"
    for address in (DESK, f"{DESK}?line={line.pk}", LINES, UNAPPLIED, "/imports/statements/", statement):
        check_denied(address, "sales", "administrator")
        for role in PORTFOLIO:
            assert sign_in(role).get(address).status_code == 200
    assert "Accept" not in text_of(sign_in("auditor").get(DESK))


@pytest.mark.parametrize("verb", ["confirm", "return", "ignore", "undo", "again"])
def test_others_decide_nothing(verb: str, invoice: Invoice) -> None:
    line = proposed()
    before = AuditEvent.objects.count()
    data = {"version": line.version, "reason": "x", "buyer": "0042"}
    check_denied(f"{DESK}{line.pk}/{verb}/", "auditor", "sales", "administrator", method="post", data=data)
    line.refresh_from_db()
    assert (line.state, AuditEvent.objects.count()) == ("proposed", before)


def test_unknown_line_and_address_are_not_found() -> None:
    client = sign_in("credit_analyst")
    assert client.get(DESK, {"line": "999"}).status_code == 404
    assert client.get(DESK, {"line": "x", "account": "y", "done": "-1", "alternative": "z"}).status_code == 200
    assert client.post(f"{DESK}1/burn/").status_code == 404
    assert client.post(f"{DESK}999/ignore/", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("address", [DESK, LINES, UNAPPLIED, "/imports/statements/", "/imports/statements/{pk}/"])
def test_query_budget_is_kept(address: str, acme: Buyer) -> None:
    for number in range(12):
        make_invoice(acme, number=f"INV-3000{number}", amount="100.00")
        line = proposed(remittance=f"INV-3000{number}")
    client = sign_in("credit_analyst")
    client.get("/imports/")
    with query_budget(f"PAGE {address}"):
        assert client.get(address.format(pk=line.statement_id)).status_code == 200
