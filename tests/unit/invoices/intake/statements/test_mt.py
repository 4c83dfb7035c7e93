"""MT940 and MT942: what one message says, and what makes a statement refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.intake.reasons import FileRefused
from invoices.intake.statements.mt_details import read_details
from invoices.intake.statements.mt_fields import decode_mt
from invoices.intake.statements.records import Kind, Status
from tests.unit.invoices.intake.made import MT940, MT942, outcome_of, read, refusal_of

LINE = ":61:2601310131C50,00NTRFR-1//BANK1\n"


def test_a_statement_is_read() -> None:
    (statement,) = outcome_of(MT940).statements
    assert (statement.format, statement.kind) == ("MT940", Kind.STATEMENT)
    assert (statement.number, statement.sequence, statement.currency) == ("00007", "001", "EUR")
    assert statement.account.number == "DE02120300000000202051"
    (entry,) = statement.entries
    assert (entry.amount, entry.code, entry.is_reversal) == (Decimal(50), "NTRF", False)
    assert (entry.booking_date, entry.value_date) == (date(2026, 1, 31), date(2026, 1, 31))
    assert (entry.counterparty.name, entry.counterparty.account) == ("Buyer SA", "FR7630006000011234567890189")
    assert entry.remittance == "Invoice R-1"
    assert [(one.kind, one.value) for one in entry.references] == [
        ("customer", "R-1"),
        ("bank", "BANK1"),
        ("EndToEndId", "R-1"),
    ]


def test_a_report_is_read_with_expected_entries() -> None:
    (report,) = outcome_of(MT942).statements
    assert (report.format, report.kind, report.opening) == ("MT942", Kind.REPORT, None)
    assert [(one.amount, one.status) for one in report.entries] == [
        (Decimal(50), Status.PENDING),
        (Decimal("-7.50"), Status.BOOKED),
    ]


@pytest.mark.parametrize(
    ("mark", "amount", "is_reversal"), [("C", 50, False), ("D", -50, False), ("RC", -50, True), ("RD", 50, True)]
)
def test_marks_give_the_sign(mark: str, amount: int, is_reversal: bool) -> None:
    text = MT940.replace("0131C50", f"0131{mark}50").replace("EUR150,00", f"EUR{100 + amount},00")
    (entry,) = outcome_of(text).statements[0].entries
    assert (entry.amount, entry.is_reversal) == (Decimal(amount), is_reversal)


def test_a_funds_code_is_no_reversal() -> None:
    assert outcome_of(MT940.replace("0131C50", "0131CR50")).statements[0].entries[0].is_reversal is False


@pytest.mark.parametrize(
    ("line", "value_date", "booking_date"),
    [
        (":61:2512310102C50,00NTRFX\n", date(2025, 12, 31), date(2026, 1, 2)),
        (":61:2601021231C50,00NTRFX\n", date(2026, 1, 2), date(2025, 12, 31)),
        (":61:260230C50,00NTRFX\n", date(2026, 2, 28), None),
        (":61:260131    C50,00NTRFX\n", date(2026, 1, 31), None),
        (":61:2601310000C50,00NTRFX\n", date(2026, 1, 31), None),
    ],
)
def test_dates_of_an_entry(line: str, value_date: date, booking_date: date | None) -> None:
    (entry,) = outcome_of(MT940.replace(LINE, line)).statements[0].entries
    assert (entry.value_date, entry.booking_date) == (value_date, booking_date)


def test_amounts_with_many_leading_zeros_are_not_cut() -> None:
    text = MT940.replace("C50,00N", "C00000000000000000050,00N").replace("EUR100,00", "EUR0000000000000000100,00")
    assert outcome_of(text).statements[0].entries[0].amount == Decimal(50)


def test_entries_without_a_type_code_are_entries() -> None:
    text = MT940.replace(LINE, ":61:2601310131C20,00\n:61:2601310131C30,00\n")
    assert [entry.amount for entry in outcome_of(text).statements[0].entries] == [Decimal(20), Decimal(30)]


def test_pages_become_one_statement() -> None:
    first = MT940.replace("/001", "/001").replace(":62F:", ":62M:")
    second = MT940.replace("/001", "/002").replace(":60F:", ":60M:").replace("EUR100,00", "EUR150,00")
    second = second.replace(":62F:C260131EUR150,00", ":62F:C260131EUR200,00")
    (statement,) = outcome_of(first + second).statements
    assert statement.opening is not None
    assert statement.closing is not None
    assert (statement.opening.amount, statement.closing.amount, len(statement.entries)) == (100, 200, 2)
    assert refusal_of(first).code == "statement_incomplete"
    assert refusal_of(second).code == "statement_incomplete"


def test_one_bad_statement_stops_no_other() -> None:
    outcome = outcome_of(MT940.replace("EUR150,00", "EUR150,10") + MT940.replace("00007", "00008"))
    assert [one.number for one in outcome.statements] == ["00008"]
    (refused,) = outcome.refused
    assert (refused.refusal.code, refused.refusal.params["difference"]) == ("balance_differs", Decimal("0.10"))


@pytest.mark.parametrize(
    "envelope", ["{1:F01BANK}{2:O940}{4:\n%s-}{5:}\n", "\x01\n%s\x03", "ABNANL2A\n940\n%s", "\ufeff%s"]
)
def test_envelopes_and_control_characters_are_left_aside(envelope: str) -> None:
    text = envelope % MT940.removesuffix("-\n")
    for ending in ("\n", "\r\n", "\r"):
        assert len(outcome_of(text.replace("\n", ending)).statements) == 1


def test_a_missing_line_end_is_no_harm() -> None:
    assert len(outcome_of(MT940.rstrip("\n-")).statements) == 1


@pytest.mark.parametrize("field", ["20", "25", "28C", "60F", "62F"])
def test_a_field_that_is_missing_is_named_in_words(field: str) -> None:
    lines = [line for line in MT940.split("\n") if not line.startswith(f":{field}:")]
    refusal = refusal_of("\n".join(lines))
    assert (refusal.code, refusal.params["field"]) == ("field_missing", f":{field}:")
    assert "piece of a message" in refusal.message


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("C50,00N", "CNaNN", "field_invalid"),
        ("C50,00N", "C1e400N", "field_invalid"),
        ("C50,00N", "C50.00N", "field_invalid"),
        ("C50,00N", "X50,00N", "field_invalid"),
        ("C50,00N", "C12345678901234567,00N", "amount_too_large"),
        (":61:260131", ":61:000000", "day_invalid"),
        (":61:260131", ":61:261331", "day_invalid"),
        ("C260130EUR100,00", "C260130XXQ100,00", "field_invalid"),
        ("C260130EUR100,00", "E260130EUR100,00", "field_invalid"),
        ("C260130EUR100,00", "C000000EUR100,00", "day_invalid"),
        ("C260131EUR150,00", "C260131USD150,00", "currencies_differ"),
        ("00007/001", "no. 7", "field_invalid"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, code: str) -> None:
    assert old in MT940
    refusal = refusal_of(MT940.replace(old, new, 1))
    assert (refusal.code, refusal.params["rule"].startswith("SWIFT")) == (code, True)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (":90D:1EUR7,50", ":90D:2EUR7,50", "count_differs"),
        (":90D:1EUR7,50", ":90D:1EUR7,51", "sum_differs"),
        (":90D:1EUR7,50", ":90D:one", "field_invalid"),
        (":34F:EUR0,", ":34F:0", "field_invalid"),
        (":34F:EUR0,\n", "", "field_missing"),
    ],
)
def test_a_report_must_agree_with_its_own_sums(old: str, new: str, code: str) -> None:
    assert refusal_of(MT942.replace(old, new)).code == code


@pytest.mark.parametrize(
    ("values", "name", "account", "text"),
    [
        (["/TRTP/SEPA/IBAN/NL91ABNA/NAME/J. Jansen/REMI/Factuur 47\n1/EREF/X"], "J. Jansen", "NL91ABNA", "Factuur 471"),
        (["FACTUUR 1", "ZIE REKENING"], "", "", "FACTUUR 1\nZIE REKENING"),
        (["166>00X>20SVWZ+Abc>32Name"], "Name", "", "Abc"),
        ([], "", "", ""),
    ],
)  # fmt: skip
def test_details_are_read_in_the_ways_of_the_banks(values: list[str], name: str, account: str, text: str) -> None:
    details = read_details(values)
    assert (details.counterparty.name, details.counterparty.account, details.text) == (name, account, text)


@pytest.mark.parametrize(
    ("data", "text", "name"),
    [
        ("Überweisung".encode(), "Überweisung", "utf-8-sig"),
        ("Überweisung für Größe".encode("cp1252"), "Überweisung für Größe", "cp1252"),
        ("Csoportos átutalás jóváírása".encode("cp852"), "Csoportos átutalás jóváírása", "cp852"),
    ],
)
def test_encodings_are_told_apart_by_their_letters(data: bytes, text: str, name: str) -> None:
    assert decode_mt(data) == (text, name)


def test_a_field_of_endless_text_is_refused() -> None:
    assert refusal_of(MT940.replace("166?00", "166?00" + "x" * 20_000)).params["field"] == ":86:"


def test_more_fields_than_any_statement_has_are_refused() -> None:
    assert refusal_of(MT940 + ":86:\n" * 200_001).code == "fields_limit"


@given(
    st.lists(st.decimals(min_value=-99_999, max_value=99_999, places=2), max_size=15),
    st.decimals(min_value=-99_999, max_value=99_999, places=2),
    st.sampled_from([Decimal(0), Decimal("0.01"), Decimal(-1)]),
)
def test_a_statement_is_taken_exactly_when_it_adds_up(amounts: list[Decimal], opening: Decimal, error: Decimal) -> None:
    closing = sum(amounts, opening)
    lines = "".join(f":61:260131{mark(one)}{comma(one)}NTRFNONREF\n" for one in amounts)
    text = (
        f":20:R\n:25:A\n:28C:1\n:60F:{mark(opening)}260130EUR{comma(opening)}\n{lines}"
        f":62F:{mark(closing + error)}260131EUR{comma(closing + error)}\n"
    )
    outcome = outcome_of(text)
    if error:
        assert outcome.refused[0].refusal.params["difference"] == error
    else:
        (statement,) = outcome.statements
        assert statement.credits + statement.debits == closing - opening


def mark(amount: Decimal) -> str:
    return "D" if amount < 0 else "C"


def comma(amount: Decimal) -> str:
    return f"{abs(amount):f}".replace(".", ",")


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(noise: bytes) -> None:
    for data in (noise, MT940.encode()[:150] + noise, MT940.encode() + noise, b":61:" + noise):
        with suppress(FileRefused):
            read(data)
