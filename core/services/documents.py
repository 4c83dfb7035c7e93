"""Sealed documents: stored once under the hash of their bytes, and proved by it whenever they are read."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings

from core.errors import DomainError
from core.models import SealedDocument
from core.words import sentence as _

FOLDER = "documents"
_LONGEST_TYPE = 100


def seal(data: bytes, *, media_type: str) -> SealedDocument:
    """Keep these bytes; the same bytes again are the same document.

    The file is whole on the disk before its row is written; a file that a restored backup lacks is written again.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    path = f"{FOLDER}/{sha256[:2]}/{sha256}"
    _write(Path(settings.MEDIA_ROOT) / path, data)
    columns = {"media_type": media_type[:_LONGEST_TYPE], "size": len(data), "path": path}
    document, __ = SealedDocument.objects.get_or_create(sha256=sha256, defaults=columns)
    return document


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
