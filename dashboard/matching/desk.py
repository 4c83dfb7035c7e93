"""The matching desk: one bank line after the other, decided by keyboard; without scripts the same forms post."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from dashboard.bank_words import OFF_WORDS, confidence_label
from dashboard.imports.base import ImportsPage, ImportWork
from dashboard.matching.choice import Choice, ticked
from dashboard.matching.panel import panel_of
from dashboard.queries.matching import id_of, list_queue, list_waiting
from dashboard.refusals import words_of
from invoices.models import BankLine
from invoices.queries.bank import get_line, list_accounts, list_choices, next_line
from invoices.services.bank.deciding import confirm_line, confirm_return, ignore_line, propose_again, undo_line


class MatchingDesk(ImportsPage):
    """The desk at one line: that of the address, else the first that waits."""

    tab = "import_matching"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The whole page, or the part that a script asks for."""
        asked = whole(request.GET.get("line", ""))
        line = get_line(actor=self.page.user, pk=asked) if asked else self.following(None)
        return self.desk(line, done=whole(request.GET.get("done", "")))

    def following(self, after: int | None) -> BankLine | None:
        """The next line that waits, of the account in the address."""
        return next_line(actor=self.page.user, after=after, account=self.account)

    @property
    def account(self) -> int | None:
        """The account that the address restricts to."""
        return whole(self.request.GET.get("account", ""))

    def desk(
        self, line: BankLine | None, *, done: int | None = None, choice: Choice | None = None, problem: str = ""
    ) -> HttpResponse:
        """The desk at a line; ``done`` is the line that was decided just now, ``problem`` why this one was not."""
        given = self.request.GET
        text = given.get("q", "").strip()[:80]
        if line and choice is None and ("item" in given or text or "buyer" in given):
            choice, problem = self._chosen(problem)
        panel = (
            panel_of(
                line, actor=self.page.user, choice=choice, number=whole(given.get("alternative", "")) or 0, text=text
            )
            if line
            else None
        )
        is_fragment = self.request.headers.get("HX-Target") == "desk"
        return self.render(
            "matching/_desk.html" if is_fragment else "matching/desk.html",
            status=422 if problem and not is_fragment else 200,
            panel=panel,
            queue=[(one, confidence_label(one.confidence)) for one in self._queue(line)],
            to_decide=list_waiting(actor=self.page.user, account=self.account).count(),
            accounts=list_accounts(actor=self.page.user),
            account=self.account,
            at_account=f"?account={self.account}" if self.account else "",
            done=get_line(actor=self.page.user, pk=done) if done else None,
            problem=problem,
            text=text,
            wants_undo="undo" in given,
            off_kinds=list(OFF_WORDS.items()),
            is_fragment=is_fragment,
        )

    def _queue(self, line: BankLine | None) -> list[BankLine]:
        return list_queue(actor=self.page.user, around=line.pk if line else None, account=self.account)

    def _chosen(self, problem: str) -> tuple[Choice | None, str]:
        try:
            return ticked(self.request.GET), problem
        except DomainError as refused:
            return None, words_of(refused)


class LineWork(MatchingDesk, ImportWork):
    """Decides on a line and goes to the next one."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """Do it, or show what is wrong with everything as it was given."""
        choice: Choice | None = None
        try:
            choice = ticked(request.POST) if verb == "confirm" else None
            self._change(pk, verb, choice)()
        except DomainError as refused:
            line = get_line(actor=self.page.user, pk=pk)
            return self.desk(line, choice=choice, problem=words_of(refused))
        stays = verb in {"undo", "again"}
        now = get_line(actor=self.page.user, pk=pk) if stays else self.following(pk)
        return self._answer(now, None if stays else pk)

    def _change(self, pk: int, verb: str, choice: Choice | None) -> Callable[[], object]:
        given = self.request.POST
        seen: dict[str, Any] = {"line_id": pk, "version": whole(given.get("version", "")) or 0, "actor": self.page.user}
        if verb == "again":
            return lambda: propose_again(pk, self.page.user)
        if verb == "return":
            return lambda: confirm_return(**seen, returned_line_id=whole(given.get("returns", "")) or 0)
        if verb in {"ignore", "undo"}:
            decide = ignore_line if verb == "ignore" else undo_line
            return lambda: decide(**seen, reason=given.get("reason", ""))
        chosen = choice or Choice()
        return lambda: confirm_line(
            **seen, buyer_id=_buyer_of(chosen, self.page.user), allocations=chosen.allocations()
        )

    def _answer(self, line: BankLine | None, done: int | None) -> HttpResponse:
        known = {"line": line.pk if line else None, "account": self.account, "done": done}
        query = "&".join(f"{name}={value}" for name, value in known.items() if value)
        address = f"{reverse('dashboard:import_matching')}?{query}"
        if not self.request.headers.get("HX-Request"):
            return HttpResponseRedirect(address)
        response = self.desk(line, done=done)
        response["HX-Push-Url"] = address
        return response


def whole(text: str) -> int | None:
    """A whole number out of an address; anything else is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _buyer_of(chosen: Choice, actor: User) -> int:
    """The buyer that was named, else whose first invoice it is."""
    first = [] if chosen.buyer_code else list_choices(actor=actor, invoice_ids=list(chosen.parts)[:1])
    found = first[0].buyer_id if first else id_of(chosen.buyer_code)
    if found is None:
        raise DomainError(
            "buyer_missing",
            _("Say whose money it is: choose a buyer or an invoice."),
            {"field": "buyer", "value": chosen.buyer_code},
        )
    return found
