"""One entry of a camt message (Ntry) with its payments (TxDtls)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from invoices.intake.document_values import amount_of, currency_of, iso_date
from invoices.intake.reasons import FileRefused
from invoices.intake.statements.records import Charge, Counterparty, Detail, Entry, Reference, Status
from invoices.intake.text import show
from invoices.intake.xml_tree import Node

_RULE = "ISO 20022 camt"
_STATUS = {"BOOK": Status.BOOKED, "PDNG": Status.PENDING, "FUTR": Status.PENDING, "INFO": Status.INFORMATION}
_SIGNS = {"CRDT": 1, "DBIT": -1}
_NAMES = ("Nm", "Pty/Nm", "Pty/Agt/FinInstnId/Nm")
_ACCOUNTS = ("Id/IBAN", "Id/Othr/Id", "Id/BBAN", "Id/PrtryAcct/Id")
_REFERENCES = ("MsgId", "AcctSvcrRef", "PmtInfId", "InstrId", "EndToEndId", "UETR", "TxId", "MndtId", "ChqNb")
# The reference of the creditor (version 1 has another name for it), and the documents that are paid.
_STRUCTURED = {"CreditorReference": "CdtrRefInf/Ref", "CdtrRef": "CdtrRefInf/CdtrRef", "Document": "RfrdDocInf/Nb"}
_BANKS = ("FinInstnId/BICFI", "FinInstnId/BIC", "FinInstnId/Nm")


def direction_of(node: Node) -> int:
    """1 for a credit, -1 for a debit. A reversal carries the direction that it books in, so it changes nothing."""
    text = node.text("CdtDbtInd")
    if text not in _SIGNS:
        raise FileRefused("sign_invalid", field="CdtDbtInd", value=show(text, 20), expected="CRDT / DBIT", rule=_RULE)
    return _SIGNS[text]


def read_entry(node: Node) -> Entry:
    """An entry; the amount without sign and its direction become one signed amount."""
    sign = direction_of(node)
    amount, currency = _money(node)
    details = tuple(_detail(one, sign) for one in node.children("NtryDtls/TxDtls"))
    details = details or tuple(_detail(one, sign) for one in node.children("TxDtls"))
    single = details[0] if len(details) == 1 else None
    info = node.text("AddtlNtryInf")
    return Entry(
        amount=sign * amount,
        currency=currency,
        status=_status(node),
        booking_date=_day(node, "BookgDt"),
        value_date=_day(node, "ValDt"),
        is_reversal=node.text("RvslInd") in {"true", "1"},
        code=_code(node),
        references=(*_entry_references(node), *(single.references if single else ())),
        remittance=(single.remittance if single else "") or info,
        counterparty=single.counterparty if single else Counterparty(),
        charges=tuple(_charges(node)),
        batch_count=_batch_count(node, len(details)),
        details=details,
    )


def _money(node: Node) -> tuple[Decimal, str]:
    amount = node.child("Amt")
    if amount is None:
        raise FileRefused("element_missing", field=f"{node.name}/Amt", rule=_RULE)
    found = amount_of(amount, rule=_RULE)
    if found < 0:
        value = show(amount.own_text, 60)
        raise FileRefused("amount_invalid", field=amount.place, value=value, expected="1234.50", rule=_RULE)
    return found, currency_of(amount.attribute("Ccy"), field=f"{amount.place}/@Ccy", rule="ISO 4217")


def _status(node: Node) -> Status:
    """BOOK and so on: a text up to version 7, a code below it from version 8."""
    text = node.text("Sts/Cd") or node.text("Sts")
    if text not in _STATUS:
        expected = ", ".join(_STATUS)
        raise FileRefused("field_invalid", field="Ntry/Sts", value=show(text, 20), expected=expected, rule=_RULE)
    return _STATUS[text]


def _day(node: Node, name: str) -> date | None:
    text = node.text(f"{name}/Dt") or node.text(f"{name}/DtTm")
    return iso_date(text, field=f"{node.name}/{name}", rule=_RULE) if text else None


def _code(node: Node) -> str:
    """Domain, family and sub-family, or the bank's own code. Example: ``PMNT/RCDT/DMCT``."""
    domain = node.child("BkTxCd/Domn")
    if domain is None:
        return node.text("BkTxCd/Prtry/Cd")
    return "/".join(filter(None, (domain.text("Cd"), domain.text("Fmly/Cd"), domain.text("Fmly/SubFmlyCd"))))


def _entry_references(node: Node) -> Iterator[Reference]:
    for name in ("NtryRef", "AcctSvcrRef"):
        if text := node.text(name):
            yield Reference(kind=name, value=text)


def _batch_count(node: Node, details: int) -> int | None:
    text = node.text("NtryDtls/Btch/NbOfTxs") or node.text("Btch/NbOfTxs")
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return int(text)
    return details if details > 1 else None


def _detail(node: Node, sign: int) -> Detail:
    own = direction_of(node) if node.text("CdtDbtInd") else sign
    amount, currency = _detail_money(node)
    return Detail(
        amount=None if amount is None else own * amount,
        currency=currency,
        counterparty=_counterparty(node, own),
        references=tuple(_references(node)),
        remittance=_remittance(node),
        charges=tuple(_charges(node)),
    )


def _detail_money(node: Node) -> tuple[Decimal | None, str]:
    """The amount of one payment: its own (from version 4), or the transaction amount (before)."""
    if node.child("Amt") is not None:
        return _money(node)
    inner = node.child("AmtDtls/TxAmt")
    return (None, "") if inner is None or inner.child("Amt") is None else _money(inner)


def _references(node: Node) -> Iterator[Reference]:
    for name in _REFERENCES:
        texts = node.texts(f"Refs/{name}")
        yield from (Reference(kind=name, value=text) for text in texts if text != "NOTPROVIDED")
    for own in node.children("Refs/Prtry"):
        yield Reference(kind=own.text("Tp") or "Prtry", value=own.text("Ref"))
    for kind, path in _STRUCTURED.items():
        yield from (Reference(kind=kind, value=text) for text in node.texts(f"RmtInf/Strd/{path}"))


def _remittance(node: Node) -> str:
    texts = (*node.texts("RmtInf/Ustrd"), *node.texts("RmtInf/Strd/AddtlRmtInf"), *node.texts("AddtlTxInf"))
    return "\n".join(texts)


def _counterparty(node: Node, sign: int) -> Counterparty:
    """Who paid us (debtor) in a credit, whom we paid (creditor) in a debit."""
    who = "Dbtr" if sign > 0 else "Cdtr"
    parties, agents = "RltdPties", "RltdAgts"
    return Counterparty(
        name=_first(node, f"{parties}/{who}", _NAMES),
        account=_first(node, f"{parties}/{who}Acct", _ACCOUNTS),
        bank=_first(node, f"{agents}/{who}Agt", _BANKS),
        ultimate=_first(node, f"{parties}/Ultmt{who}", _NAMES),
    )


def _first(node: Node, base: str, paths: tuple[str, ...]) -> str:
    return next((text for path in paths if (text := node.text(f"{base}/{path}"))), "")


def _charges(node: Node) -> Iterator[Charge]:
    """Fees: records with their own direction (from version 4), or one amount (before)."""
    for block in node.children("Chrgs"):
        records = list(block.children("Rcrd")) or [block]
        for record in records:
            if record.child("Amt") is None:
                continue
            amount, currency = _money(record)
            sign = -1 if record.text("CdtDbtInd") == "CRDT" else 1
            is_included = record.text("ChrgInclInd") in {"true", "1"}
            yield Charge(amount=sign * amount, currency=currency, is_included=is_included)
