"""What people did to a buyer's records."""

from __future__ import annotations

from core.models import AuditEvent


def list_audit(*, buyer_id: int, limit: int = 100) -> list[AuditEvent]:
    """Audit events of the buyer, newest first."""
    rows = AuditEvent.objects.filter(subject_type="buyer", subject_id=str(buyer_id))
    return list(rows.select_related("actor").order_by("-occurred_at", "-pk")[:limit])
