"""The review diary: which limits are to be looked at again, by when, and what was found."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from credit.models import CreditReview
from credit.queries.reviews import list_reviews
from credit.services.reviews import complete_review, move_review
from dashboard.credit_labels import REVIEWS
from dashboard.exports import wanted_export
from dashboard.forms import DayInput, DeskForm
from dashboard.limits.base import LimitsPage
from dashboard.limits.requests import subject_name, subject_url
from dashboard.tables import CountColumn, DataTable, DateColumn, DaysColumn, LabelColumn, TextColumn, configure

SOON_DAYS = 30


class ReviewsTable(DataTable):
    """The diary, the most urgent first."""

    title = _("Review diary")
    empty = _("Nothing is to be reviewed here.")

    due_on = DateColumn(_("due"))
    days_left = DaysColumn(_("days left"), accessor="due_on", orderable=False)
    subject = TextColumn(_("buyer or group"), accessor="account", orderable=False)
    interval_days = CountColumn(_("every … days"))
    state = LabelColumn(_("state"), table=REVIEWS)
    note = TextColumn(_("note"), orderable=False)
    done_by = TextColumn(_("done by"), orderable=False)
    work = TextColumn(_("action"), accessor="pk", orderable=False, exclude_from_export=True)

    def __init__(self, data: Any, *, as_of: date, may_work: bool, **kwargs: Any) -> None:
        self.as_of = as_of
        super().__init__(data, exclude=() if may_work else ("work",), **kwargs)

    def render_days_left(self, record: CreditReview) -> str:
        """Negative, in parentheses, if the day has passed."""
        left = (record.due_on - self.as_of).days
        return f"({-left})" if left < 0 else str(left)

    def value_days_left(self, record: CreditReview) -> int:
        """The bare count."""
        return (record.due_on - self.as_of).days

    def render_subject(self, record: CreditReview) -> Any:
        """Linked to the buyer or group."""
        return format_html('<a href="{}">{}</a>', subject_url(record.account), subject_name(record.account))

    def value_subject(self, record: CreditReview) -> str:
        """The name alone."""
        return subject_name(record.account)

    def render_work(self, record: CreditReview) -> Any:
        """Where it is done."""
        if record.done_at:
            return ""
        url = reverse("dashboard:limit_review", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, gettext("Review"))


class DoneForm(DeskForm):
    """What was found."""

    note = forms.CharField(label=_("What you found"), max_length=300)


class MoveForm(DeskForm):
    """Another day, and why."""

    due_on = forms.DateField(label=_("Review on"), widget=DayInput)
    note = forms.CharField(label=_("Why it may wait"), max_length=300)


class ReviewsPage(LimitsPage):
    """The diary."""

    tab = "limit_reviews"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """What is due soon, or everything."""
        wanted = request.GET.get("which", "")
        until = None if wanted else self.page.today + timedelta(days=SOON_DAYS)
        rows = list_reviews(scope=self.page.scope, due_until=until, with_done=wanted == "done")
        may_work = self.page.may(Permission.LIMIT_REQUEST)
        table = configure(request, ReviewsTable(rows, name="reviews", as_of=self.page.today, may_work=may_work))
        choices = [
            (code, word, code == wanted)
            for code, word in (("", _("due in 30 days")), ("open", _("all open")), ("done", _("with those done")))
        ]
        return wanted_export(request, table) or self.render("limits/reviews.html", table=table, choices=choices)


class ReviewPage(LimitsPage):
    """One entry: done with a note, or moved with a reason."""

    permission = Permission.LIMIT_REQUEST
    tab = "limit_reviews"

    def get(self, request: HttpRequest, review_id: int) -> HttpResponse:
        """The forms that the role may use."""
        return self._page(review_id, {})

    def post(self, request: HttpRequest, review_id: int) -> HttpResponse:
        """Done or moved."""
        verb = "move" if "move-note" in request.POST else "done"
        form: DeskForm = (MoveForm if verb == "move" else DoneForm)(request.POST, prefix=verb)
        service = partial(move_review if verb == "move" else complete_review, review_id)
        kept = self.keep(
            form,
            lambda: service(actor=self.page.user, as_of=self.page.today, **form.cleaned_data),
            done=gettext("The diary is up to date."),
            back=reverse("dashboard:limit_reviews"),
        )
        return kept or self._page(review_id, {verb: form}, status=422)

    def _page(self, review_id: int, failed: dict[str, DeskForm], status: int = 200) -> HttpResponse:
        review = _review(review_id, self)
        forms_shown: dict[str, DeskForm] = {"done": DoneForm(prefix="done")}
        if self.page.may(Permission.LIMIT_DECIDE):
            forms_shown["move"] = MoveForm(prefix="move", initial={"due_on": review.due_on})
        return self.render(
            "limits/review.html",
            status=status,
            review=review,
            subject=subject_name(review.account),
            subject_url=subject_url(review.account),
            state=REVIEWS[review.state],  # type: ignore[index]
            forms=forms_shown | failed,
        )


def _review(review_id: int, view: LimitsPage) -> CreditReview:
    from core.errors import NotFound

    found = [row for row in list_reviews(scope=view.page.scope, with_done=True) if row.pk == review_id]
    if not found:
        raise NotFound("review_unknown", gettext("There is no such review."), {"field": "review", "value": review_id})
    return found[0]
