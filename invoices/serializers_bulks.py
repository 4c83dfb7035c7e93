"""Bulks and the answers to their records, as the REST API shows them; and the records themselves, for the schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.language import in_language
from invoices.domain.bulks import BulkKind
from invoices.intake.reasons import FILE_REFUSALS, words
from invoices.models import BulkRecord
from invoices.queries.bulks import BulkView
from invoices.serializers_intake import BulkRowSerializer
from invoices.services.bulks.problems import sentence_of

OUTCOMES = ("created", "updated", "unchanged", "quarantined")
STATES = ("queued", "running", "done", "refused", "failed")
_SUMS = {"type": "object", "additionalProperties": {"type": "string"}}


class RecordProblemSerializer(serializers.Serializer[Any]):
    """Why a record or a bulk was not taken."""

    code = serializers.CharField(help_text="Stable; decide by this.")
    detail = serializers.CharField(help_text="In words, in the language asked for.")
    field = serializers.CharField(required=False)
    value = serializers.CharField(required=False, allow_blank=True)
    fix = serializers.CharField(required=False)


class BulkRecordSerializer(serializers.Serializer[Any]):
    """The answer to one record."""

    position = serializers.IntegerField(help_text="1 is the first record.")
    external_id = serializers.CharField(allow_blank=True, help_text="As far as it could be read.")
    outcome = serializers.ChoiceField(OUTCOMES)
    problem = serializers.SerializerMethodField()

    @extend_schema_field(RecordProblemSerializer(allow_null=True))
    def get_problem(self, record: BulkRecord) -> dict[str, Any] | None:
        """With its reason in words."""
        return None if record.problem is None else record_problem(record.problem)


def record_problem(problem: Mapping[str, Any]) -> dict[str, Any]:
    """A stored problem of a record, in the active language."""
    shown = {"field": problem["field"], "value": problem["value"], "fix": _fix(problem)}
    return {"code": problem["code"], "detail": in_language(sentence_of(problem)), **_said(shown)}


def _fix(problem: Mapping[str, Any]) -> str:
    params: Mapping[str, Any] = problem["params"]
    fixes = {
        "contradicts_ledger": _("Correct it with PUT, or send what the ledger has."),
        "duplicate_in_file": _("Send it once."),
        "source_of_another": _("Leave source out, or use the key of that system."),
        "text_expected": _("Put it in quotation marks."),
        "value_missing": _("Give a value."),
    }
    return fixes.get(problem["code"], "") or str(params.get("fix") or params.get("expected", ""))


class BulkSerializer(serializers.Serializer[Any]):
    """A bulk: where it stands, and what became of its records."""

    id = serializers.IntegerField(source="bulk.pk")
    kind = serializers.ChoiceField(list(BulkKind), source="bulk.kind")
    source = serializers.CharField(source="bulk.source")  # type: ignore[assignment]
    state = serializers.ChoiceField(STATES, help_text="done: every record has its answer. refused, failed: none.")
    sha256 = serializers.CharField(source="bulk.sha256", help_text="Of the body, unpacked.")
    size = serializers.IntegerField(source="bulk.size", help_text="Bytes of the body, unpacked.")
    received_at = serializers.DateTimeField(source="bulk.created_at")
    finished_at = serializers.DateTimeField(source="bulk.finished_at", allow_null=True)
    records_read = serializers.IntegerField(help_text="So far; all of them once it is done.")
    rows = serializers.IntegerField(source="bulk.rows", help_text="Records of the body.")
    created = serializers.IntegerField(source="bulk.created")
    updated = serializers.IntegerField(source="bulk.updated")
    unchanged = serializers.IntegerField(source="bulk.unchanged")
    quarantined = serializers.IntegerField(source="bulk.quarantined")
    sums = serializers.SerializerMethodField(help_text="Of all records, by currency.")
    sums_by_outcome = serializers.SerializerMethodField()
    without_amount = serializers.SerializerMethodField(help_text="Records whose amount cannot be read.")
    problem = serializers.SerializerMethodField()
    records = serializers.SerializerMethodField()

    @extend_schema_field(_SUMS)
    def get_sums(self, view: BulkView) -> dict[str, str]:
        """As text."""
        found: dict[str, str] = view.bulk.totals.get("sums", {})
        return found

    @extend_schema_field({"type": "object", "additionalProperties": _SUMS})
    def get_sums_by_outcome(self, view: BulkView) -> dict[str, dict[str, str]]:
        """As text."""
        return {outcome: view.bulk.totals.get(outcome, {}) for outcome in OUTCOMES}

    def get_without_amount(self, view: BulkView) -> int:
        """They are in no sum."""
        return int(view.bulk.totals.get("without_amount", 0))

    @extend_schema_field(RecordProblemSerializer(allow_null=True))
    def get_problem(self, view: BulkView) -> dict[str, Any] | None:
        """Why nothing was taken."""
        if view.state == "failed":
            return {"code": "bulk_failed", "detail": _("The job failed. Nothing was posted; send it again.")}
        return None if view.bulk.problem is None else _bulk_problem(view.bulk.problem)

    @extend_schema_field({"type": "string"})
    def get_records(self, view: BulkView) -> str:
        """Address of the answers to its records."""
        return f"/api/v1/bulks/{view.bulk.pk}/records/"


def _bulk_problem(problem: Mapping[str, Any]) -> dict[str, Any]:
    code, params = problem["code"], problem["params"]
    detail = words(code, params) if code in FILE_REFUSALS else problem["detail"]
    return {"code": code, "detail": detail, **_said({name: params.get(name, "") for name in ("field", "value", "fix")})}


def _said(named: Mapping[str, str]) -> dict[str, str]:
    return {name: str(value) for name, value in named.items() if value not in ("", None)}


class InvoiceRecordSerializer(BulkRowSerializer):
    """One invoice of a bulk. Anything else is an error of the record."""

    external_id = serializers.CharField(max_length=120, help_text="The source's own number: text.")
    number = serializers.CharField(required=False, max_length=120, help_text="As printed. Default: external_id.")
    buyer = serializers.CharField(max_length=60, help_text="The source's own code of the buyer; a new one is made.")
    buyer_name = serializers.CharField(required=False, max_length=255)
    buyer_name_zh = serializers.CharField(required=False, max_length=255)
    buyer_country = serializers.CharField(required=False, help_text="ISO 3166, two letters.")
    currency = serializers.CharField(help_text="ISO 4217.")
    amount = serializers.CharField(help_text='Plain digits: "1234.56".')
    invoice_date = serializers.DateField()
    due_date = serializers.DateField(required=False, help_text="This or due_days.")
    due_days = serializers.CharField(required=False)
    terms = serializers.CharField(required=False, help_text="Default: open_account.")
