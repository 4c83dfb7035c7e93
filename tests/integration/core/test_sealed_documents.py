"""Sealed documents: stored once under their hash, and proved by it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from core.append_only import append_only_tables
from core.errors import DomainError
from core.models import SealedDocument
from core.services.documents import open_sealed, seal, undone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def path_of(settings: Any, document: SealedDocument) -> Path:
    return Path(settings.MEDIA_ROOT) / document.path


def test_bytes_come_back_as_they_were_sealed() -> None:
    document = seal(b"\x00\xff", media_type="application/pdf")
    assert (open_sealed(document), document.size) == (b"\x00\xff", 2)
    assert document.sha256 == hashlib.sha256(b"\x00\xff").hexdigest()


def test_the_same_bytes_are_sealed_once() -> None:
    assert seal(b"a", media_type="x").pk == seal(b"a", media_type="y").pk
    assert SealedDocument.objects.count() == 1


def test_nothing_is_sealed_as_well() -> None:
    assert open_sealed(seal(b"", media_type="")) == b""


@pytest.mark.parametrize("content", [b"other", None])
def test_a_changed_or_missing_file_is_told(settings: Any, content: bytes | None) -> None:
    document = seal(b"whole", media_type="text/plain")
    path = path_of(settings, document)
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(DomainError, match="restore") as refusal:
        open_sealed(document)
    assert refusal.value.code == "document_altered"


def test_a_file_that_a_backup_lacks_is_written_again(settings: Any) -> None:
    document = seal(b"whole", media_type="text/plain")
    path_of(settings, document).unlink()
    assert open_sealed(seal(b"whole", media_type="text/plain")) == b"whole"


def test_the_row_only_grows() -> None:
    document = seal(b"a", media_type="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        SealedDocument.objects.filter(pk=document.pk).update(path="elsewhere")
    assert "core_sealeddocument" in append_only_tables()


def test_what_is_taken_back_leaves_no_file_but_those_that_others_sealed(settings: Any) -> None:
    kept = seal(b"kept", media_type="text/plain")
    with undone():
        again, tried = (seal(data, media_type="text/plain") for data in (b"kept", b"tried"))
        assert path_of(settings, tried).is_file()
    assert SealedDocument.objects.get() == kept == again
    assert (path_of(settings, kept).is_file(), path_of(settings, tried).exists()) == (True, False)
