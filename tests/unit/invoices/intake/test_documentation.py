"""docs/imports.md is what users write profiles from: what it shows must work, and no reason may be missing."""

from __future__ import annotations

import re
from pathlib import Path

from invoices.domain.kinds import Terms
from invoices.intake.fields import FIELDS
from invoices.intake.profile_toml import parse_profile
from invoices.intake.reasons import FILE_REFUSALS, ROW_REASONS

TEXT = (Path(__file__).resolve().parents[4] / "docs" / "imports.md").read_text("utf-8")


def test_the_example_profile_is_a_profile() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    profile = parse_profile(block)
    assert (profile.name, profile.numbers.decimal, profile.file.delimiter) == ("acme_erp", ",", ";")
    assert profile.values["currency"] == {"RMB": "CNY"}


def test_every_reason_is_described() -> None:
    assert {*FILE_REFUSALS, *ROW_REASONS} <= set(re.findall(r"`(\w+)`", TEXT))


def test_every_field_and_every_term_is_described() -> None:
    assert {*FIELDS, *Terms} <= set(re.findall(r"`(\w+)`", TEXT))
