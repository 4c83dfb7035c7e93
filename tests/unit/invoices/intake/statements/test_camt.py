"""camt.052, camt.053 and camt.054: what one message says, and what makes a statement refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.intake.statements.records import Kind, Status
from tests.unit.invoices.intake.made import CAMT, outcome_of, refusal_of

ENTRY = CAMT[CAMT.index("<Ntry>") : CAMT.index("</Stmt>")]


def test_a_statement_is_read() -> None:
    (statement,) = outcome_of(CAMT).statements
    assert (statement.format, statement.kind, statement.number) == ("camt.053.001.08", Kind.STATEMENT, "7")
    assert statement.account.number == "DE02120300000000202051"
    assert statement.opening is not None
    assert statement.closing is not None
    assert (statement.opening.amount, statement.closing.amount) == (Decimal(100), Decimal(150))
    (entry,) = statement.entries
    assert (entry.amount, entry.currency, entry.status) == (Decimal(50), "EUR", Status.BOOKED)
    assert (entry.booking_date, entry.value_date) == (date(2026, 1, 31), date(2026, 2, 1))
    assert (entry.counterparty.name, entry.counterparty.account) == ("Buyer SA", "FR7630006000011234567890189")
    assert (entry.remittance, entry.references[0].value) == ("Invoice R-1", "R-1")


@pytest.mark.parametrize("version", range(1, 15))
def test_every_version_is_read_by_its_namespace(version: int) -> None:
    text = CAMT.replace("camt.053.001.08", f"camt.053.001.{version:02d}")
    if version < 8:
        text = text.replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>").replace("<Pty>", "").replace("</Pty>", "")
    (statement,) = outcome_of(text).statements
    assert (statement.format, statement.credits) == (f"camt.053.001.{version:02d}", Decimal(50))
    assert statement.entries[0].counterparty.name == "Buyer SA"


def test_a_report_and_a_notification_need_no_balances() -> None:
    bare = CAMT[: CAMT.index("<Bal>")] + ENTRY + CAMT[CAMT.index("</Stmt>") :]
    for family, message, part, kind in (
        ("052", "BkToCstmrAcctRpt", "Rpt", Kind.REPORT),
        ("054", "BkToCstmrDbtCdtNtfctn", "Ntfctn", Kind.NOTIFICATION),
    ):
        text = bare.replace("camt.053", f"camt.{family}").replace("BkToCstmrStmt", message)
        text = text.replace("<Stmt>", f"<{part}>").replace("</Stmt>", f"</{part}>")
        (statement,) = outcome_of(text).statements
        assert (statement.kind, statement.opening, statement.credits) == (kind, None, Decimal(50))
    assert refusal_of(bare).code == "element_missing"


def test_a_reversal_books_in_its_own_direction() -> None:
    text = CAMT.replace("<Sts><Cd>BOOK", "<RvslInd>true</RvslInd><Sts><Cd>BOOK")
    text = text.replace("150.00", "50.00").replace(
        "50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>", "50.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>"
    )
    (entry,) = outcome_of(text).statements[0].entries
    assert (entry.amount, entry.is_reversal) == (Decimal(-50), True)


def test_pending_entries_are_in_no_balance() -> None:
    pending = ENTRY.replace("BOOK", "PDNG")
    (statement,) = outcome_of(CAMT.replace(ENTRY, ENTRY + pending)).statements
    assert (len(statement.entries), len(statement.booked)) == (2, 1)


def test_a_batch_keeps_its_payments() -> None:
    details = ENTRY[ENTRY.index("<TxDtls>") : ENTRY.index("</NtryDtls>")]
    parts = "".join(
        details.replace("<TxDtls>", f'<TxDtls><Amt Ccy="EUR">{amount}</Amt>') for amount in ("20.00", "30.00")
    )
    (statement,) = outcome_of(CAMT.replace(details, parts)).statements
    (entry,) = statement.entries
    assert (entry.amount, entry.batch_count, entry.counterparty.name) == (Decimal(50), 2, "")
    assert [one.amount for one in entry.details] == [Decimal(20), Decimal(30)]
    assert entry.details[1].counterparty.name == "Buyer SA"


def test_fees_are_read_with_their_direction() -> None:
    fee = (
        '<Chrgs><Rcrd><Amt Ccy="EUR">2.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>true</ChrgInclInd></Rcrd>'
        "</Chrgs><NtryDtls>"
    )
    (entry,) = outcome_of(CAMT.replace("<NtryDtls>", fee)).statements[0].entries
    (charge,) = entry.charges
    assert (charge.amount, charge.is_included) == (Decimal("2.50"), True)


def test_one_bad_statement_stops_no_other() -> None:
    stmt = CAMT[CAMT.index("<Stmt>") : CAMT.index("</BkToCstmrStmt>")]
    bad = stmt.replace("150.00", "150.01").replace("S-1", "S-2")
    outcome = outcome_of(CAMT.replace(stmt, bad + stmt))
    assert [one.identification for one in outcome.statements] == ["S-1"]
    assert [(one.position, one.name, one.refusal.code) for one in outcome.refused] == [(1, "S-2", "balance_differs")]
    assert outcome.refused[0].refusal.params["difference"] == Decimal("0.01")


def test_pages_open_and_close_with_interim_balances() -> None:
    text = CAMT.replace("OPBD", "ITBD").replace("CLBD", "ITBD")
    (statement,) = outcome_of(text).statements
    assert statement.closing is not None
    assert statement.closing.amount == Decimal(150)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<Id>S-1</Id>", "", "element_missing"),
        ("<IBAN>DE02120300000000202051</IBAN>", "", "element_missing"),
        ("CLBD", "XPCD", "element_missing"),
        ('<Amt Ccy="EUR">150.00</Amt>', '<Amt Ccy="SEK">150.00</Amt>', "currencies_differ"),
        ('<Ntry><Amt Ccy="EUR">', '<Ntry><Amt Ccy="USD">', "currencies_differ"),
        ('<Ntry><Amt Ccy="EUR">', '<Ntry><Amt Ccy="EU">', "currency_invalid"),
        ('<Ntry><Amt Ccy="EUR">50.00', '<Ntry><Amt Ccy="EUR">-50.00', "amount_invalid"),
        ('<Ntry><Amt Ccy="EUR">50.00', '<Ntry><Amt Ccy="EUR">NaN', "amount_invalid"),
        ('<Ntry><Amt Ccy="EUR">50.00', '<Ntry><Amt Ccy="EUR">1e400', "amount_invalid"),
        ("50.00</Amt><CdtDbtInd>CRDT", "50.00</Amt><CdtDbtInd>CREDIT", "sign_invalid"),
        ("<Cd>BOOK</Cd>", "<Cd>DONE</Cd>", "field_invalid"),
        ("<BookgDt><Dt>2026-01-31", "<BookgDt><Dt>0000-00-00", "day_invalid"),
        ("<Stmt>", "<Stmt><TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>", "count_differs"),
        ("<Stmt>", "<Stmt><TxsSummry><TtlCdtNtries><Sum>50.01</Sum></TtlCdtNtries></TxsSummry>", "sum_differs"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, code: str) -> None:
    assert old in CAMT
    refusal = refusal_of(CAMT.replace(old, new, 1))
    assert (refusal.code, bool(refusal.params["rule"])) == (code, True)


def test_a_message_without_statements_is_refused() -> None:
    start, end = CAMT.index("<Stmt>"), CAMT.index("</BkToCstmrStmt>")
    assert refusal_of(CAMT[:start] + CAMT[end:]).code == "statement_empty"


@given(
    st.lists(st.decimals(min_value=-99_999, max_value=99_999, places=2), max_size=15),
    st.decimals(min_value=-99_999, max_value=99_999, places=2),
    st.sampled_from([Decimal(0), Decimal("0.01"), Decimal(-1)]),
)
def test_a_statement_is_taken_exactly_when_it_adds_up(amounts: list[Decimal], opening: Decimal, error: Decimal) -> None:
    closing = sum(amounts, opening)
    head, tail = CAMT[: CAMT.index("<Bal>")], CAMT[CAMT.index("</Stmt>") :]
    balances = balance("OPBD", opening) + balance("CLBD", closing + error)
    outcome = outcome_of(head + balances + "".join(map(entry_of, amounts)) + tail)
    if error:
        assert outcome.refused[0].refusal.params["difference"] == error
    else:
        (statement,) = outcome.statements
        assert statement.credits + statement.debits == closing - opening


def balance(kind: str, amount: Decimal) -> str:
    sign = "DBIT" if amount < 0 else "CRDT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{abs(amount):f}</Amt>"
        f"<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>2026-01-31</Dt></Dt></Bal>"
    )


def entry_of(amount: Decimal) -> str:
    sign = "DBIT" if amount < 0 else "CRDT"
    return f"<Ntry><Amt Ccy='EUR'>{abs(amount):f}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts></Ntry>"
