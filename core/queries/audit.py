"""Reading the audit trail: who did what to which thing, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from core.domain.roles import Permission, is_granted
from core.errors import Denied
from core.models import AuditEvent
from core.words import sentence as _

# What an administrator may read: their own field of work, not the portfolio.
ADMINISTRATION_SUBJECTS = ("user", "api_client", "subscription", "setting", "schedule")


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to show; empty members do not restrict."""

    text: str = ""
    subject_type: str = ""
    actor: str = ""
    since: date | None = None
    until: date | None = None


def list_events(*, role: str, wanted: AuditFilter) -> QuerySet[AuditEvent]:
    """Events, newest first, as far as the role may read them. Raises ``permission_denied`` for the other roles."""
    rows = _readable(role)
    if wanted.text:
        rows = rows.filter(Q(action__icontains=wanted.text) | Q(subject_id__icontains=wanted.text))
    if wanted.subject_type:
        rows = rows.filter(subject_type=wanted.subject_type)
    if wanted.actor:
        rows = rows.filter(actor_label=wanted.actor)
    if wanted.since:
        rows = rows.filter(occurred_at__date__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(occurred_at__date__lte=wanted.until)
    return rows.order_by("-id")


def list_subject_events(*, subject_type: str, subject_id: str, limit: int = 20) -> list[AuditEvent]:
    """The latest events of one thing, newest first; the caller has checked who asks."""
    rows = AuditEvent.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return list(rows.order_by("-occurred_at", "-id")[:limit])


def list_subject_types(*, role: str) -> list[str]:
    """The kinds of things that events are about."""
    return list(_readable(role).order_by("subject_type").values_list("subject_type", flat=True).distinct())


def _readable(role: str) -> QuerySet[AuditEvent]:
    if is_granted(role, Permission.AUDIT_READ):
        return AuditEvent.objects.all()
    if is_granted(role, Permission.USERS_MANAGE):
        return AuditEvent.objects.filter(subject_type__in=ADMINISTRATION_SUBJECTS)
    raise Denied("permission_denied", _("Your role may not read the audit trail."), {"permission": "audit:read"})
