"""Records of a buyer: names, codes, numbers, merges, and who changed what."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from buyers.models import BuyerMerge
from core.domain.roles import Permission
from dashboard.context import PageContext
from dashboard.merges import lines_of
from dashboard.queries.accounts import Account
from dashboard.queries.audit_of import list_audit
from dashboard.queries.credit_file import get_identity


def build(account: Account, page: PageContext) -> dict[str, Any]:
    """Identity, merges with what may be done about them, audit for those who may read it."""
    buyer = account.buyer
    merges = BuyerMerge.objects.filter(Q(duplicate=buyer) | Q(survivor=buyer)).select_related("duplicate", "survivor")
    return {
        "identity": get_identity(buyer=buyer),
        "merges": lines_of(merges.order_by("-proposed_at")),
        "may_merge": page.may(Permission.BUYER_WRITE),
        "may_audit": page.may(Permission.AUDIT_READ),
        "audit": list_audit(buyer_id=buyer.pk) if page.may(Permission.AUDIT_READ) else [],
    }
