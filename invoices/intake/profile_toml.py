"""Profiles as TOML text: read with every mistake named, and written back."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Mapping

from django.utils.translation import gettext as _

from core.money import known_currencies
from invoices.domain.kinds import Terms
from invoices.intake.date_pattern import FORM, DatePattern, compile_pattern
from invoices.intake.fields import DUE_FIELDS, FIELDS, Kind
from invoices.intake.number_format import NumberFormat
from invoices.intake.profile import (
    Column,
    Disputes,
    DisputeStart,
    FileOptions,
    Negative,
    Profile,
    RowFilter,
    SettledAmount,
)
from invoices.intake.toml_section import ProfileInvalid, Section

MAX_TOML_CHARS = 100_000
_NAME = re.compile(r"[a-z0-9][a-z0-9_\-]{0,59}")
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


def parse_profile(text: str) -> Profile:
    """The profile that a TOML text describes; raises :class:`ProfileInvalid` with key, value and the right form."""
    if len(text) > MAX_TOML_CHARS:
        raise ProfileInvalid("(file)", len(text), _("at most %(max)s characters") % {"max": MAX_TOML_CHARS})
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ProfileInvalid("(file)", str(error), _("TOML, see https://toml.io")) from error
    return _profile(Section(data))


def _profile(top: Section) -> Profile:
    dates = _date(top.table("dates"))
    columns = _columns(top.table("columns"))
    profile = Profile(
        name=_name(top),
        title=top.text("title", ""),
        source=top.text("source", max_chars=60),
        is_history=top.flag("is_history"),
        file=_file(top.table("file")),
        dates=dates,
        numbers=_numbers(top.table("numbers")),
        columns=columns,
        defaults=_defaults(top.table("defaults")),
        values=_values(top.table("values")),
        filters=tuple(_filter(section) for section in top.tables("filters")),
        negative=_negative(top.table("amounts")),
        settled_amount=_settlement(top.table("settlement")),
        disputes=_disputes(top.table("disputes")),
    )
    top.finish()
    check_complete(profile)
    return profile


def _name(top: Section) -> str:
    name = top.text("name", max_chars=60)
    if not _NAME.fullmatch(name):
        raise top.fail("name", _("1 to 60 of a-z, 0-9, _ and -, beginning with a letter or digit"))
    return name


def _file(section: Section) -> FileOptions:
    options = FileOptions(
        encoding=_encoding(section),
        delimiter=_delimiter(section),
        sheet=section.optional_text("sheet"),
        header_line=section.number("header_line"),
    )
    section.finish()
    return options


def _encoding(section: Section) -> str | None:
    name = section.optional_text("encoding")
    if name is None:
        return None
    try:
        b"a".decode(name, errors="replace")  # raises for codecs that are no encoding of text, such as base64
        codecs.getincrementaldecoder(name)
    except (LookupError, UnicodeError) as error:
        raise section.fail("encoding", _("a text encoding such as utf-8, gb18030 or windows-1252")) from error
    return codecs.lookup(name).name


def _delimiter(section: Section) -> str | None:
    value = section.optional_text("delimiter") if section.raw("delimiter") != "\t" else "\t"
    if value is None:
        return None
    if value not in _DELIMITERS and value not in _DELIMITERS.values():
        raise section.fail("delimiter", _("one of: %(words)s") % {"words": ", ".join(_DELIMITERS)})
    return _DELIMITERS.get(value, value)


def _date(section: Section) -> DatePattern:
    pattern = _pattern(section, "format")
    section.finish()
    return pattern


def _pattern(section: Section, name: str) -> DatePattern:
    try:
        return compile_pattern(section.text(name, max_chars=40))
    except ValueError as error:
        raise section.fail(name, FORM) from error


def _numbers(section: Section) -> NumberFormat:
    decimal, thousands = section.text("decimal", "."), section.text("thousands", "\0")
    thousands = {".": ",", ",": "."}.get(decimal, "") if thousands == "\0" else thousands
    if decimal not in {".", ","}:
        raise section.fail("decimal", _('"." or ","'))
    if thousands not in {"", ",", ".", " ", "'"} or thousands == decimal:
        raise section.fail("thousands", _('one of "", ",", ".", " ", "\'", other than the decimal mark'))
    ignore = section.text("ignore", "", max_chars=20)
    if re.search(r"[\d+\-().,]", ignore):
        raise section.fail("ignore", _('characters to leave out, such as "$"; no digits, signs or marks'))
    section.finish()
    return NumberFormat(decimal=decimal, thousands=thousands, ignore=ignore)


def _columns(section: Section) -> dict[str, Column]:
    found = {name: _column(section, name) for name in section.keys()}  # noqa: SIM118  # not a dict
    for name in found:
        _check_field(section, name)
    if not found:
        raise ProfileInvalid("columns", None, _("a table [columns] that names a column for each field"))
    return found


def _check_field(section: Section, name: str) -> None:
    if name not in FIELDS:
        raise section.fail(name, _("a field: %(fields)s") % {"fields": ", ".join(FIELDS)})


def _column(section: Section, name: str) -> Column:
    if not isinstance(section.raw(name), dict):
        names = section.texts(name)
        if not names or not all(item.strip() for item in names):
            raise section.fail(name, _("the name of a column, or a list of names"))
        return Column(names=names)
    inner = section.table(name)
    column = Column(
        names=inner.texts("column"),
        is_optional=inner.flag("optional"),
        is_whole_number=inner.flag("whole_number"),
        date=_pattern(inner, "date") if inner.raw("date") is not None else None,
    )
    inner.finish()
    if not column.names:
        raise inner.fail("column", _("the name of a column, or a list of names"))
    return column


def _defaults(section: Section) -> dict[str, str]:
    found = {}
    for name in section.keys():  # noqa: SIM118
        _check_field(section, name)
        found[name] = section.text(name)
    if found.get("currency", "USD") not in known_currencies():
        raise section.fail("currency", _("an ISO 4217 code such as USD"))
    if found.get("terms", Terms.OPEN_ACCOUNT) not in list(Terms):
        raise section.fail("terms", _("one of: %(words)s") % {"words": ", ".join(Terms)})
    return found


def _values(section: Section) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name in section.keys():  # noqa: SIM118
        _check_field(section, name)
        inner = section.table(name)
        found[name] = {key: inner.text(key, "") for key in inner.keys()}  # noqa: SIM118
        if FIELDS[name].kind is Kind.TERMS and not set(found[name].values()) <= set(Terms):
            raise section.fail(name, _("one of: %(words)s") % {"words": ", ".join(Terms)})
    return found


def _filter(section: Section) -> RowFilter:
    keep, drop = section.texts("keep"), section.texts("drop")
    column = section.text("column")
    if bool(keep) == bool(drop):
        raise section.fail("keep", _("either keep = [...] or drop = [...] with texts of the column"))
    section.finish()
    return RowFilter(column=column, keep=frozenset(keep), drop=frozenset(drop))


def _negative(section: Section) -> Negative:
    negative = section.choice("negative", Negative, Negative.REFUSE)
    section.finish()
    return negative


def _settlement(section: Section) -> SettledAmount:
    amount = section.choice("receipt", SettledAmount, SettledAmount.FULL)
    section.finish()
    return amount


def _disputes(section: Section) -> Disputes:
    usual = Disputes()
    disputes = Disputes(
        yes=section.texts("yes", usual.yes),
        no=section.texts("no", usual.no),
        start=section.choice("from", DisputeStart, usual.start),
        reason=section.text("reason", usual.reason, max_chars=40),
    )
    section.finish()
    return disputes


def check_complete(profile: Profile) -> None:
    """Raise unless every required field has a column or a default, and the receipt rule its column."""
    given: Mapping[str, object] = {**profile.columns, **profile.defaults}
    missing = [name for name, field in FIELDS.items() if field.is_required and name not in given]
    if missing:
        raise ProfileInvalid(f"columns.{missing[0]}", None, _("a column, or a value in [defaults]"))
    if not any(name in given for name in DUE_FIELDS):
        raise ProfileInvalid("columns.due_date", None, _("a column for due_date or due_days"))
    if profile.settled_amount is SettledAmount.PAID_AMOUNT and "paid_amount" not in profile.columns:
        raise ProfileInvalid("columns.paid_amount", None, _("a column, because settlement.receipt is paid_amount"))


def load_profile_text(data: bytes) -> str:
    """TOML is UTF-8 by definition; raises :class:`ProfileInvalid` for other bytes."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProfileInvalid("(file)", str(error), _("a TOML file in UTF-8")) from error
