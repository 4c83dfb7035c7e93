"""Order desk: may this order go? A form, the answer at once, the buyer's open orders and the latest answers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core.domain.roles import Permission
from core.errors import DomainError
from credit.domain.kinds import Checkpoint
from credit.models import OrderCheck
from credit.services.checks import CheckRequest, check_order
from credit.services.gate import recheck_order
from dashboard.exports import wanted_export
from dashboard.orders.answer import AnswerView, answer_of
from dashboard.orders.form import FIELD_OF, OrderForm, assumed_deposit, initial_of, plain_number, record_of
from dashboard.orders.standing import Standing, standing_of
from dashboard.orders.tables import ChecksTable, OpenOrdersTable
from dashboard.pages import PageView
from dashboard.queries.accounts import Account, get_account
from dashboard.queries.orders import get_check, get_order, list_latest_checks, list_open_orders, offer_buyers
from dashboard.refusals import words_of
from dashboard.tables import DataTable, configure
from invoices.models import Order


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the desk speaks about: nobody yet, a buyer, or one order of a buyer."""

    account: Account | None = None
    order: Order | None = None

    @property
    def buyer_code(self) -> str:
        """The buyer's code, empty if there is none yet."""
        return self.account.buyer.code if self.account else ""


class DeskView(PageView):
    """What the pages about orders show alike."""

    permission = Permission.ORDER_CHECK

    def answer(self, check: OrderCheck) -> AnswerView:
        """The stored answer as the reader may see it."""
        return answer_of(check, sees_limits=self.page.may(Permission.LIMITS_READ))

    def frame(self, subject: Subject) -> dict[str, Any]:
        """Whom the page is about, and what the reader may do there."""
        return {
            "subject": subject,
            "may_decide": self.page.may(Permission.HOLD_DECIDE),
            "may_request": self.page.may(Permission.LIMIT_REQUEST),
        }


class DeskPage(DeskView):
    """``/orders/?buyer=CODE`` or ``?order=ID`` fills the form, ``?check=ID`` shows an answer beside it."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The form with what is known, the lists, or a list as a file."""
        subject = self._subject(request.GET.get("buyer", "").strip(), _number(request.GET.get("order")))
        check = _number(request.GET.get("check"))
        shown = get_check(check, scope=self.page.scope) if check else None
        if shown and subject.account is None:
            subject = self._subject(shown.buyer.code, shown.order_id)
        form = self._form(subject, shown)
        standing = standing_of(subject.order) if subject.order else None
        if standing and shown is None:
            shown = get_check(standing.check_id, scope=self.page.scope)
        is_current = standing and shown and standing.check_id == shown.pk  # an older answer is history
        return self._page(subject, form, shown, standing if is_current else None)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """A what-if: nothing of the order changes; the answer is kept as a record."""
        form = OrderForm(request.POST)
        subject = Subject()
        if form.is_valid():
            try:
                subject = self._subject(form.cleaned_data["buyer"], form.cleaned_data["order"])
                return self._answer(self._what_if(form.cleaned_data, subject), form, subject)
            except DomainError as problem:
                _refuse(form, problem)
        if _is_fragment(request):
            return self.render("orders/_desk_form.html", form=form, **self.frame(subject))
        return self._page(subject, form, None, status=422)

    def _what_if(self, given: dict[str, Any], subject: Subject) -> OrderCheck:
        assert subject.account is not None  # noqa: S101 - the form asks for a buyer
        buyer = subject.account.merged_into or subject.account.buyer
        record = record_of(given, buyer_id=buyer.pk, order=subject.order, today=self.page.today)
        asked = CheckRequest(
            order_id=subject.order.pk if subject.order else None,
            order=record,
            checkpoint=Checkpoint(given["checkpoint"]),
            cause="what_if",
            assumed_deposit=assumed_deposit(given),
        )
        user = self.page.user
        done = check_order(asked, as_of=self.page.today, actor_label=user.username, actor=user, dry_run=True)
        return done.check

    def _answer(self, check: OrderCheck, form: OrderForm, subject: Subject) -> HttpResponse:
        """The answer; with the form as well where that showed what was wrong before."""
        if _is_fragment(self.request):
            answer = self.answer(get_check(check.pk, scope=self.page.scope))
            if "mended" in self.request.POST:
                return self.render("orders/_what_if.html", form=form, answer=answer, **self.frame(subject))
            response = self.render("orders/_answer.html", answer=answer, **self.frame(subject))
            response["HX-Retarget"] = "#answer"
            return response
        return HttpResponseRedirect(f"{reverse('dashboard:orders')}?check={check.pk}")

    def _subject(self, code: str, order_id: int | None) -> Subject:
        if order_id:
            order = get_order(order_id, scope=self.page.scope)
            return Subject(get_account(code=order.buyer.code, scope=self.page.scope), order)
        return Subject(get_account(code=code, scope=self.page.scope)) if code else Subject()

    def _form(self, subject: Subject, shown: OrderCheck | None) -> OrderForm:
        currency = subject.account.buyer.currency if subject.account else ""
        start = initial_of(subject.order, buyer_code=subject.buyer_code, currency=currency or self.page.base_currency)
        return OrderForm(initial=start | (_asked_again(shown) if shown else {}))

    def _page(
        self,
        subject: Subject,
        form: OrderForm,
        shown: OrderCheck | None,
        standing: Standing | None = None,
        status: int = 200,
    ) -> HttpResponseBase:
        account = subject.account
        ids = account.buyer_ids if account else None
        checks = list_latest_checks(scope=self.page.scope, buyer_ids=ids)
        tables: list[DataTable] = [ChecksTable(checks, name="checks", is_only=False)]
        if account:
            tables.append(OpenOrdersTable(list_open_orders(buyer_ids=account.buyer_ids), name="orders", is_only=False))
        export = wanted_export(self.request, *tables)
        return export or self.render(
            "orders/desk.html",
            status=status,
            form=form,
            answer=self.answer(shown) if shown else None,
            standing=standing,
            checks=configure(self.request, tables[0], per_page=20),
            orders=configure(self.request, tables[1], per_page=20) if account else None,
            **self.frame(subject),
        )


class CheckPage(DeskView):
    """``/orders/checks/<id>/``: one stored answer with all it was made from."""

    permission = Permission.BUYER_READ
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, check_id: int) -> HttpResponseBase:
        """The answer, and other answers about the same order."""
        check = get_check(check_id, scope=self.page.scope)
        others = list_latest_checks(scope=self.page.scope, order_id=check.order_id) if check.order_id else []
        table = configure(request, ChecksTable(others, name="checks"), per_page=20)
        export = wanted_export(request, table)
        frame = self.frame(Subject(order=check.order))
        return export or self.render("orders/check.html", answer=self.answer(check), table=table, **frame)


class OrderCheckNow(DeskView):
    """Checks an order on record for real: approved reserves, stopped holds."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, order_id: int) -> HttpResponseBase:
        """Check it and show the answer; a second click asks the same again and reserves nothing twice."""
        order = get_order(order_id, scope=self.page.scope)
        user = self.page.user
        return self.act(
            lambda: recheck_order(order.pk, as_of=self.page.today, actor=user, actor_label=user.username),
            done=_("Checked; what holds of the limit is up to date."),
            back=f"{reverse('dashboard:orders')}?order={order.pk}",
        )


class BuyerOffers(PageView):
    """``/orders/buyers/?buyer=TEXT``: options for the buyer field."""

    permission = Permission.ORDER_CHECK

    def get(self, request: HttpRequest) -> HttpResponse:
        """A few buyers by code or name."""
        text = request.GET.get("buyer", "").strip()
        offers = offer_buyers(text, scope=self.page.scope) if len(text) >= 2 else []
        return self.render("orders/_offers.html", offers=offers)


def _refuse(form: OrderForm, problem: DomainError) -> None:
    """A service may call a field otherwise than the form."""
    name = str(problem.params.get("field", "")).rsplit(".", 1)[-1]
    name = FIELD_OF.get(name, "buyer" if problem.code == "buyer_unknown" else name)
    form.add_error(name if name in form.fields else None, words_of(problem))


def _asked_again(check: OrderCheck) -> dict[str, Any]:
    """The form as it was asked."""
    names = ("terms", "terms_days", "deposit_percent", "ship_date", "checkpoint")
    asked = {name: check.asked[name] for name in names if check.asked.get(name) is not None}
    if "deposit_percent" in asked:
        asked["deposit_percent"] = plain_number(Decimal(asked["deposit_percent"]))
    return {**asked, "currency": check.currency, "amount": plain_number(check.amount)}


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None
