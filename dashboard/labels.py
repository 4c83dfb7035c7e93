"""Words and colours of codes, declared once. A colour never stands without its word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from alerts import labels as alert_words
from alerts.domain.states import AlertState, SubjectType
from buyers.domain.facts import BuyerStatus, EventKind, KycStatus, MergeState, ScreeningResult
from buyers.services.merges import LEADING_ZEROS
from core.domain.roles import Role
from invoices.domain.aging import DEFAULT_BUCKETS
from invoices.domain.kinds import AgingBasis, EntryKind, Terms


@dataclass(frozen=True, slots=True)
class Label:
    """A word for people and the tone it is shown in (a class of duewatch.css)."""

    text: Any
    tone: str = "calm"


GRADES = {
    "A": Label(_("A: strong"), "good"),
    "B": Label(_("B: sound"), "fair"),
    "C": Label(_("C: watch"), "warn"),
    "D": Label(_("D: weak"), "bad"),
    "E": Label(_("E: no new business"), "worst"),
}

ROLES = {
    Role.SALES: _("sales"),
    Role.ANALYST: _("credit analyst"),
    Role.MANAGER: _("credit manager"),
    Role.DIRECTOR: _("finance director"),
    Role.AUDITOR: _("auditor"),
    Role.ADMINISTRATOR: _("administrator"),
}

BUYER_STATUS = {
    BuyerStatus.PROSPECT: Label(pgettext_lazy("buyer", "prospect"), "fair"),
    BuyerStatus.ACTIVE: Label(pgettext_lazy("buyer", "active"), "good"),
    BuyerStatus.BLOCKED: Label(pgettext_lazy("buyer", "blocked"), "worst"),
    BuyerStatus.CLOSED: Label(pgettext_lazy("buyer", "closed")),
}

EVENTS = {
    EventKind.LITIGATION: Label(_("litigation"), "bad"),
    EventKind.KEY_MANAGER_LEFT: Label(_("key manager left"), "warn"),
    EventKind.INSURER_CUT: Label(_("insurer cut or refused cover"), "worst"),
    EventKind.BANK_LINE_CUT: Label(_("bank line cut"), "bad"),
    EventKind.RELATED_PARTY_DEFAULT: Label(_("related party in default"), "worst"),
    EventKind.INSOLVENCY: Label(_("insolvency"), "worst"),
    EventKind.VIOLATION: Label(_("violation"), "bad"),
}

ENTRIES = {
    EntryKind.ISSUE: _("invoice issued"),
    EntryKind.RECEIPT: _("receipt allocated"),
    EntryKind.CREDIT_NOTE: _("credit note allocated"),
    EntryKind.WRITE_OFF: _("write-off"),
    EntryKind.BANK_CHARGE: _("bank charge"),
    EntryKind.DISCOUNT: _("discount"),
    EntryKind.WITHHOLDING_TAX: _("withholding tax"),
    EntryKind.FX_DIFFERENCE: _("FX difference"),
    EntryKind.REVERSAL: _("reversal"),
}

TERMS_OF_PAYMENT = {
    Terms.CASH_IN_ADVANCE: _("cash in advance"),
    Terms.ESCROW: _("escrow"),
    Terms.LC_CONFIRMED: _("confirmed L/C at sight"),
    Terms.LC_SIGHT: _("L/C at sight"),
    Terms.LC_USANCE: _("usance L/C"),
    Terms.STANDBY_LC: _("standby L/C"),
    Terms.DP: _("documents against payment, D/P"),
    Terms.DA: _("documents against acceptance, D/A"),
    Terms.OPEN_ACCOUNT: _("open account"),
    Terms.CONSIGNMENT: _("consignment"),
}

KYC = {
    KycStatus.COMPLETE: Label(pgettext_lazy("identity", "complete"), "good"),
    KycStatus.INCOMPLETE: Label(pgettext_lazy("identity", "incomplete"), "bad"),
}

SCREENINGS = {
    ScreeningResult.CLEAR: Label(pgettext_lazy("screening", "clear"), "good"),
    ScreeningResult.POTENTIAL: Label(_("potential match"), "bad"),
    ScreeningResult.CONFIRMED: Label(_("confirmed hit"), "worst"),
}

DISPUTE_REASONS = {
    "late_delivery": _("late delivery"),
    "short_delivery": _("short delivery"),
    "quality": _("quality"),
    "price": _("price"),
    "documents": _("documents"),
    "other": pgettext_lazy("dispute", "other"),
}

ORDER_STATUS = {
    "quotation": Label(pgettext_lazy("order", "quotation")),
    "open": Label(pgettext_lazy("order", "open"), "fair"),
    "in_production": Label(pgettext_lazy("order", "in production"), "fair"),
    "shipped": Label(pgettext_lazy("order", "shipped"), "good"),
    "invoiced": Label(pgettext_lazy("order", "invoiced"), "good"),
    "closed": Label(pgettext_lazy("order", "closed")),
    "cancelled": Label(pgettext_lazy("order", "cancelled"), "bad"),
}

DEADLINES = {
    "certificate": _("certificate ends"),
    "kyc": _("identity check ends"),
    "contract": _("contract ends"),
}

CERTIFICATES = {
    "import licence": _("import licence"),
    "tax residence certificate": _("tax residence certificate"),
    "product safety registration": _("product safety registration"),
}

MERGE_REASONS = {LEADING_ZEROS: _("codes differ by leading zeros only")}

MERGES = {
    MergeState.PROPOSED: Label(_("proposed"), "warn"),
    MergeState.MERGED: Label(_("merged"), "fair"),
    MergeState.DISMISSED: Label(_("dismissed")),
    MergeState.UNDONE: Label(_("undone")),
}

ALERT_STATES = {
    AlertState.OPEN: Label(pgettext_lazy("alert", "open"), "bad"),
    AlertState.ACKNOWLEDGED: Label(pgettext_lazy("alert", "acknowledged"), "fair"),
    AlertState.SNOOZED: Label(pgettext_lazy("alert", "snoozed")),
    AlertState.CLOSED: Label(pgettext_lazy("alert", "closed"), "good"),
}

SEVERITIES = {
    number: Label(words, tone)
    for (number, words), tone in zip(alert_words.SEVERITIES.items(), ("warn", "bad", "worst"), strict=True)
}

SUBJECTS = {
    SubjectType.BUYER: _("buyer"),
    SubjectType.GROUP: _("group"),
    SubjectType.COUNTRY: _("country/region"),
    SubjectType.LEDGER: _("ledger"),
    SubjectType.ORDER: _("order"),
}


def bucket_word(label: str) -> str:
    """A bucket of :mod:`invoices.domain.aging` in words. Example: ``121+`` is "over 120"."""
    if label == "not due":
        return str(_("not due"))
    if label.endswith("+"):
        return str(_("over %(days)s")) % {"days": int(label[:-1]) - 1}
    return label.replace("-", "–")


def bucket_words(basis: AgingBasis) -> list[str]:
    """The buckets of a basis in words, youngest first."""
    return [bucket_word(label) for label in DEFAULT_BUCKETS.labels(basis)]


def label_of(table: dict[Any, Label], code: Any) -> Label:
    """The label of a code; a code that is not listed shows itself, so that nothing is hidden."""
    return table.get(code) or Label(str(code).replace("_", " "))


def word_of(table: dict[Any, Any], code: str) -> Any:
    """The word of a code, or the code itself in words."""
    return table.get(code) or str(code).replace("_", " ")


def overdue_tone(days: int | None) -> str:
    """Tone of a lateness in days, by the thresholds of the early warnings (domain.md section 9)."""
    if days is None or days <= 0:
        return "good"
    return "warn" if days <= 15 else "bad" if days <= 30 else "worst"


def country_class(risk_class: int | None, *, is_high_income: bool = False) -> Label:
    """OECD class in words; 0 and high income are not "no risk"."""
    if risk_class is None:
        return Label(_("high income, not classified"), "fair") if is_high_income else Label(_("not classified"))
    tone = "fair" if risk_class <= 2 else "warn" if risk_class <= 4 else "bad" if risk_class <= 5 else "worst"
    return Label(_("class %(number)s") % {"number": risk_class}, tone)
