"""Words of bank lines and of matching: states, reasons, warnings; declared once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard import formats
from dashboard.labels import Label
from invoices.domain.bank import LineState, LineWarning, NotAReceipt, StatementWarning
from invoices.domain.kinds import EntryKind
from invoices.domain.matching_records import ReasonCode

LINE_STATES = {
    LineState.OPEN: Label(pgettext_lazy("bank line", "no proposal"), "bad"),
    LineState.PROPOSED: Label(pgettext_lazy("bank line", "proposed"), "warn"),
    LineState.POSTED: Label(pgettext_lazy("bank line", "posted"), "good"),
    LineState.IGNORED: Label(pgettext_lazy("bank line", "ignored")),
    LineState.UNDONE: Label(pgettext_lazy("bank line", "undone"), "warn"),
    LineState.NOT_A_RECEIPT: Label(pgettext_lazy("bank line", "no receipt")),
    LineState.TOLD_BEFORE: Label(pgettext_lazy("bank line", "duplicate")),
}

WHY_NOT = {
    NotAReceipt.DEBIT: _("money that went out"),
    NotAReceipt.PENDING: _("not booked yet"),
    NotAReceipt.INFORMATION: _("for information only"),
    NotAReceipt.ZERO: _("no amount"),
    NotAReceipt.REVERSAL_OF_DEBIT: _("takes back money that went out"),
}

OFF_WORDS = {
    EntryKind.BANK_CHARGE: _("bank charge"),
    EntryKind.DISCOUNT: _("discount"),
    EntryKind.WITHHOLDING_TAX: _("withholding tax"),
}

REASONS: dict[str, Any] = {
    ReasonCode.CREDITOR_REFERENCE: _("the creditor reference names %(numbers)s"),
    ReasonCode.NUMBER_NAMED: _("the text names %(numbers)s"),
    ReasonCode.NUMBER_SHORT: _("the text holds %(numbers)s, a short number"),
    ReasonCode.NUMBER_PART: _("the text holds the end of %(numbers)s"),
    ReasonCode.NUMBER_TYPO: _("the text nearly names %(numbers)s: a typo"),
    ReasonCode.AMOUNT_EXACT: _("the amount is what is open, to the cent"),
    ReasonCode.AMOUNT_SUM: _("the amount is the sum of %(count)s invoices, to the cent"),
    ReasonCode.AMOUNT_COMBINATION: _("%(count)s invoices add up to the amount"),
    ReasonCode.AMOUNT_ALL: _("all %(count)s open invoices add up to the amount"),
    ReasonCode.BANK_CHARGE_TOLD: _("%(currency)s %(amount)s were kept by a bank, as the statement says"),
    ReasonCode.BANK_CHARGE: _("%(currency)s %(amount)s are missing, as much as banks keep"),
    ReasonCode.DISCOUNT: _("%(currency)s %(amount)s are missing: %(percent)s %% cash discount"),
    ReasonCode.PART_PAYMENT: _("a part payment: %(amount)s stay open"),
    ReasonCode.SHORT_UNEXPLAINED: _("%(currency)s %(amount)s are missing and nothing says why"),
    ReasonCode.OVERPAID: _("%(currency)s %(amount)s more than these invoices have open"),
    ReasonCode.ON_ACCOUNT: _("on account: no invoice fits"),
    ReasonCode.ACCOUNT_KNOWN: _("this buyer paid from this account before"),
    ReasonCode.ACCOUNT_SHARED: _("this buyer and others paid from this account before"),
    ReasonCode.NAME_SAME: _("the payer's name matches the buyer's"),
    ReasonCode.NAME_SIMILAR: _("the payer's name is similar to the buyer's"),
    ReasonCode.GROUP_PAYMENT: _("one payment for %(count)s companies of a group"),
    ReasonCode.OTHER_CURRENCY: _("they are invoiced in %(invoiced)s"),
    ReasonCode.AMOUNT_CONVERTED: _("at the day's rate %(currency)s %(amount)s are open: %(percent)s %% away"),
    ReasonCode.PAYER_DIFFERS: _("the payer's name differs: %(name)s"),
    ReasonCode.AMBIGUOUS: _("something else fits as well"),
    ReasonCode.COINCIDENCE: _("with so many open invoices the sum may be chance"),
    ReasonCode.POSSIBLE_DUPLICATE: _("possible duplicate of receipt %(number)s of %(source)s on %(day)s"),
    ReasonCode.POSSIBLE_REPEAT: _("possible duplicate of a line on another statement"),
    ReasonCode.UNDONE_BEFORE: _("a match of this line was undone before"),
    ReasonCode.RETURN_REFERENCE: _("it takes back a payment with the same reference"),
    ReasonCode.RETURN_AMOUNT: _("it may take back a payment of the same amount"),
    ReasonCode.LEDGER_REFUSED: _("the ledger refused it: the invoices have changed"),
}

LINE_WARNINGS: dict[str, Any] = {
    LineWarning.PAYER_ACCOUNT_CHANGED: _(
        "The payer's account has changed: %(account)s; so far it was %(known)s. Ask the buyer by a number you know."
    ),
    LineWarning.PAYER_NOT_BUYER: _("The payer %(payer)s is not the buyer %(buyer)s."),
    LineWarning.POSSIBLE_DUPLICATE: _("Possible duplicate of receipt %(number)s of %(source)s on %(day)s."),
    LineWarning.POSSIBLE_REPEAT: _("Possible duplicate of a line on another statement."),
    LineWarning.LEDGER_REFUSED: _("It did not post by itself: the ledger refused it."),
}

STATEMENT_WARNINGS: dict[str, Any] = {
    StatementWarning.NUMBER_GAP: _("A statement before this one is missing."),
    StatementWarning.BALANCE_GAP: _("It does not open with the balance that the one before closed with."),
    StatementWarning.PAYMENTS_NOT_LISTED: _("The bank does not list the payments of a sum that it booked."),
}

# What people set, and what each number means.
MATCHING_NUMBERS = {
    "threshold": _("Posts by itself from confidence"),
    "charge_most": _("Bank charge, at most"),
    "charge_percent": _("Bank charge, percent at most"),
    "discount_percent": _("Cash discount, percent at most"),
    "discount_days": _("Cash discount, days"),
    "duplicate_days": _("Possible duplicate, days apart at most"),
}
MATCHING_HELP = {
    "threshold": _("A line that is at least this sure posts by itself; what is ambiguous never reaches 0.91."),
    "charge_most": _("So much may be missing, in base currency, and still be called a charge of the banks."),
    "charge_percent": _("And no more than this share of what the line pays."),
    "discount_percent": _("A shortage of one percent up to this share may be a cash discount; a person confirms it."),
    "discount_days": _("The money came within so many days of the invoice."),
    "duplicate_days": _("A receipt of another source, as large and this near, may be a duplicate: the line waits."),
}
POSTS = Label(_("sure lines post by themselves"), "good")
POSTS_NOTHING = Label(_("every line waits for a person"), "warn")


def reason_words(reasons: Iterable[Mapping[str, Any]], currency: str) -> list[str]:
    """Why a line of this currency is thought to pay what is proposed, one clause each, none twice."""
    said = (_said(REASONS, {**one, "params": _written(one.get("params", {}), currency)}) for one in reasons)
    return list(dict.fromkeys(said))


def _written(params: Mapping[str, Any], currency: str) -> Mapping[str, Any]:
    if "amount" not in params:
        return params
    return {**params, "amount": formats.money(Decimal(params["amount"]), currency)}


def warning_words(warnings: Iterable[Mapping[str, Any]]) -> list[str]:
    """What a person should know of a line or statement."""
    return [_said({**LINE_WARNINGS, **STATEMENT_WARNINGS}, one) for one in warnings]


def confidence_label(confidence: Decimal | None) -> Label | None:
    """How sure a proposal is, in percent; rounded down, so that only what is certain is 100 %."""
    if confidence is None:
        return None
    tone = "good" if confidence >= Decimal("0.9") else "fair" if confidence >= Decimal("0.7") else "warn"
    return Label(f"{int(confidence * 100)} %", tone)


def _said(table: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    words = table.get(one["code"])
    return str(words) % _Lenient(one.get("params", {})) if words else str(one["code"]).replace("_", " ")


class _Lenient(dict[str, Any]):
    """A missing figure must not hide the reason itself."""

    def __missing__(self, key: str) -> str:
        return formats.NOT_AVAILABLE
