"""A bank statement of the demo: what customers paid on the last day, told as banks tell it (camt.053.001.08)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from html import escape
from typing import NamedTuple

from pipeline.demo.profile import rng_for

ACCOUNT, BANK, HOLDER = "LBT-USD-001", "LANTBAYX", "Lantern Bay Trading Co., Ltd."
OPENING = Decimal("184250.00")
CURRENCY = "USD"


class OpenInvoice(NamedTuple):
    """An invoice that a customer may pay; ``group`` is the name of its group, if it has one."""

    number: str
    buyer: str
    group: str
    amount: Decimal


class Payment(NamedTuple):
    """A line of the statement; negative is money that went out."""

    payer: str
    account: str
    amount: Decimal
    text: str


def payments_of(invoices: Sequence[OpenInvoice], *, seed: int) -> list[Payment]:
    """What comes in of these invoices, each of another buyer: most of it plain, some of it for a person to decide."""
    alone = [one for one in invoices if not one.group]
    together = _of_one_group(invoices)
    made = [_pay(one, kind, seed) for one, kind in zip(alone, _KINDS, strict=False)]
    if together:
        total = sum((one.amount for one in together), Decimal(0))
        numbers = " + ".join(one.number for one in together)
        made.append(
            Payment(together[0].group, _account(together[0].group, seed), total, f"For our companies {numbers}")
        )
    return [
        *made,
        Payment("Brightwater Settlement Services", "GB-77120045", Decimal("7315.20"), "PMT ACC TO CONTRACT"),
        Payment("", "", Decimal("-38.50"), "Account fees"),
    ]


# How the invoices of single buyers are paid, in turn; see _pay.
_KINDS = ("named", "named", "named", "named", "charged", "typo", "unnamed", "part", "by another", "too much")


def _pay(invoice: OpenInvoice, kind: str, seed: int) -> Payment:
    payer, account, amount, number = invoice.buyer, _account(invoice.buyer, seed), invoice.amount, invoice.number
    if kind == "charged":  # a bank on the way kept its fee
        return Payment(payer, account, amount - Decimal(25), f"INVOICE {number} LESS CHARGES")
    if kind == "typo":
        return Payment(payer[:14].upper(), account, amount, f"{number[:-2]}{number[-1]}{number[-2]}")
    if kind == "unnamed":
        return Payment(payer, account, amount, "Payment for goods")
    if kind == "part":
        return Payment(payer, account, round(amount * Decimal("0.6"), 2), f"part payment {number}")
    if kind == "by another":
        return Payment("Harbour Bridge Receivables Ltd", "SG-90023118", amount, f"o/b of customer, {number}")
    if kind == "too much":
        return Payment(payer, account, amount + Decimal(480), f"{number} and advance")
    return Payment(payer, account, amount, f"Invoice {number}")


def _of_one_group(invoices: Iterable[OpenInvoice]) -> list[OpenInvoice]:
    """Two or three invoices of different companies of the first group that has them."""
    groups: dict[str, dict[str, OpenInvoice]] = {}
    for one in invoices:
        if one.group:
            groups.setdefault(one.group, {}).setdefault(one.buyer, one)
    return next((list(found.values())[:3] for found in groups.values() if len(found) > 1), [])


def _account(payer: str, seed: int) -> str:
    return f"{rng_for(seed, 'account', payer).randrange(10**11, 10**12)}"


def statement_of(payments: Sequence[Payment], *, day: date) -> bytes:
    """The statement of one day; its balances add up."""
    closing = OPENING + sum((one.amount for one in payments), Decimal(0))
    entries = "".join(_entry(place, one, day) for place, one in enumerate(payments, start=1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>LBT-{day:%Y%m%d}</MsgId><CreDtTm>{day}T18:00:00Z</CreDtTm></GrpHdr>"
        f"<Stmt><Id>LBT-{day:%Y%m%d}-1</Id><ElctrncSeqNb>1</ElctrncSeqNb>"
        f"<Acct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id><Ccy>{CURRENCY}</Ccy><Ownr><Nm>{HOLDER}</Nm></Ownr>"
        f"<Svcr><FinInstnId><BICFI>{BANK}</BICFI></FinInstnId></Svcr></Acct>"
        f"{_balance('OPBD', OPENING, day - timedelta(days=1))}{_balance('CLBD', closing, day)}{entries}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(code: str, amount: Decimal, day: date) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_money(amount)}<Dt><Dt>{day}</Dt></Dt></Bal>"


def _money(amount: Decimal) -> str:
    side = "CRDT" if amount >= 0 else "DBIT"
    return f'<Amt Ccy="{CURRENCY}">{abs(amount):.2f}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def _entry(place: int, payment: Payment, day: date) -> str:
    reference = f"LBT{day:%Y%m%d}{place:04d}"
    payer = ""
    if payment.payer:
        payer = (
            f"<RltdPties><Dbtr><Pty><Nm>{escape(payment.payer)}</Nm></Pty></Dbtr>"
            f"<DbtrAcct><Id><Othr><Id>{payment.account}</Id></Othr></Id></DbtrAcct></RltdPties>"
        )
    return (
        f"<Ntry>{_money(payment.amount)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>"
        f"<ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef><BkTxCd/>"
        f"<NtryDtls><TxDtls><Refs><AcctSvcrRef>{reference}</AcctSvcrRef></Refs>{_money(payment.amount)}{payer}"
        f"<RmtInf><Ustrd>{escape(payment.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )
