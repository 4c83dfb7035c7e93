"""camt.052, camt.053 and camt.054 of every version to statements; the entries are read in ``camt_entries``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from lxml import etree

from invoices.intake.document_values import amount_of, currency_of, decimal_of, iso_date, needed_text
from invoices.intake.reasons import FileRefused
from invoices.intake.statements.balances import check_balances, check_count, check_sum
from invoices.intake.statements.camt_entries import direction_of, read_entry
from invoices.intake.statements.outcome import Outcome, each
from invoices.intake.statements.records import Account, Balance, Entry, Kind, Statement
from invoices.intake.xml_tree import Node

NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:(camt\.05([234])\.001\.[0-9]{2})", re.ASCII)
_PARTS = {"2": ("Rpt", Kind.REPORT), "3": ("Stmt", Kind.STATEMENT), "4": ("Ntfctn", Kind.NOTIFICATION)}
_MESSAGES = ("BkToCstmrAcctRpt", "BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn")
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
# ISO 20022 external code set, balance type: CLBD is "the sum of the opening booked balance at the beginning of the
# period and all entries booked to the account during the period".
_RULE = "ISO 20022 CLBD"


def is_camt(root: Any) -> bool:
    """True for the root element of a camt.052, camt.053 or camt.054 message."""
    name = etree.QName(root)
    return name.localname == "Document" and NAMESPACE.fullmatch(name.namespace or "") is not None


def read_camt(root: Any) -> Outcome:
    """Every statement under the root; one that does not add up is refused, the others are taken."""
    namespace = str(etree.QName(root).namespace)
    match = NAMESPACE.fullmatch(namespace)
    version, family = (match.group(1), match.group(2)) if match else ("", "3")
    part, kind = _PARTS[family]
    node = Node(root, (namespace,))
    found = [one for message in _messages(node) for one in message.children(part)]
    if not found:
        raise FileRefused("statement_empty", expected=part, rule=version)
    return each(found, lambda one: _statement(one, version, kind), name=lambda one: one.text("Id"))


def _messages(node: Node) -> Iterator[Node]:
    """The message element; version 1 has its number at the end of the name (BkToCstmrStmtV01)."""
    for name in _MESSAGES:
        yield from node.children(name)
        yield from node.children(f"{name}V01")


def _statement(node: Node, version: str, kind: Kind) -> Statement:
    identification = needed_text(node, "Id", rule=version)
    entries = tuple(read_entry(one) for one in node.children("Ntry"))
    balances = [(_type(one), one) for one in node.children("Bal")]
    opening, closing = _balance(balances, _OPENING), _balance(balances, _CLOSING)
    account = _account(node)
    if kind is Kind.STATEMENT and (opening is None or closing is None):
        opening, closing = _of_page(balances, opening, closing, version)
    if opening is not None and closing is not None:
        check_balances(opening=opening, closing=closing, entries=entries, rule=_RULE)
    _check_summary(node, entries, version)
    return Statement(
        format=version,
        kind=kind,
        account=account,
        identification=identification,
        number=node.text("ElctrncSeqNb") or node.text("LglSeqNb"),
        sequence=node.text("StmtPgntn/PgNb"),
        currency=_currency(account, closing, entries),
        opening=opening,
        closing=closing,
        entries=entries,
    )


def _currency(account: Account, closing: Balance | None, entries: Sequence[Entry]) -> str:
    if closing is not None:
        return closing.currency
    return account.currency or (entries[0].currency if entries else "")


def _account(node: Node) -> Account:
    acct = node.child("Acct")
    if acct is None:
        raise FileRefused("element_missing", field="Acct", rule="ISO 20022 camt")
    paths = ("Id/IBAN", "Id/Othr/Id", "Id/BBAN", "Id/UPIC", "Id/PrtryAcct/Id")
    number = next((text for path in paths if (text := acct.text(path))), "")
    if not number:
        raise FileRefused("element_missing", field="Acct/Id", rule="ISO 20022 camt")
    bank = ("BICFI", "BIC", "Nm", "NmAndAdr/Nm", "CmbndId/Nm")
    return Account(
        number=number,
        currency=acct.text("Ccy"),
        owner=acct.text("Ownr/Nm") or acct.text("Ownr/Pty/Nm"),
        bank=next((text for name in bank if (text := acct.text(f"Svcr/FinInstnId/{name}"))), ""),
    )


def _type(node: Node) -> str:
    """OPBD, CLBD …; version 1 has the code one level higher."""
    return node.text("Tp/CdOrPrtry/Cd") or node.text("Tp/Cd")


def _balance(balances: Sequence[tuple[str, Node]], kinds: Sequence[str]) -> Balance | None:
    """The balance of the first kind that is there."""
    for kind in kinds:
        for found, node in balances:
            if found == kind:
                return _read_balance(node)
    return None


def _read_balance(node: Node) -> Balance:
    amount = node.child("Amt")
    if amount is None:
        raise FileRefused("element_missing", field="Bal/Amt", rule="ISO 20022 camt")
    day = node.text("Dt/Dt") or node.text("Dt/DtTm")
    currency = currency_of(amount.attribute("Ccy"), field="Bal/Amt/@Ccy", rule="ISO 4217")
    return Balance(
        amount=direction_of(node) * amount_of(amount, rule="ISO 20022 camt"),
        currency=currency,
        day=iso_date(day, field="Bal/Dt", rule="ISO 20022 camt") if day else None,
    )


def _of_page(
    balances: Sequence[tuple[str, Node]], opening: Balance | None, closing: Balance | None, version: str
) -> tuple[Balance, Balance]:
    """On one of several pages interim balances (ITBD) stand for what is missing: the first opens, the last closes."""
    interim = [_read_balance(node) for kind, node in balances if kind == "ITBD"]
    first = opening if opening is not None else (interim[0] if interim else None)
    last = closing if closing is not None else (interim[-1] if interim else None)
    if first is None or last is None or first is last:
        missing = "OPBD / PRCD" if first is None else "CLBD"
        raise FileRefused("element_missing", field=f"Bal {missing}", rule=f"{version} Bal")
    return first, last


def _check_summary(node: Node, entries: Sequence[Entry], version: str) -> None:
    """Totals that the bank states beside the entries (TxsSummry): number and sum, of credits and of debits."""
    sides: tuple[tuple[str, Callable[[Decimal], bool]], ...] = (
        ("TtlNtries", lambda amount: True),
        ("TtlCdtNtries", lambda amount: amount > 0),
        ("TtlDbtNtries", lambda amount: amount < 0),
    )
    for name, belongs in sides:
        total = node.child(f"TxsSummry/{name}")
        amounts = [abs(entry.amount) for entry in entries if belongs(entry.amount)]
        if total is not None:
            _check_total(total, amounts, version)


def _check_total(total: Node, amounts: Sequence[Decimal], version: str) -> None:
    if count := total.text("NbOfNtries"):
        stated = decimal_of(count, field=f"{total.name}/NbOfNtries", rule=version)
        check_count(field=f"{total.name}/NbOfNtries", stated=int(stated), counted=len(amounts), rule=version)
    if text := total.text("Sum"):
        stated = decimal_of(text, field=f"{total.name}/Sum", rule=version)
        check_sum(field=f"{total.name}/Sum", stated=stated, entries=amounts, rule=version)
