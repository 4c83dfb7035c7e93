"""Sealing the audit trail: what is sealed cannot be changed behind the product's back without being found."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from core.domain.seals import root_of, sign
from core.models import AuditSeal, SealLeaf
from core.private_files import make_private
from core.queries.seals import contents_of, line_of, read_key, read_lines
from core.queries.sql import fetch_all

AT_ONCE = 10_000

# Every visible event without a leaf, also one whose transaction ended after those of later events.
_UNSEALED_SQL = """
SELECT e.id FROM core_auditevent e
WHERE NOT EXISTS (SELECT FROM core_sealleaf l WHERE l.event_id = e.id) ORDER BY e.id LIMIT %(limit)s
"""


def seal_audit(*, now: datetime) -> int:
    """Seal all events that have none yet; returns how many. Two at a time wait for each other; safe to repeat.

    Each seal is a transaction of its own, never part of another: it is written down when it is stored. Raises
    ``seal_key_missing`` or ``seal_file_missing`` where earlier seals exist and their key or file is gone.
    """
    sealed = 0
    while count := _seal_some(now):
        sealed += count
    return sealed


def _seal_some(now: datetime) -> int:
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL TIME ZONE 'UTC'")
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('core.seal_audit'))")
        last = AuditSeal.objects.order_by("-pk").first()
        key = read_key() if last else _ensure_key()
        _write_down_last(last)
        ids = [row[0] for row in fetch_all(_UNSEALED_SQL, {"limit": AT_ONCE})]
        if not ids:
            return 0
        seal = _store(ids, last, key, now)
        transaction.on_commit(lambda: _append(seal))
    return len(ids)


def _store(ids: list[int], last: AuditSeal | None, key: bytes, now: datetime) -> AuditSeal:
    contents = contents_of(ids)
    hashes = [contents[event].hash for event in ids]
    previous = last.root if last else ""
    root = root_of(previous_root=previous, leaves=hashes)
    number = last.pk + 1 if last else 1
    moment = now.astimezone(UTC)
    signature = sign(key=key, seal=number, sealed_at=moment.isoformat(), leaves=len(ids), root=root)
    seal = AuditSeal.objects.create(
        pk=number, sealed_at=moment, leaves=len(ids), previous_root=previous, root=root, signature=signature
    )
    SealLeaf.objects.bulk_create(
        [SealLeaf(seal=seal, event_id=event, hash=text) for event, text in zip(ids, hashes, strict=True)]
    )
    return seal


def _write_down_last(last: AuditSeal | None) -> None:
    """The newest seal may have been stored and not written down, if the process was killed between the two."""
    if last is None:
        return
    is_first = last.pk == 1 and not Path(settings.AUDIT_SEAL_FILE).exists()
    if is_first or last.pk not in read_lines():
        _append(last)


def _append(seal: AuditSeal) -> None:
    path = Path(settings.AUDIT_SEAL_FILE)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps(asdict(line_of(seal))) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, text.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _ensure_key() -> bytes:
    """The key, made with the first seal; never a new one where something was sealed before."""
    make_private(Path(settings.AUDIT_KEY_FILE), secrets.token_hex(32).encode())
    return read_key()
