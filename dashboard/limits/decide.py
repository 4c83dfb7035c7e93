"""One request: what was asked, on which facts, who has signed, and a form for who may sign now."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.roles import Permission
from credit.domain.kinds import RequestState
from credit.models import LimitRequest
from credit.queries.requests import MaySign, RequestDetail, get_request, standing_of
from credit.services.requests import approve_request, reject_request, withdraw_request
from dashboard.credit_labels import LIMIT_KINDS, REQUESTS, VERDICTS
from dashboard.forms import DeskForm
from dashboard.labels import ROLES
from dashboard.limits.base import LimitsPage
from dashboard.limits.requests import subject_name, subject_url
from dashboard.limits.words import fact_lines, little_known, recommendation_of
from dashboard.refusals import words_of


class DecideForm(DeskForm):
    """A signature, in one's own name or for whom one stands in for."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    acting_for = forms.TypedChoiceField(
        label=gettext_lazy("In whose name"), coerce=int, empty_value=None, required=False
    )
    comment = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("needed to reject"),
    )

    def __init__(self, *args: Any, standings: list[MaySign], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = [standing.acting_for for standing in standings if standing.may_approve]
        choices = [(str(user.pk), str(user)) if user else ("", _("my own")) for user in allowed]
        self.fields["acting_for"].choices = choices  # type: ignore[attr-defined]
        if allowed in ([], [None]):
            del self.fields["acting_for"]


class RequestPage(LimitsPage):
    """``/limits/requests/<id>/``; sales see their own requests without figures of cover."""

    permission = Permission.BUYER_READ
    tab = "limit_requests"

    def get(self, request: HttpRequest, request_id: int) -> HttpResponse:
        """All about it."""
        return self.show(self.detail(request_id))

    def detail(self, request_id: int) -> RequestDetail:
        """The request as the reader may see it."""
        return get_request(request_id, scope=self.page.scope, as_of=self.page.today)

    def show(self, detail: RequestDetail, failed: DecideForm | None = None, status: int = 200) -> HttpResponse:
        """The page, with a form that was refused."""
        row, sees = detail.request, self.page.may(Permission.LIMITS_READ)
        standings = self.standings(row)
        return self.render(
            "limits/request.html",
            status=status,
            request_row=row,
            subject=subject_name(row.account),
            subject_url=subject_url(row.account),
            kind=LIMIT_KINDS[row.kind],  # type: ignore[index]
            state=REQUESTS[row.state],  # type: ignore[index]
            is_pending=row.state == RequestState.PENDING,
            recommendation=recommendation_of(row.recommendation, row.facts["assumptions"]) if sees else None,
            facts=fact_lines(row.facts) if sees else [],
            little_known=little_known(row.facts) if sees else [],
            decisions=[(VERDICTS[decision.verdict], decision) for decision in detail.decisions],  # type: ignore[index]
            progress=detail.progress,
            is_altered=sees and not detail.is_intact,
            roles=[ROLES[role] for role in detail.progress.roles] if detail.progress else [],
            form=self.form(row, standings, failed),
            refusals=[words_of(one) for one in standings if not one.may_approve],
            is_own=row.requested_by_id == self.page.user.pk,
        )

    def standings(self, row: LimitRequest) -> list[MaySign]:
        """Whether the reader may sign, in each name; empty for who never signs."""
        if row.state != RequestState.PENDING or not self.page.may(Permission.LIMIT_DECIDE):
            return []
        return standing_of(row, user=self.page.user, as_of=self.page.today)

    def form(self, row: LimitRequest, standings: list[MaySign], failed: DecideForm | None) -> DecideForm | None:
        """The form, if the reader may sign in any name."""
        if failed is not None:
            return failed
        if not any(standing.may_approve for standing in standings):
            return None
        return DecideForm(initial={"version": row.version}, standings=standings)


class RequestDecide(RequestPage):
    """Approves or rejects; a second click finds the request decided and changes nothing."""

    permission = Permission.LIMIT_DECIDE
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, request_id: int, verb: str) -> HttpResponse:
        """Sign, or show why not."""
        detail = self.detail(request_id)
        form = DecideForm(request.POST, standings=self.standings(detail.request))
        kept = self.keep(
            form,
            lambda: self._sign(request_id, verb, form.cleaned_data),
            done=_("Signed.") if verb == "approve" else _("Rejected."),
            back=reverse("dashboard:limit_request", args=[request_id]),
        )
        return kept or self.show(self.detail(request_id), form, status=422)

    def _sign(self, request_id: int, verb: str, given: dict[str, Any]) -> object:
        service = approve_request if verb == "approve" else reject_request
        return service(
            request_id,
            version=given["version"],
            actor=self.page.user,
            as_of=self.page.today,
            comment=given["comment"],
            acting_for_id=given.get("acting_for"),
        )


class RequestWithdraw(RequestPage):
    """Takes one's own request back."""

    permission = Permission.LIMIT_REQUEST
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, request_id: int) -> HttpResponse:
        """Withdraw it."""
        self.detail(request_id)
        version = request.POST.get("version", "")
        return self.act(
            lambda: withdraw_request(
                request_id, version=int(version) if version.isdecimal() else 0, actor=self.page.user
            ),
            done=_("Withdrawn."),
            back=reverse("dashboard:limit_request", args=[request_id]),
        )
