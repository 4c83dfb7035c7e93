"""Default terms by grade (domain.md section 5): an editable table, and the word it puts into a buyer's standing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import partial

from core.errors import invalid_field
from core.words import sentence as _

_invalid = partial(invalid_field, "terms_invalid")

GRADES = "ABCDE"


class TermsKind(StrEnum):
    """What a grade may have."""

    OPEN_ACCOUNT = "open_account"
    OPEN_ACCOUNT_SECURED = "open_account_secured"
    BALANCE_SECURED = "balance_secured"
    PREPAID = "prepaid"
    NO_BUSINESS = "no_business"


@dataclass(frozen=True, slots=True)
class GradeTerms:
    """The terms of one grade; ``version`` 0 is the handbook's.

    ``OPEN_ACCOUNT``: open account up to ``max_days``. ``OPEN_ACCOUNT_SECURED``: the same, insured or with the deposit.
    ``BALANCE_SECURED``: the deposit, and the balance by L/C, D/P or insured. ``PREPAID``: cash in advance, escrow or
    confirmed L/C. ``NO_BUSINESS``: no new business.
    """

    grade: str
    kind: TermsKind
    max_days: int = 0
    deposit_percent: Decimal = Decimal(0)
    version: int = 0

    @property
    def code(self) -> str:
        """Kind, days and deposit in one word. Example: ``open_account_secured/60/20``."""
        return f"{self.kind}/{self.max_days}/{self.deposit_percent.normalize():f}"


DEFAULT_TERMS: Mapping[str, GradeTerms] = {
    "A": GradeTerms("A", TermsKind.OPEN_ACCOUNT, max_days=90),
    "B": GradeTerms("B", TermsKind.OPEN_ACCOUNT_SECURED, max_days=60, deposit_percent=Decimal(20)),
    "C": GradeTerms("C", TermsKind.BALANCE_SECURED, deposit_percent=Decimal(30)),
    "D": GradeTerms("D", TermsKind.PREPAID),
    "E": GradeTerms("E", TermsKind.NO_BUSINESS),
}


def check_terms(terms: GradeTerms) -> GradeTerms:
    """The terms themselves; raises ``terms_invalid`` naming the field."""
    if terms.grade not in DEFAULT_TERMS:
        raise _invalid("grade", terms.grade, _("Choose one of %(grades)s.", grades=", ".join(GRADES)))
    if not 0 <= terms.max_days <= 365:
        raise _invalid("max_days", terms.max_days, _("Write 0 to 365 days."))
    if not 0 <= terms.deposit_percent <= 100:
        raise _invalid("deposit_percent", terms.deposit_percent, _("Write 0 to 100 percent."))
    return terms
