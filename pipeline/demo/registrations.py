"""Registration numbers that pass the check digits of their country (python-stdnum); drawn, not looked up."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from stdnum import get_cc_module, lei

from pipeline.demo.records import DemoRegistration

# Countries whose tax number we can draw: fixed letters, N = any digit.
PATTERNS = {
    "DE": "NNNNNNNNN",
    "GB": "NNNNNNNNN",
    "FR": "NNNNNNNNNNN",
    "IT": "NNNNNNN0NNN",
    "ES": "BNNNNNNNN",
    "NL": "NNNNNNNNNB01",
    "BE": "0NNNNNNNNN",
    "PL": "NNNNNNNNNN",
    "CZ": "NNNNNNNN",
    "RO": "NNNNNNNN",
    "SE": "55NNNNNNNN01",
    "AU": "NNNNNNNNNNN",
    "BR": "NNNNNNNN0001NN",
    "CL": "76NNNNNNN",
    "CO": "9NNNNNNNNN",
    "TR": "NNNNNNNNNN",
    "JP": "NNNNNNNNNNNNN",
}
EU = {"DE", "FR", "IT", "ES", "NL", "BE", "PL", "CZ", "RO", "SE"}
TRIES = 20_000


def registration(*, rng: Random, country: str) -> Iterator[DemoRegistration]:
    """The tax number where the country has a pattern here, else an LEI; nothing for one buyer in ten."""
    if rng.random() < 0.1:
        return
    if country in PATTERNS:
        yield _tax_number(country, _valid(rng, country))
    else:
        yield DemoRegistration("lei", _lei(rng))


def _tax_number(country: str, number: str) -> DemoRegistration:
    if country in EU:
        return DemoRegistration("vat", f"{country}{number}")
    return DemoRegistration("gb_vat", f"GB{number}") if country == "GB" else DemoRegistration("tax", number)


def _valid(rng: Random, country: str) -> str:
    check: Any = get_cc_module(country, "vat")
    for _ in range(TRIES):
        number = "".join(str(rng.randint(0, 9)) if letter == "N" else letter for letter in PATTERNS[country])
        if check.is_valid(number):
            return number
    raise ValueError(f"no valid number found for {country}")


def _lei(rng: Random) -> str:
    """Eighteen characters and two check digits (ISO 17442: mod 97-10)."""
    stem = f"{rng.randint(1000, 9999)}00" + "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(12))
    rest = int("".join(str(int(letter, 36)) for letter in stem + "00")) % 97
    number = f"{stem}{98 - rest:02d}"
    return str(lei.validate(number))
