"""Registration numbers, checked by their own check digits (python-stdnum)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import cast

import stdnum.cn.uscc
import stdnum.eu.vat
import stdnum.gb.vat
import stdnum.lei
import stdnum.us.ein
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError

from core.errors import DomainError
from core.words import Sentence
from core.words import sentence as _


@dataclass(frozen=True, slots=True)
class RegistrationKind:
    """A kind of number: its name, an example of its right form, and what normalises and checks it."""

    code: str
    name: str
    example: str
    validate: Callable[[str], str]


KINDS: dict[str, RegistrationKind] = {
    kind.code: kind
    for kind in (
        RegistrationKind("uscc", "unified social credit code", "91110000600037341L", stdnum.cn.uscc.validate),
        RegistrationKind("vat", "EU VAT number", "DE136695976", stdnum.eu.vat.validate),
        RegistrationKind("gb_vat", "UK VAT number", "GB980780684", stdnum.gb.vat.validate),
        RegistrationKind("lei", "legal entity identifier", "213800KUD8LAJWSQ9D15", stdnum.lei.validate),
        RegistrationKind("ein", "US employer identification number", "91-1144442", stdnum.us.ein.validate),
    )
}


def check_number(*, kind: str, number: str, country: str = "") -> str:
    """The number in its normal form.

    ``kind`` is one of :data:`KINDS` or ``tax``: the tax number of ``country``. Raises ``registration_kind_unknown``
    or ``registration_invalid``, saying what a right one looks like. Example: ``de 136 695 976`` gives ``136695976``
    prefixed by its country.
    """
    if kind == "tax":
        return _check_tax(number, country)
    if kind not in KINDS:
        raise _error(
            "registration_kind_unknown",
            "kind",
            kind,
            _("kind must be one of: %(kinds)s.", kinds=", ".join([*KINDS, "tax"])),
        )
    known = KINDS[kind]
    try:
        return known.validate(number)
    except ValidationError as error:
        message = _(
            "%(number)r is not a valid %(name)s (%(error)s); a right one looks like %(example)s.",
            number=number,
            name=known.name,
            error=error,
            example=known.example,
        )
        raise _error("registration_invalid", "number", number, message) from error


def _check_tax(number: str, country: str) -> str:
    module = _tax_module(country)
    if module is None:
        raise _error(
            "registration_kind_unknown",
            "country",
            country,
            _("No check of tax numbers of %(country)r is known.", country=country),
        )
    try:
        return str(module.validate(number))
    except ValidationError as error:
        message = _(
            "%(number)r is not a valid tax number of %(country)s (%(error)s).",
            number=number,
            country=country,
            error=error,
        )
        raise _error("registration_invalid", "number", number, message) from error


def _tax_module(country: str) -> ModuleType | None:
    return cast(ModuleType | None, get_cc_module(country.lower(), "vat")) if country else None


def _error(code: str, field: str, value: str, message: Sentence) -> DomainError:
    return DomainError(code, message, {"field": field, "value": value})
