"""MT940 and MT942 messages to statements: pages put together, balances and sums checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from invoices.intake.reasons import FileRefused
from invoices.intake.statements.balances import check_balances, check_count, check_sum
from invoices.intake.statements.mt_entries import read_balance, read_entry
from invoices.intake.statements.mt_fields import Message, MtField, field_missing, split_messages
from invoices.intake.statements.outcome import Outcome, each
from invoices.intake.statements.records import Account, Balance, Entry, Kind, Statement
from invoices.intake.text import show

_OPENING, _CLOSING = ("60F", "60M", "60"), ("62F", "62M", "62")
_NUMBER = re.compile(r"([0-9]{1,10})(?:/([0-9]{1,5}))?", re.ASCII)
_TOTAL = re.compile(r"([0-9]{1,5})([A-Z]{3})([0-9]{1,16},[0-9]{0,6})", re.ASCII)
_FLOOR = re.compile(r"([A-Z]{3})[DC ]?[0-9]{1,16}(?:,[0-9]{0,6})?", re.ASCII)


def read_mt(text: str) -> Outcome:
    """Every statement of the text; one that does not add up is refused, the others are taken."""
    return each(list(_statements(split_messages(text))), _read, name=lambda pages: _name(pages[0]))


def _name(message: Message) -> str:
    return show(message.value("28C", "28") or message.value("20"), 60)


def _statements(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """Pages of one statement: a message that opens with an interim balance goes on with the statement before it."""
    pages: list[Message] = []
    for message in messages:
        goes_on = pages and message.has("60M") and pages[-1].has("62M") and _key(message) == _key(pages[-1])
        if pages and not goes_on:
            yield pages
            pages = []
        pages.append(message)
    if pages:
        yield pages


def _key(message: Message) -> tuple[str, str]:
    return message.value("25", "25P"), message.value("28C", "28").partition("/")[0]


def _read(pages: list[Message]) -> Statement:
    has_balance = any(message.has(*_OPENING, *_CLOSING) for message in pages)
    is_report = not has_balance and pages[0].has("34F", "13D", "90C", "90D")
    return _report(pages[0]) if is_report else _statement(pages)


def _statement(pages: list[Message]) -> Statement:
    """MT940: fields 20, 25, 28C, 60a and 62a are mandatory, and the balances must add up on every page."""
    tag = "SWIFT MT940"
    for message in pages:
        _need(message, tag, ("25", "25P"), ("28C", "28"), _OPENING, _CLOSING)
    read = [_page(message, tag) for message in pages]
    _check_pages(pages, read, tag)
    opening, closing = read[0][0], read[-1][1]
    entries = tuple(entry for _opening, _closing, found in read for entry in found)
    return _made(pages, tag, Kind.STATEMENT, opening.currency, entries, (opening, closing))


def _page(message: Message, tag: str) -> tuple[Balance, Balance, tuple[Entry, ...]]:
    opening = read_balance(message.value(*_OPENING), field=":60:", rule=f"{tag} field 60a")
    closing = read_balance(message.value(*_CLOSING), field=":62:", rule=f"{tag} field 62a")
    entries = tuple(_entries(message, opening.currency, tag))
    check_balances(opening=opening, closing=closing, entries=entries, rule=f"{tag} field 62a")
    return opening, closing, entries


def _check_pages(pages: Sequence[Message], read: Sequence[tuple[Balance, Balance, object]], tag: str) -> None:
    """The first page opens the statement (60F), the last closes it (62F), and each page begins where one ended."""
    if pages[0].has("60M"):
        raise _incomplete(pages[0], ":60M:", tag)
    if pages[-1].has("62M"):
        raise _incomplete(pages[-1], ":62M:", tag)
    for before, after in pairwise(read):
        if before[1].amount != after[0].amount:
            raise _incomplete(pages[0], f"{before[1].amount} ≠ {after[0].amount}", tag)


def _incomplete(message: Message, problem: str, tag: str) -> FileRefused:
    return FileRefused(
        "statement_incomplete", field=":28C:", value=_name(message), problem=problem, rule=f"{tag} field 28C"
    )


def _report(message: Message) -> Statement:
    """MT942: entries of the day, no balances; numbers and sums (90C, 90D) must agree."""
    tag = "SWIFT MT942"
    _need(message, tag, ("25", "25P"), ("28C", "28"), ("34F",))
    floor = _FLOOR.fullmatch(message.value("34F").strip())
    if floor is None:
        value = show(message.value("34F"), 60)
        raise FileRefused("field_invalid", field=":34F:", value=value, expected="EUR0,", rule=f"{tag} field 34F")
    currency = floor.group(1)
    entries = tuple(_entries(message, currency, tag))
    _check_totals(message, "90C", [one.amount for one in entries if one.amount > 0], tag)
    _check_totals(message, "90D", [one.amount for one in entries if one.amount < 0], tag)
    return _made([message], tag, Kind.REPORT, currency, entries, (None, None))


def _check_totals(message: Message, name: str, amounts: Sequence[Decimal], tag: str) -> None:
    if not message.has(name):
        return
    match = _TOTAL.fullmatch(message.value(name).strip())
    rule = f"{tag} field {name}"
    if match is None:
        value = show(message.value(name), 60)
        raise FileRefused("field_invalid", field=f":{name}:", value=value, expected="3EUR1234,50", rule=rule)
    check_count(field=f":{name}:", stated=int(match.group(1)), counted=len(amounts), rule=rule)
    stated = Decimal(match.group(3).replace(",", ".").rstrip("."))
    check_sum(field=f":{name}:", stated=stated, entries=amounts, rule=rule)


def _need(message: Message, tag: str, *fields: Sequence[str]) -> None:
    for names in fields:
        if not message.value(*names):
            raise field_missing(names[0], tag)


def _entries(message: Message, currency: str, tag: str) -> Iterator[Entry]:
    """Each ``:61:`` with the ``:86:`` and ``:NS:`` up to the next field of another kind."""
    line: MtField | None = None
    notes: list[MtField] = []
    for field in (*message.fields, MtField("", "")):
        if line is not None and field.tag in {"86", "NS"}:
            notes.append(field)
            continue
        if line is not None:
            yield read_entry(line, notes, currency=currency, tag=tag)
        line, notes = (field if field.tag == "61" else None), []


def _made(
    pages: Sequence[Message],
    tag: str,
    kind: Kind,
    currency: str,
    entries: tuple[Entry, ...],
    balances: tuple[Balance | None, Balance | None],
) -> Statement:
    number, sequence = _number(pages[0].value("28C", "28"), tag)
    return Statement(
        format=tag.removeprefix("SWIFT "),
        kind=kind,
        account=_account(pages[0].value("25", "25P"), currency),
        identification=pages[0].value("20"),
        number=number,
        sequence=sequence,
        currency=currency,
        opening=balances[0],
        closing=balances[1],
        entries=entries,
    )


def _number(text: str, tag: str) -> tuple[str, str]:
    """Statement and page number as they stand; some banks write more digits than SWIFT's five."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise FileRefused(
            "field_invalid", field=":28C:", value=show(text, 60), expected="00012/001", rule=f"{tag} field 28C"
        )
    return match.group(1), match.group(2) or ""


def _account(text: str, currency: str) -> Account:
    """Some banks write the currency behind the number: ``51210600/9223382012EUR``, ``…/HUF``."""
    first = text.split("\n")[0].strip()
    number = first.removesuffix(currency).removesuffix("/") if first != currency else first
    return Account(number=number, currency=currency)
