"""A body piece by piece, as it comes over the wire: unpacked, and whole or refused."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from http import HTTPStatus
from typing import IO, Any

from django.http import UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework.request import Request

from core.api.problems import ParameterError, Problem, ProblemError

PIECE_BYTES = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS


def content_type_of(request: Request, known: tuple[str, ...]) -> str:
    """The media type without parameters, one of ``known``; raises ``unsupported_media_type`` (415)."""
    given = str(request.content_type or "").partition(";")[0].strip().lower()
    if given not in known:
        raise _unsupported("Content-Type", given, known)
    return given


def body_pieces(request: Request) -> Iterator[bytes]:
    """The body in pieces of bounded size, gzip unpacked.

    Raises ``body_truncated`` where fewer bytes came than were announced, ``body_damaged`` for a broken gzip stream,
    ``unsupported_media_type`` for another Content-Encoding.
    """
    packing = request.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip"):
        raise _unsupported("Content-Encoding", packing, ("gzip", "identity"))
    return _unpacked(_received(request)) if packing == "gzip" else _received(request)


def _received(request: Request) -> Iterator[bytes]:
    stream, announced = _stream(request)
    count = 0
    while piece := _read(stream):
        count += len(piece)
        yield piece
    if announced is not None and count < announced:
        raise truncated(count)


def is_chunked(request: Request) -> bool:
    """True for a body whose length nobody told."""
    return "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()


def _stream(request: Request) -> tuple[IO[bytes], int | None]:
    """Where the body is read from, and its announced length; None for a body sent in chunks."""
    meta: dict[str, Any] = request.META
    if is_chunked(request):
        return meta["wsgi.input"], None
    text = str(meta.get("CONTENT_LENGTH") or "0")
    length = int(text) if text.isdigit() else 0
    if not length:
        raise ParameterError(code="body_empty", detail=_("The body is empty."), field="body")
    return request.stream, length


def _read(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(PIECE_BYTES)
    except (UnreadablePostError, OSError) as error:
        raise truncated(None) from error


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Never more than one piece at a time, however much a packed piece grows."""
    unpacker = zlib.decompressobj(_GZIP)
    try:
        for packed in pieces:
            rest = packed
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, PIECE_BYTES)
                rest = unpacker.unconsumed_tail
    except zlib.error as error:
        detail = _("The body is not a whole gzip stream.")
        raise ParameterError(code="body_damaged", detail=detail, field="body") from error
    while not unpacker.eof and (piece := unpacker.decompress(unpacker.unconsumed_tail, PIECE_BYTES)):
        yield piece
    if not unpacker.eof or unpacker.unused_data:
        raise truncated(None)


def truncated(count: int | None) -> ParameterError:
    """The refusal of a body of which only so many bytes came (None: not counted)."""
    return ParameterError(
        code="body_truncated",
        detail=_("The body broke off before its end. Nothing was stored."),
        field="body",
        value=None if count is None else str(count),
        fix=_("Send the same request again, with the same Idempotency-Key."),
    )


def _unsupported(header: str, given: str, known: tuple[str, ...]) -> ProblemError:
    detail = _("%(header)s must be one of: %(known)s.") % {"header": header, "known": ", ".join(known)}
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    return ProblemError(Problem(status, "unsupported_media_type", detail, header, given[:60], known[0]))
