"""REST: e-invoices and bank statements as files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.authentication import check_still_valid
from core.api.comparing import moment, word
from core.api.downloads import OCTETS, AnyRenderer, download
from core.api.idempotency import answered_once
from core.api.outages import outage_told
from core.api.params import PageParams, Params
from core.api.parsing import StreamParser
from core.api.problems import ParameterError, Problem, ProblemError
from core.api.schema import answers, key_parameter, page_of, write_answers
from core.api.streams import body_pieces, content_type_of, truncated
from core.api.writes import ActionView
from core.house import today
from core.services.documents import open_sealed
from invoices.api_reports import INTAKE, READ
from invoices.domain.documents import DocumentKind, DocumentState
from invoices.intake.xml_tree import DEFAULT_XML_LIMITS
from invoices.models import IncomingDocument
from invoices.queries.documents import get_attachment, get_document, list_documents
from invoices.serializers_incoming import IncomingDocumentDetailSerializer, IncomingDocumentSerializer
from invoices.services.documents.receiving import receive_document

MULTIPART = "multipart/form-data"
RAW = ("application/xml", "text/xml", "application/pdf", "text/plain", OCTETS)
MAX_BYTES = DEFAULT_XML_LIMITS.max_bytes
# What a form may have around its file.
_FRAME_BYTES = 64 * 1024
FILE_NAME = OpenApiParameter("file_name", str, description="Name of a file that is the body itself.")


class BoundedFormParser(MultiPartParser):
    """A form of bounded length: Django writes its files to disk before anybody looks at them."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The form; raises ``body_too_large`` (413) by the length that was announced, more than which is never read."""
        announced = str((parser_context or {})["request"].META.get("CONTENT_LENGTH") or "0")
        if announced.isdecimal() and int(announced) > MAX_BYTES + _FRAME_BYTES:
            raise _too_large()
        return super().parse(stream, media_type, parser_context)


class UploadParams(Params):
    """What may stand in the address of an upload."""

    file_name = serializers.CharField(required=False, default="", max_length=255)


class UploadBody(serializers.Serializer[Any]):
    """A form with one file."""

    file = serializers.FileField()


class DocumentParams(PageParams):
    """Which documents."""

    comparisons = {"created_at": moment("created_at"), "state": word("state"), "file_name": word("file_name")}

    state = serializers.ChoiceField([one.value for one in DocumentState], required=False)
    kind = serializers.ChoiceField([one.value for one in DocumentKind], required=False)
    source = serializers.CharField(required=False)  # type: ignore[assignment]
    text = serializers.CharField(required=False, default="", help_text="Part of the number or of the file's name.")


class IncomingView(ActionView):
    """Base: a key for intake alone sees what it sent."""

    http_method_names = ["get", "head", "options"]
    access = {"GET": READ}

    def find(self, pk: int) -> IncomingDocument:
        """The document asked for; raises ``document_not_found``."""
        return get_document(actor=self.person, pk=pk, source=self.only_source)


class Documents(IncomingView):
    """The documents, and the door for another one."""

    http_method_names = ["get", "head", "post", "options"]
    access = {"GET": READ, "POST": INTAKE}
    parser_classes = [BoundedFormParser, StreamParser]

    @extend_schema(
        operation_id="listDocuments",
        summary="E-invoices and statements that came in",
        tags=["intake"],
        parameters=[DocumentParams],
        responses=answers(page_of(IncomingDocumentSerializer)),
    )
    def get(self, request: Request) -> Response:
        """Newest first; a key for intake alone sees its own."""
        given = self.parse(DocumentParams)
        rows = list_documents(
            actor=self.person,
            source=self.only_source or given.get("source"),
            state=given.get("state"),
            kind=given.get("kind"),
            text=given["text"],
        )
        return self.page(rows, IncomingDocumentSerializer, ordering="-id")

    @extend_schema(
        operation_id="postDocument",
        summary="Send an e-invoice or a file of bank statements",
        tags=["intake"],
        parameters=[FILE_NAME, key_parameter(is_required=False)],
        request={MULTIPART: UploadBody, **dict.fromkeys(RAW, OpenApiTypes.BINARY)},
        responses=write_answers(IncomingDocumentDetailSerializer, 422, 503, created=True),
    )
    def post(self, request: Request) -> HttpResponse:
        """The same file again is the same document: 200. What could not be posted says why. See docs/documents.md."""
        given = self.parse(UploadParams)
        data, name, media_type = self._sent(request, given["file_name"])
        if self.client is not None:
            check_still_valid(self.client)
        with outage_told():
            return answered_once(
                request,
                lambda: self._received(data, name, media_type),
                is_required=False,
                content=hashlib.sha256(data).hexdigest(),
            )

    def _sent(self, request: Request, name: str) -> tuple[bytes, str, str]:
        media_type = content_type_of(request, (*RAW, MULTIPART))
        if media_type != MULTIPART:
            return _bounded(body_pieces(request)), name, media_type
        file = _file_of(request)
        return _bounded(file.chunks()), name or file.name, str(file.content_type or "")

    def _received(self, data: bytes, name: str, media_type: str) -> Response:
        received = receive_document(
            data,
            file_name=name,
            source=self.own_source,
            actor=self.person,
            today=today(),
            media_type=media_type,
        )
        row = received.document
        headers = {"Location": f"/api/v1/documents/{row.pk}/"}
        shown = IncomingDocumentDetailSerializer(row).data
        return Response(shown, status=201 if received.is_new else 200, headers=headers)


def _file_of(request: Request) -> Any:
    try:
        files = request.FILES.getlist("file")
    except (UnreadablePostError, OSError) as error:
        raise truncated(None) from error
    if len(files) != 1:
        detail = _("The form needs one file under the name file.")
        raise ParameterError(code="file_missing", detail=detail, field="file")
    return files[0]


def _bounded(pieces: Iterable[bytes]) -> bytes:
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) > MAX_BYTES:
            raise _too_large()
    if not data:
        raise ParameterError(code="body_empty", detail=_("The body is empty."), field="body")
    return bytes(data)


def _too_large() -> ProblemError:
    detail = _("The body has more than %(limit)s bytes.") % {"limit": MAX_BYTES}
    return ProblemError(Problem(413, "body_too_large", detail, "body"))


class DocumentDetail(IncomingView):
    """One document."""

    @extend_schema(
        operation_id="getDocument",
        summary="What a document says and what became of it",
        tags=["intake"],
        responses=answers(IncomingDocumentDetailSerializer, 404),
    )
    def get(self, request: Request, pk: int) -> Response:
        """With the files inside it and the invoices that it became."""
        self.parse(Params)
        return Response(IncomingDocumentDetailSerializer(self.find(pk)).data)


def _file_answers() -> dict[Any, Any]:
    found = answers(OpenApiTypes.BINARY, 404, 422)
    del found[(200, "application/json")]
    return {(200, OCTETS): OpenApiResponse(OpenApiTypes.BINARY, "The bytes as they came."), **found}


class FileView(IncomingView):
    """Base of downloads."""

    renderer_classes = [*IncomingView.renderer_classes, AnyRenderer]


class DocumentFile(FileView):
    """The sealed original."""

    @extend_schema(
        operation_id="getDocumentFile", summary="The file itself", tags=["intake"], responses=_file_answers()
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Byte for byte; an altered file is refused."""
        self.parse(Params)
        row = self.find(pk)
        return download(open_sealed(row.sealed), name=row.file_name)


class DocumentAttachmentFile(FileView):
    """A sealed file inside an e-invoice."""

    @extend_schema(
        operation_id="getDocumentAttachment",
        summary="A file inside an e-invoice",
        tags=["intake"],
        responses=_file_answers(),
    )
    def get(self, request: Request, pk: int, position: int) -> HttpResponse:
        """Byte for byte; an altered file is refused."""
        self.parse(Params)
        found = get_attachment(self.find(pk), position)
        return download(open_sealed(found.sealed), name=found.name)
