"""Profiles: written by hand, checked to the key, written back without loss."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.intake.library import SHIPPED, shipped_names, shipped_profile, shipped_text, text_of_file
from invoices.intake.profile import Negative
from invoices.intake.profile_toml import parse_profile
from invoices.intake.profile_write import write_profile
from invoices.intake.reasons import FileRefused
from invoices.intake.toml_section import ProfileInvalid

SMALL = """
name = "small"
source = "erp"
[dates]
format = "YYYY-MM-DD"
[columns]
invoice_id = "no"
buyer_code = "buyer"
currency = "currency"
amount = "amount"
invoice_date = "date"
due_date = "due"
"""
EVERYTHING = """
name = "everything"
title = "All keys"
source = "erp"
is_history = true
[file]
encoding = "windows-1252"
delimiter = "tab"
sheet = "Open"
header_line = 3
[dates]
format = "DD.MM.YYYY"
[numbers]
decimal = ","
thousands = " "
ignore = "€"
[columns]
invoice_id = { column = ["no", "number"], whole_number = true }
buyer_code = "buyer"
amount = "amount"
invoice_date = { column = "date", date = "YYYYMMDD" }
due_days = { column = "days", optional = true }
settled_date = "paid on"
paid_amount = "paid"
disputed = "dispute"
terms = "terms"
[defaults]
currency = "EUR"
due_days = "30"
[values.terms]
"Net 30" = "open_account"
"L/C \\"at sight\\"" = "lc_sight"
[amounts]
negative = "credit_note"
[settlement]
receipt = "paid_amount"
[disputes]
yes = ["J"]
no = ["N", "–"]
from = "import_date"
reason = "quality"
[[filters]]
column = "status"
drop = ["void", "draft"]
[[filters]]
column = "company"
keep = ["U001"]
"""


def invalid(text: str) -> ProfileInvalid:
    """The error of a profile that must not be taken."""
    with pytest.raises(ProfileInvalid) as caught:
        parse_profile(text)
    return caught.value


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_profiles_are_right_and_named_as_their_file(name: str) -> None:
    assert shipped_profile(name).name == name


def test_an_unknown_shipped_name_lists_those_there_are() -> None:
    with pytest.raises(ProfileInvalid, match="ibm_accounts_receivable"):
        shipped_profile("nothing")


@pytest.mark.parametrize("text", [SMALL, EVERYTHING, *(shipped_text(name) or "" for name in shipped_names())])
def test_a_profile_written_back_is_the_same_profile(text: str) -> None:
    profile = parse_profile(text)
    assert parse_profile(write_profile(profile)) == profile


@given(word=st.text(min_size=1, max_size=20).filter(str.strip))
def test_any_column_name_survives_being_written(word: str) -> None:
    base = parse_profile(SMALL)
    columns = {name: column.names[0] for name, column in base.columns.items()} | {"invoice_id": word}
    profile = base.with_columns(columns, name="other")
    assert parse_profile(write_profile(profile)) == profile
    assert profile.columns["invoice_id"].names == (word,)


def test_every_key_is_read() -> None:
    profile = parse_profile(EVERYTHING)
    assert profile.file.encoding == "cp1252"
    assert (profile.file.delimiter, profile.file.header_line) == ("\t", 3)
    assert profile.columns["invoice_id"].names == ("no", "number")
    assert profile.negative is Negative.CREDIT_NOTE
    assert profile.filters[0].drop == {"void", "draft"}
    assert profile.values["terms"]['L/C "at sight"'] == "lc_sight"


@pytest.mark.parametrize(
    ("old", "new", "key", "hint"),
    [
        ('name = "small"', 'name = "Small name"', "name", "a-z"),
        ('source = "erp"', "", "source", "text"),
        ('source = "erp"', "source = 5", "source", "text"),
        ('source = "erp"', 'source = "erp"\nis_histroy = true', "is_histroy", "is_history"),
        ('source = "erp"', 'source = "erp"\nis_history = "yes"', "is_history", "true or false"),
        ('"YYYY-MM-DD"', '"YYYY-MM"', "dates.format", "YYYY-MM-DD"),
        ("[dates]", '[file]\nencoding = "utf-9"\n[dates]', "file.encoding", "utf-8"),
        ("[dates]", '[file]\nencoding = "base64"\n[dates]', "file.encoding", "utf-8"),
        ("[dates]", '[file]\ndelimiter = "/"\n[dates]', "file.delimiter", "semicolon"),
        ("[dates]", "[file]\nheader_line = 0\n[dates]", "file.header_line", "whole number"),
        ("[dates]", '[numbers]\ndecimal = "·"\n[dates]', "numbers.decimal", "."),
        ("[dates]", '[numbers]\nthousands = "."\n[dates]', "numbers.thousands", "other than"),
        ("[dates]", '[numbers]\nignore = "1"\n[dates]', "numbers.ignore", "characters"),
        ('amount = "amount"', 'amont = "amount"', "columns.amont", "amount"),
        ('amount = "amount"', "", "columns.amount", "defaults"),
        ('amount = "amount"', "amount = 7", "columns.amount", "text"),
        ('amount = "amount"', 'amount = { colum = "x" }', "columns.amount.colum", "column"),
        ('due_date = "due"', "", "columns.due_date", "due_days"),
        ('due_date = "due"', 'due_date = "due"\n[defaults]\ncurrency = "US$"', "defaults.currency", "USD"),
        ('due_date = "due"', 'due_date = "due"\n[defaults]\nterms = "net"', "defaults.terms", "open_account"),
        ('due_date = "due"', 'due_date = "due"\n[values.terms]\nx = "net"', "values.terms", "open_account"),
        ('due_date = "due"', 'due_date = "due"\n[settlement]\nreceipt = "half"', "settlement.receipt", "full"),
        (
            'due_date = "due"',
            'due_date = "due"\n[settlement]\nreceipt = "paid_amount"',
            "columns.paid_amount",
            "column",
        ),
        ('due_date = "due"', 'due_date = "due"\n[[filters]]\ncolumn = "x"', "filters[0].keep", "either"),
        ('due_date = "due"', 'due_date = "due"\n[disputes]\nfrom = "now"', "disputes.from", "due_date"),
        ('due_date = "due"', 'due_date = "due"\ndates = "x"\n[[columns]]', "(file)", "TOML"),
    ],
)
def test_a_mistake_is_named_with_key_value_and_right_form(old: str, new: str, key: str, hint: str) -> None:
    error = invalid(SMALL.replace(old, new))
    assert error.params["key"] == key
    assert hint in error.params["expected"]
    assert key in error.message


def test_a_profile_file_must_be_there_and_in_utf8(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="no file"):
        text_of_file(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes("title = 'é'".encode("latin-1"))
    with pytest.raises(ProfileInvalid, match="UTF-8"):
        text_of_file(tmp_path / "bad.toml")


def test_a_huge_profile_is_refused(tmp_path: Path) -> None:
    assert "at most" in invalid("#" * 200_000).message


def test_shipped_profiles_do_not_guess_dates() -> None:
    for path in SHIPPED.glob("*.toml"):
        assert re.search(r"^format = ", path.read_text("utf-8"), re.MULTILINE)
