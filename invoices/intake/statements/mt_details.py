"""Field ``:86:``, what an entry is about: German ``?20`` sub-fields through mt-940, slash words, plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from mt940.models import Transactions
from mt940.options import Options
from mt940.processors import transaction_details_post_processor
from mt940.tags import TransactionDetails

from invoices.intake.statements.records import Counterparty, Reference

_STRUCTURED = re.compile(r"[0-9]{3}[?>][0-9]{2}", re.ASCII)
# /NAME/J. Jansen/REMI/Invoice 471/EREF/123 as Dutch and Nordic banks write it.
_WORD = re.compile(r"/(IBAN|BIC|NAME|REMI|EREF|MARF|CSID|BENM|ORDP|TRTP|ISDT|ADDR|PREF|RTRN|SVCL|PURP|ID)/")
_REFERENCES = {
    "end_to_end_reference": "EndToEndId",
    "customer_reference": "customer",
    "additional_position_reference": "MndtId",
    "EREF": "EndToEndId",
    "MARF": "MndtId",
    "PREF": "PmtInfId",
}
_READER = Transactions(options=Options.all())
_TAG = TransactionDetails()


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the field says."""

    text: str = ""
    counterparty: Counterparty = field(default_factory=Counterparty)
    references: tuple[Reference, ...] = ()


def read_details(values: Sequence[str]) -> Details:
    """The fields ``:86:`` of one entry; some banks repeat the field for every line of text."""
    value = "\n".join(values)
    if not value:
        return Details()
    if _STRUCTURED.match(value):
        return _structured(value)
    words = _words(value)
    return _of_words(words) if words else Details(text=_plain(value))


def _structured(value: str) -> Details:
    """``166?00GUTSCHRIFT?20EREF+…?32KARL?33KAUFMANN``: lines break inside words, so they are put together first."""
    text = value.replace("\n", "")
    text = text.replace(">", "?") if text[3:4] == ">" else text
    result = {"transaction_details": text}
    found = transaction_details_post_processor(_READER, _TAG, dict(result), result)
    parts = {name: " ".join(str(part).split()) for name, part in found.items() if part}
    purpose = filter(None, (parts.get("purpose"), parts.get("additional_purpose")))
    return Details(
        text=" ".join(purpose) or parts.get("posting_text", ""),
        counterparty=_counterparty(
            parts.get("applicant_name"),
            parts.get("gvc_applicant_iban") or parts.get("applicant_iban"),
            parts.get("applicant_bin"),
        ),
        references=_references(parts),
    )


def _words(value: str) -> dict[str, str]:
    """Words and their texts; empty unless the text begins with one."""
    text = value.replace("\n", "")
    found = list(_WORD.finditer(text))
    if not found or found[0].start() > 0:
        return {}
    ends = [*(match.start() for match in found[1:]), len(text)]
    return {match.group(1): text[match.end() : end].strip() for match, end in zip(found, ends, strict=True)}


def _of_words(words: dict[str, str]) -> Details:
    return Details(
        text=words.get("REMI", ""),
        counterparty=_counterparty(words.get("NAME"), words.get("IBAN"), words.get("BIC")),
        references=_references(words),
    )


def _counterparty(name: str | None, account: str | None, bank: str | None) -> Counterparty:
    return Counterparty(name=name or "", account=account or "", bank=bank or "")


def _references(parts: dict[str, str]) -> tuple[Reference, ...]:
    found = ((kind, parts[name]) for name, kind in _REFERENCES.items() if parts.get(name))
    return tuple(Reference(kind=kind, value=value) for kind, value in found if value != "NOTPROVIDED")


def _plain(value: str) -> str:
    return "\n".join(line for line in (" ".join(line.split()) for line in value.split("\n")) if line)
