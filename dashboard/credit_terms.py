"""Default terms by grade in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.domain.terms import TermsKind

TERMS_KINDS: dict[str, Any] = {
    TermsKind.OPEN_ACCOUNT: gettext_lazy("open account"),
    TermsKind.OPEN_ACCOUNT_SECURED: gettext_lazy("open account, insured or with a deposit"),
    TermsKind.BALANCE_SECURED: gettext_lazy("deposit, the balance by L/C, D/P or insured"),
    TermsKind.PREPAID: gettext_lazy("cash in advance, escrow or confirmed L/C"),
    TermsKind.NO_BUSINESS: gettext_lazy("no new business"),
}


def terms_words(code: str) -> str:
    """The code of a standing in words; empty before the first close. See :attr:`credit.domain.terms.GradeTerms.code`.

    Example: ``open_account_secured/60/20`` gives "open account up to 60 days, insured or with 20 % deposit".
    """
    if not code:
        return ""
    kind, days, deposit = code.split("/")
    return {
        TermsKind.OPEN_ACCOUNT: _("open account up to %(days)s days"),
        TermsKind.OPEN_ACCOUNT_SECURED: _("open account up to %(days)s days, insured or with %(deposit)s %% deposit"),
        TermsKind.BALANCE_SECURED: _("%(deposit)s %% deposit, the balance by L/C, D/P or insured"),
        TermsKind.PREPAID: _("cash in advance, escrow or confirmed L/C"),
        TermsKind.NO_BUSINESS: _("no new business"),
    }[TermsKind(kind)] % {"days": days, "deposit": deposit}
