"""Sealed documents: stored once under the hash of their bytes, and proved by it whenever they are read."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from core.errors import DomainError
from core.models import SealedDocument
from core.words import sentence as _

FOLDER = "documents"
_LONGEST_TYPE = 100


def path_of(sha256: str) -> str:
    """Where the file with this hash lies, below MEDIA_ROOT."""
    return f"{FOLDER}/{sha256[:2]}/{sha256}"


@transaction.atomic
def seal(data: bytes, *, media_type: str) -> SealedDocument:
    """Keep these bytes; the same bytes again are the same document.

    The file is whole on the disk before its row is written; a file that a restored backup lacks is written again.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    path = path_of(sha256)
    _lock(sha256)
    _write(Path(settings.MEDIA_ROOT) / path, data)
    columns = {"media_type": media_type[:_LONGEST_TYPE], "size": len(data), "path": path}
    document, __ = SealedDocument.objects.get_or_create(sha256=sha256, defaults=columns)
    return document


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that is taken back at its end, with the files that were sealed in it."""
    last = SealedDocument.objects.aggregate(last=Max("pk"))["last"] or 0
    with transaction.atomic():
        yield
        sealed = list(SealedDocument.objects.filter(pk__gt=last).values_list("sha256", flat=True))
        transaction.set_rollback(True)
    for sha256 in sealed:
        _remove_unsealed(sha256)


@transaction.atomic
def _remove_unsealed(sha256: str) -> None:
    """Remove the file unless a row seals it: another caller may have sealed the same bytes meanwhile."""
    _lock(sha256)
    if not SealedDocument.objects.filter(sha256=sha256).exists():
        (Path(settings.MEDIA_ROOT) / path_of(sha256)).unlink(missing_ok=True)


def _lock(sha256: str) -> None:
    """Until the transaction's end nobody else writes or removes the file of this hash."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('core.sealed'), hashtext(%s))", [sha256])


def open_sealed(document: SealedDocument) -> bytes:
    """The bytes as they were sealed; raises ``document_altered`` if the file is gone or is another one."""
    try:
        data = (Path(settings.MEDIA_ROOT) / document.path).read_bytes()
    except OSError as error:
        raise _altered(document) from error
    if hashlib.sha256(data).hexdigest() != document.sha256:
        raise _altered(document)
    return data


def _write(path: Path, data: bytes) -> None:
    if path.is_file() and path.stat().st_size == len(data):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".part-", delete=False) as part:
        try:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
            os.replace(part.name, path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


def _altered(document: SealedDocument) -> DomainError:
    return DomainError(
        "document_altered",
        _(
            "The stored file of document %(sha256)s is missing or was changed; restore it from the backup.",
            sha256=document.sha256,
        ),
        {"field": "document", "value": document.sha256},
    )
