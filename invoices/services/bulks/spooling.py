"""A body on its way in: written to a file under its own hash as it streams; memory stays at one piece."""

from __future__ import annotations

import codecs
import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import DomainError

FOLDER = "bulks"


class BodyTooLarge(DomainError):
    """More than a bulk may have."""

    status = 413


class BodyUnreadable(DomainError):
    """Not text in UTF-8."""

    status = 400


@dataclass(frozen=True, slots=True)
class Spooled:
    """A body at rest: relative to MEDIA_ROOT, with its size in bytes and the hash of its content."""

    path: str
    size: int
    sha256: str


def spool_body(pieces: Iterable[bytes]) -> Spooled:
    """Store the body; the same content is stored once.

    Raises ``body_too_large`` (413), ``body_empty`` and ``encoding_invalid`` (400), and whatever the pieces raise:
    then nothing is kept.
    """
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".part-", delete=False) as part:
        path = Path(part.name)
        try:
            size, sha256 = _write(part, pieces)
            stored = folder / f"{sha256}.json"
            os.replace(path, stored)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return Spooled(str(stored.relative_to(settings.MEDIA_ROOT)), size, sha256)


def _write(part: IO[bytes], pieces: Iterable[bytes]) -> tuple[int, str]:
    digest, decoder, size = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), 0
    for piece in pieces:
        size += len(piece)
        if size > settings.BULK_MAX_BYTES:
            raise _too_large()
        _check_text(decoder, piece, at=size - len(piece))
        digest.update(piece)
        part.write(piece)
    _check_text(decoder, b"", at=size, is_last=True)
    if not size:
        raise BodyUnreadable("body_empty", _("The body is empty."), {"field": "body"})
    part.flush()
    os.fsync(part.fileno())
    return size, digest.hexdigest()


def _check_text(decoder: codecs.IncrementalDecoder, piece: bytes, *, at: int, is_last: bool = False) -> None:
    try:
        decoder.decode(piece, is_last)
    except UnicodeDecodeError as error:
        raise BodyUnreadable(
            "encoding_invalid",
            _("The body is not text in UTF-8 near byte %(at)s.") % {"at": at + error.start},
            {"field": "body", "value": str(at + error.start), "fix": _("Send UTF-8.")},
        ) from error


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(
        "body_too_large",
        _("The body has more than %(limit)s bytes.") % {"limit": settings.BULK_MAX_BYTES},
        {"field": "body", "fix": _("Send it in several bulks.")},
    )
