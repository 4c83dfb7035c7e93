"""Files that came in: checked, stored under their own hash, and noted as a batch."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction

from core.access.scope import require
from core.domain.roles import Permission
from core.models import User
from core.services import audit
from invoices.intake.limits import MIB
from invoices.intake.reasons import FileRefused
from invoices.intake.sniff import check_file, sniff_format
from invoices.models import ImportBatch
from invoices.services.imports.profiles import find_profile
from invoices.services.imports.reading import limits

_FOLDER = "imports"


def start_upload(*, file: File[Any] | Path, profile: str, actor: User | None) -> ImportBatch:
    """Store a file as a batch in preview; nothing of it is applied yet.

    ``profile`` is a shipped name, a saved name or a path to a TOML file; its text is kept with the batch. Raises
    ``FileRefused`` for a file that is too large or no table, ``ProfileInvalid``, ``Denied``.
    """
    if actor is not None:
        require(actor, Permission.LEDGER_IMPORT)
    chosen, toml = find_profile(profile)
    name = Path(file.name or "").name[:255]
    sha256, stored = _store(file, name)
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            profile=chosen.name,
            profile_toml=toml,
            file_name=name,
            file_sha256=sha256,
            file_path=str(stored.relative_to(settings.MEDIA_ROOT)),
            is_history=chosen.is_history,
            actor=actor,
        )
        data = {"file": name, "sha256": sha256, "profile": chosen.name}
        audit.record(
            actor=actor, action="invoices.import.uploaded", subject_type="batch", subject_id=batch.pk, data=data
        )
    return batch


def stored_path(batch: ImportBatch) -> Path:
    """Where the batch's file lies."""
    return Path(settings.MEDIA_ROOT) / batch.file_path


def _store(file: File[Any] | Path, name: str) -> tuple[str, Path]:
    """Copy the file to the name of its hash; the same file is stored once."""
    if isinstance(file, Path):
        check_file(file, limits())
        sniff_format(file, name)
        with file.open("rb") as stream:
            return _store_chunks(iter(lambda: stream.read(MIB), b""), name)
    return _store_chunks(file.chunks(), name)


def _store_chunks(chunks: Iterable[bytes], name: str) -> tuple[str, Path]:
    folder = Path(settings.MEDIA_ROOT) / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".part-", delete=False) as part:
        path = Path(part.name)
        try:
            digest = hashlib.sha256()
            for chunk in _bounded(chunks):
                digest.update(chunk)
                part.write(chunk)
            part.flush()
            check_file(path, limits())
            sniff_format(path, name)
            stored = folder / f"{digest.hexdigest()}{Path(name).suffix.lower()}"
            os.replace(path, stored)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return digest.hexdigest(), stored


def _bounded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    limit, size = limits().max_bytes, 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise FileRefused("file_too_large", value=f"> {limit}", limit=limit)
        yield chunk
