"""Our own companies as e-invoices call them: who sells decides whether a document is a receivable."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from core.access.scope import require
from core.domain.roles import Permission
from core.errors import DomainError, NotFound
from core.models import User
from core.services import audit
from core.services.runs import enqueue_once
from core.words import sentence as _
from invoices.models import OwnSeller

RETRY_TASK = "invoices.retry_documents"
_LONGEST = {"name": 255, "vat_id": 60, "registration": 60, "series": 20}


@transaction.atomic
def add_own_seller(
    *, name: str, vat_id: str = "", registration: str = "", series: str = "", actor: User | None = None
) -> OwnSeller:
    """From now on e-invoices of this seller are ours; those that wait are tried again. The same one again is kept.

    Raises ``name_missing``, ``value_too_long``, ``permission_denied``.
    """
    _check(actor, {"name": name, "vat_id": vat_id, "registration": registration, "series": series})
    row, _is_new = OwnSeller.objects.update_or_create(
        name=name.strip(),
        vat_id=vat_id.strip(),
        registration=registration.strip(),
        defaults={"series": series.strip(), "is_active": True, "updated_by": actor, "updated_at": timezone.now()},
    )
    _audit(row, "added", actor)
    enqueue_once(RETRY_TASK, [{}])
    return row


@transaction.atomic
def end_own_seller(pk: int, *, actor: User | None = None) -> OwnSeller:
    """New documents of this seller wait again; what was posted stays. Raises ``own_seller_not_found``."""
    if actor is not None:
        require(actor, Permission.RULES_CHANGE)
    row = OwnSeller.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        message = _("There is no own seller %(pk)s.", pk=pk)
        raise NotFound("own_seller_not_found", message, {"field": "id", "value": str(pk)})
    row.is_active, row.updated_by, row.updated_at = False, actor, timezone.now()
    row.save(update_fields=["is_active", "updated_by", "updated_at"])
    _audit(row, "ended", actor)
    return row


def _check(actor: User | None, given: dict[str, str]) -> None:
    if actor is not None:
        require(actor, Permission.RULES_CHANGE)
    if not given["name"].strip():
        raise DomainError("name_missing", _("A seller needs a name."), {"field": "name", "value": ""})
    for field, value in given.items():
        longest = _LONGEST[field]
        if len(value) > longest or "\0" in value:
            message = _("%(field)s has at most %(limit)s characters.", field=field, limit=longest)
            raise DomainError("value_too_long", message, {"field": field, "value": value[:60]})


def _audit(row: OwnSeller, verb: str, actor: User | None) -> None:
    data = {"name": row.name, "vat_id": row.vat_id, "registration": row.registration, "series": row.series}
    audit.record(
        actor=actor, action=f"invoices.own_seller.{verb}", subject_type="own_seller", subject_id=row.pk, data=data
    )
