"""REST: the aging of any date, with its control totals, and as a pivot."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from buyers.queries.records import get_buyer_id
from core.api.fields import amount_text
from core.api.schema import answers
from core.api.slices import slice_rows
from core.api.views import ReadView
from core.queries.counters import get_version
from core.services.counters import LEDGER
from invoices.domain.kinds import AgingBasis
from invoices.filters import AgingParams
from invoices.queries.aging import AgingQuestion, AgingReport, control_in, get_aging
from invoices.queries.aging_lines import AgingLine, list_aging
from invoices.serializers_aging import AgingSerializer


class Aging(ReadView):
    """Who owes what since when."""

    @extend_schema(
        operation_id="getAging",
        summary="Aging of any date",
        tags=["aging"],
        parameters=[AgingParams],
        responses=answers(AgingSerializer, 404, 409),
    )
    def get(self, request: Request) -> Response:
        """Totals by bucket, reconciled with the ledger; with group_by also the lines of a pivot."""
        wanted = self.parse(AgingParams)
        question = self._question(wanted)
        body = _report(question)
        lines, following = self._lines(question, wanted)
        return Response(AgingSerializer({**body, "lines": lines, "next": following}).data)

    def _question(self, wanted: dict[str, Any]) -> AgingQuestion:
        buyer = wanted.get("buyer")
        return AgingQuestion(
            as_of=wanted["as_of"],
            by=AgingBasis(wanted["by"]),
            known_at=wanted["known_at"],
            buyer_id=get_buyer_id(buyer, scope=self.scope) if buyer else None,
            currency=wanted.get("currency"),
            scope=self.scope,
            base=wanted.get("base", ""),
        )

    def _lines(self, question: AgingQuestion, wanted: dict[str, Any]) -> tuple[list[dict[str, Any]] | None, str | None]:
        if "group_by" not in wanted:
            return None, None
        version = get_version(LEDGER)
        rows = list_aging(question, group_by=wanted["group_by"], in_base=question.currency is None)
        page, cursor = slice_rows(rows, cursor=wanted.get("cursor"), size=wanted["page_size"], version=version)
        here = self.request.build_absolute_uri()
        return [_line(row) for row in page], replace_query_param(here, "cursor", cursor) if cursor else None


def _report(question: AgingQuestion) -> dict[str, Any]:
    report = get_aging(question)
    ledger, aging = control_in(report, question.rates())
    control = {"currency": report.currency, "ledger": ledger, "aging": aging, "ok": report.is_reconciled}
    return {
        **_members(report),
        "control": control,
        "controls": [_control(row) for row in report.controls],
        "buckets": [
            {"label": bucket.label, "items": bucket.items, "amount": bucket.amount, "currency": report.currency}
            for bucket in report.buckets
        ],
        "unconverted": [{"currency": code, "amount": amount} for code, amount in report.unconverted.items()],
    }


def _members(report: AgingReport) -> dict[str, Any]:
    names = (
        "as_of by known_at currency items buyers amount disputed unapplied_cash unapplied_credit oldest_days_past_due "
        "is_complete rates_date rates"
    )
    return {name: getattr(report, name) for name in names.split()}


def _control(row: Any) -> dict[str, Any]:
    return {"currency": row.currency, "ledger": row.ledger, "aging": row.aging, "ok": row.is_ok}


def _line(row: AgingLine) -> dict[str, Any]:
    buckets = (row.b0, row.b1, row.b2, row.b3, row.b4, row.b5)
    return {**row._asdict(), "buckets": [amount_text(amount, row.currency) for amount in buckets]}
