"""Registration numbers of buyers."""

from __future__ import annotations

from django.db import transaction

from buyers.domain.registrations import check_number
from buyers.models import Buyer, BuyerRegistration
from core.errors import Conflict
from core.models import User
from core.services import audit
from core.words import sentence as _


@transaction.atomic
def register_number(buyer: Buyer, *, kind: str, number: str, actor: User | None = None) -> BuyerRegistration:
    """Record a checked number; the same one again changes nothing.

    Raises ``registration_kind_unknown``, ``registration_invalid``; ``registration_taken`` if another buyer has it.
    """
    normal = check_number(kind=kind, number=number, country=buyer.country)
    known, is_new = BuyerRegistration.objects.get_or_create(kind=kind, number=normal, defaults={"buyer": buyer})
    if known.buyer_id != buyer.pk:
        raise Conflict(
            "registration_taken",
            _(
                "%(kind)s %(normal)s belongs to buyer %(code)s; is this a duplicate?",
                kind=kind,
                normal=normal,
                code=known.buyer.code,
            ),
            {"field": "number", "value": number, "buyer": known.buyer.code},
        )
    if is_new:
        audit.record(
            actor=actor,
            action="buyers.registration.added",
            subject_type="buyer",
            subject_id=buyer.pk,
            data={"kind": kind, "number": normal},
        )
    return known
