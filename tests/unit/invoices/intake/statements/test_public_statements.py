"""The public bank statements: facts taken from the files by hand, and mt-940 as a second reader of the entries."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import mt940
import pytest

from invoices.intake.documents import Document, read_file
from invoices.intake.reasons import FileRefused
from invoices.intake.statements.records import Statement

# file: (account, number, opening, closing, entries) of every statement that adds up
TAKEN = {
    "betterplace-sepa_snippet.sta": [("50880050/0194787400888", "00004", "766656.49", "1125250.4", 4)],
    "betterplace-with_binary_character.sta": [
        ("51230800/0000007055", "00027", "380115.77", "199929.02", 3),
        ("51230800/0000007304", "00053", "130073.19", "131193.19", 1),
    ],
    "jejik-rabobank.sta": [
        ("1291.99.348", "00000", "1000.89", "1000.89", 0),
        ("1526.89.184", "00000", "4196.12", "4101.82", 2),
    ],
    "sberbank-171011_01234945.sta": [("1966315302010001", "00046", "627311.30", "617874.30", 3)],
    "self-provided-long_statement_number.sta": [("0067-00763/93984487", "1810118101", "0", "0", 0)],
    "camt-camt053.v2.multi.statement.xml": [
        ("NL26VAYB8060476890", "12312", "18.15", "27.00", 1),
        ("NL26VAYB8060476890", "", "27.00", "20.00", 1),
    ],
}
# file: difference between closing balance and opening balance + entries, of the first statement refused
DIFFERENCES = {
    "betterplace-sepa_snippet.sta": "300.08",
    "camt-camt053.v2.all-balance-types.xml": "-5.82",
    "jejik-abnamro.sta": "-2038.00",
    "jejik-ing.sta": "49.06",
    "jejik-postfinance.sta": "0.2",
    "jejik-rabobank.sta": "1135.93",
    "jejik-triodos.sta": "111.40",
    "self-provided-raiffeisen-cmi.sta": "1123264.00",
    "self-provided-whitespace.sta": "234.01",
}
PIECES = {
    *("betterplace-currency_in_25.sta", "betterplace-empty_entry_date.sta", "betterplace-missing_crlf_at_end.sta"),
    *("cmxl-account_balance_debit.sta", "cmxl-account_identification_legacy.sta", "cmxl-closing_balance.sta"),
    *("cmxl-statement_line.sta", "self-provided-empty_non_swift.sta", "self-provided-sparkassen.sta"),
}


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    """The bank statements of the shared data."""
    return shared_data / "bank_statements"


def facts(statement: Statement) -> tuple[str, str, Decimal, Decimal, int]:
    assert statement.opening is not None
    assert statement.closing is not None
    balances = (statement.opening.amount, statement.closing.amount)
    return (statement.account.number, statement.number, *balances, len(statement.entries))


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_read_is_what_the_file_says(folder: Path, name: str) -> None:
    outcome = read_file(folder / name).statements
    assert outcome is not None
    expected = [
        (account, number, Decimal(opening), Decimal(closing), entries)
        for account, number, opening, closing, entries in TAKEN[name]
    ]
    assert [facts(one) for one in outcome.statements] == expected


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_statement_that_does_not_add_up_is_refused_with_the_difference(folder: Path, name: str) -> None:
    outcome = read_file(folder / name).statements
    assert outcome is not None
    refusal = outcome.refused[0].refusal
    assert (refusal.code, refusal.params["difference"]) == ("balance_differs", Decimal(DIFFERENCES[name]))


@pytest.mark.parametrize("name", sorted(PIECES))
def test_a_piece_of_a_message_is_refused_as_a_whole(folder: Path, name: str) -> None:
    with pytest.raises(FileRefused, match="piece of a message"):
        read_file(folder / name)


def test_a_month_of_statements_hangs_together(folder: Path) -> None:
    outcome = read_file(folder / "ASNB-0708271685_09022020_164516.940.txt").statements
    assert outcome is not None
    assert (len(outcome.statements), outcome.refused) == (31, ())
    for before, after in zip(outcome.statements, outcome.statements[1:], strict=False):
        assert facts(before)[3] == facts(after)[2]
    assert (facts(outcome.statements[0])[2], facts(outcome.statements[-1])[3]) == (Decimal("444.29"), Decimal("501.23"))


def test_credits_of_a_collecting_account_are_read(folder: Path) -> None:
    outcome = read_file(folder / "mBank-mt942.sta").statements
    assert outcome is not None
    (report,) = outcome.statements
    assert (report.currency, [entry.amount for entry in report.entries]) == ("PLN", [Decimal("0.01")] * 3)
    assert "XX000000000002" in report.entries[1].remittance


def test_mt940_reads_the_same_entries(folder: Path) -> None:
    compared: Counter[str] = Counter()
    for path in sorted(folder.glob("*.sta")):
        document = try_to_read(path)
        if document is None or document.statements is None or document.statements.refused:
            continue
        theirs = mt940.parse_statements(path.read_bytes(), options=mt940.Options.all())
        ours = document.statements.statements
        assert [amounts(one) for one in ours] == [[row.data["amount"].amount for row in one] for one in theirs]
        compared[path.name] = sum(len(one.entries) for one in ours)
    assert compared.total() >= 10


def amounts(statement: Statement) -> list[Decimal]:
    return [entry.amount for entry in statement.entries]


def try_to_read(path: Path) -> Document | None:
    try:
        return read_file(path)
    except FileRefused:
        return None


def test_every_camt_file_is_read_or_refused_by_its_balances(folder: Path) -> None:
    outcomes = {path.name: read_file(path).statements for path in folder.glob("*.xml")}
    refused = {
        (name, one.refusal.code) for name, outcome in outcomes.items() if outcome is not None for one in outcome.refused
    }
    assert dict(refused) == {
        "camt-camt053.v2.all-balance-types.xml": "balance_differs",
        "camt-camt053.v2.minimal.ultimate.xml": "currencies_differ",
        "camt-camt053.v2.with-party-ids.xml": "currencies_differ",
        "camt-camt053.v3.xml": "currencies_differ",
        "camt-camt053.v8.xml": "currencies_differ",
    }
