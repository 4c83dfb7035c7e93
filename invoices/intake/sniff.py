"""What kind of file it is, by its first bytes; the name must agree."""

from __future__ import annotations

import stat
from pathlib import Path

from django.utils.translation import gettext_noop

from invoices.intake.limits import Limits
from invoices.intake.reasons import FileRefused

CSV, XLSX = "csv", "xlsx"
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", XLSX),
    (b"PK\x05\x06", XLSX),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", gettext_noop("an old Excel file (.xls) or a workbook with a password")),
    (b"%PDF", gettext_noop("a PDF document")),
    (b"\x1f\x8b", gettext_noop("a gzip archive")),
    (b"BZh", gettext_noop("a bzip2 archive")),
    (b"\xfd7zXZ\x00", gettext_noop("an xz archive")),
    (b"7z\xbc\xaf\x27\x1c", gettext_noop("a 7z archive")),
    (b"Rar!", gettext_noop("a RAR archive")),
    (b"\x89PNG", gettext_noop("a picture")),
    (b"\xff\xd8\xff", gettext_noop("a picture")),
    (b"GIF8", gettext_noop("a picture")),
    (b"\x7fELF", gettext_noop("a program")),
    (b"MZ\x90", gettext_noop("a program")),
    (b"SQLite format 3", gettext_noop("a database")),
    (b"PAR1", gettext_noop("a Parquet file")),
    (b"<?xml", gettext_noop("an XML document")),
    (b"<!DOCTYPE", gettext_noop("an HTML page")),
    (b"<html", gettext_noop("an HTML page")),
    (b"{\\rtf", gettext_noop("an RTF document")),
)
_ENDINGS = {".csv": CSV, ".txt": CSV, ".tsv": CSV, ".tab": CSV, ".xlsx": XLSX}
_NAMES = {CSV: gettext_noop("text"), XLSX: gettext_noop("a zip archive or workbook")}


def check_file(path: Path, limits: Limits) -> None:
    """Refuse what is not an ordinary, readable, not too large file, before a byte of it is read."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise FileRefused("file_missing", value=str(path)) from error
    except OSError as error:
        raise FileRefused("file_unreadable", value=str(path), problem=error.strerror) from error
    if not stat.S_ISREG(status.st_mode):
        raise FileRefused("file_not_regular", value=str(path))
    if status.st_size == 0:
        raise FileRefused("file_empty")
    if status.st_size > limits.max_bytes:
        raise FileRefused("file_too_large", value=status.st_size, limit=limits.max_bytes)


def sniff_format(path: Path, name: str) -> str:
    """``csv`` or ``xlsx`` by content; raises if the content is something else or the name says otherwise."""
    found = _by_content(path)
    if found not in _NAMES:
        raise FileRefused("file_type_unsupported", found=found)
    ending = Path(name).suffix.lower()
    if ending not in _ENDINGS:
        raise FileRefused("extension_unsupported", value=ending or name)
    if _ENDINGS[ending] != found:
        raise FileRefused("extension_mismatch", value=ending, found=_NAMES[found])
    return found


def _by_content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        raise FileRefused("file_unreadable", value=str(path), problem=error.strerror) from error
    return signature_of(start)


def signature_of(start: bytes) -> str:
    """``csv`` for text, ``xlsx``, or in words what else the first bytes say."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    for signature, kind in _SIGNATURES:
        if start.startswith(signature) or (signature[:1] in b"<{" and text.startswith(signature)):
            return kind
    return CSV
