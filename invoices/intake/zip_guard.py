"""A workbook is a zip archive: what it unpacks to is bounded before any part is read."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from invoices.intake.limits import MIB, Limits
from invoices.intake.reasons import FileRefused

_CHUNK = 64 * 1024
_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # also of a compression method or zip version that zipfile cannot read
    ValueError,
)
_END, _LOCATOR, _END_64 = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"


@contextmanager
def open_archive(path: Path, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """The archive, if its directory promises a sane size; zipfile holds the parts to their promise while reading."""
    try:
        check_directory(path, limits)
        archive = zipfile.ZipFile(path)
    except _DAMAGE as error:
        raise FileRefused("workbook_damaged", problem=str(error)) from error
    with archive:
        check_archive(archive.infolist(), limits)
        yield archive


def check_directory(path: Path, limits: Limits) -> None:
    """Refuse a directory of millions of parts before zipfile makes an object of each."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 65_535 - 100))
        tail = file.read()
    end = tail.rfind(_END)
    if end < 0:
        raise zipfile.BadZipFile("no end of directory")
    directory = struct.unpack_from("<L", tail, end + 12)[0]
    if tail[max(end - 20, 0) :].startswith(_LOCATOR):
        at = tail.rfind(_END_64, 0, end)
        directory = struct.unpack_from("<Q", tail, at + 40)[0] if at >= 0 else size
    if directory > limits.max_directory_bytes:
        raise FileRefused("workbook_bomb", value=f"{directory // 1024} KiB of directory")


def check_archive(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse a password, too much unpacked data, or a bomb's ratio."""
    if any(part.flag_bits & 0x1 for part in parts):
        raise FileRefused("workbook_encrypted")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.max_unpacked_bytes or any(_is_bomb(part, limits) for part in parts):
        raise FileRefused("workbook_bomb", value=f"{unpacked // MIB} MiB")


def _is_bomb(part: zipfile.ZipInfo, limits: Limits) -> bool:
    is_large = part.file_size > limits.ratio_free_bytes
    return is_large and part.file_size > limits.max_ratio * max(part.compress_size, 1)


def chunks(archive: zipfile.ZipFile, name: str, limit: int) -> Iterator[bytes]:
    """The unpacked bytes of a part of at most ``limit`` bytes; damage becomes a refusal."""
    try:
        size = archive.getinfo(name).file_size
        if size > limit:
            raise FileRefused("workbook_bomb", value=f"{name}: {size // MIB} MiB")
        with archive.open(name) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except KeyError as error:
        raise FileRefused("workbook_damaged", problem=name) from error
    except _DAMAGE as error:
        raise FileRefused("workbook_damaged", problem=str(error)) from error
