"""Documents that came in, as the REST API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from buyers.domain.parties import MatchReason
from core.api.fields import AmountField
from invoices.domain.documents import DocumentKind, DocumentState
from invoices.intake.reasons import words
from invoices.models import IncomingDocument
from invoices.queries.documents import list_attachments, posted_invoices

_READ = ("number", "type", "issue_date", "due_date", "due_from", "seller", "seller_id", "buyer", "buyer_id", "payee")
_MONEY = ("currency", "net", "tax", "total", "prepaid", "payable", "receivable")


class DocumentReasonSerializer(serializers.Serializer[Any]):
    """Why a document waits or was refused; or what is remarkable about one that was posted."""

    code = serializers.CharField(help_text="Stable; decide by this.")
    detail = serializers.CharField(help_text="In words, in the language asked for.")


class EInvoiceReadSerializer(serializers.Serializer[Any]):
    """What an e-invoice says. Amounts are plain digits with the document's own signs."""

    number = serializers.CharField()
    type = serializers.CharField(help_text="UNTDID 1001: 380 invoice, 381 credit note, 384 correction …")
    issue_date = serializers.DateField()
    due_date = serializers.CharField(allow_blank=True, help_text="Empty: none, or unclear.")
    due_from = serializers.CharField(help_text="Where the due date was found.")
    seller = serializers.CharField()
    seller_id = serializers.CharField(allow_blank=True)
    buyer = serializers.CharField()
    buyer_id = serializers.CharField(allow_blank=True)
    payee = serializers.CharField(allow_blank=True, help_text="Empty: the seller.")
    currency = serializers.CharField()
    net = serializers.CharField()
    tax = serializers.CharField()
    total = serializers.CharField()
    prepaid = serializers.CharField()
    payable = serializers.CharField()
    receivable = serializers.CharField(help_text="What it adds to the receivable; below 0 where it credits.")


class CandidateSerializer(serializers.Serializer[Any]):
    """A buyer that the document's party may be."""

    buyer = serializers.CharField(source="code", help_text="Our code.")
    name = serializers.CharField()
    score = serializers.IntegerField(help_text="0-100: likeness of the names; 100 where a number speaks.")
    reason = serializers.ChoiceField([one.value for one in MatchReason])


class IncomingDocumentSerializer(serializers.Serializer[Any]):
    """A document that came in."""

    id = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]
    file_name = serializers.CharField()
    kind = serializers.ChoiceField([one.value for one in DocumentKind])
    state = serializers.ChoiceField([one.value for one in DocumentState])
    sha256 = serializers.CharField(source="sealed.sha256")
    size = serializers.IntegerField(source="sealed.size", help_text="Bytes.")
    created_at = serializers.DateTimeField()
    problem = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()
    einvoice = serializers.SerializerMethodField()
    candidates = CandidateSerializer(many=True)
    buyer = serializers.CharField(source="buyer.code", default=None, allow_null=True, help_text="Our code.")
    invoice = serializers.CharField(source="invoice.external_id", default=None, allow_null=True)
    credit_note = serializers.CharField(source="credit_note.external_id", default=None, allow_null=True)
    receipt = serializers.CharField(
        source="receipt.external_id", default=None, allow_null=True, help_text="Posted for what was prepaid."
    )

    @extend_schema_field(DocumentReasonSerializer(allow_null=True))
    def get_problem(self, row: IncomingDocument) -> dict[str, str] | None:
        """In words."""
        return None if row.problem is None else _said(row.problem)

    @extend_schema_field(DocumentReasonSerializer(many=True))
    def get_warnings(self, row: IncomingDocument) -> list[dict[str, str]]:
        """In words."""
        return [_said(one) for one in row.warnings]

    @extend_schema_field(EInvoiceReadSerializer(allow_null=True))
    def get_einvoice(self, row: IncomingDocument) -> dict[str, str] | None:
        """Null for anything else."""
        if row.kind != DocumentKind.EINVOICE:
            return None
        return {name: str(row.reading[name]) for name in (*_READ, *_MONEY)}


def _said(reason: Mapping[str, Any]) -> dict[str, str]:
    return {"code": reason["code"], "detail": words(reason["code"], reason["params"])}


class AttachmentSerializer(serializers.Serializer[Any]):
    """A file inside an e-invoice; one that is only linked has no bytes here."""

    position = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)
    size = serializers.IntegerField(source="sealed.size", default=None, allow_null=True)
    sha256 = serializers.CharField(source="sealed.sha256", default=None, allow_null=True)
    link = serializers.CharField(allow_blank=True, help_text="Noted, never followed.")


class PostedInvoiceSerializer(serializers.Serializer[Any]):
    """An invoice that the document became: one for each due date."""

    external_id = serializers.CharField()
    currency = serializers.CharField()
    amount = AmountField(help_text="As first issued.")
    open_amount = AmountField()
    due_date = serializers.DateField()


class IncomingDocumentDetailSerializer(IncomingDocumentSerializer):
    """A document with what it holds and what it became."""

    attachments = serializers.SerializerMethodField()
    invoices = serializers.SerializerMethodField()

    @extend_schema_field(AttachmentSerializer(many=True))
    def get_attachments(self, row: IncomingDocument) -> Any:
        """In their order."""
        return AttachmentSerializer(list_attachments(row), many=True).data

    @extend_schema_field(PostedInvoiceSerializer(many=True))
    def get_invoices(self, row: IncomingDocument) -> Any:
        """The earliest due first."""
        return PostedInvoiceSerializer(posted_invoices(row), many=True).data
