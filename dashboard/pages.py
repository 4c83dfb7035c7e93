"""The frame of every page: sign-in, permission, context, and refusals in the house look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views import View

from core.access.scope import require
from core.domain.roles import Permission
from core.errors import DomainError
from dashboard.context import PageContext, page_context
from dashboard.forms import DeskForm
from dashboard.refusals import words_of

T = TypeVar("T")


class PageView(View):
    """A page for people who hold ``permission``, with None for all who are signed in; a refusal says what to do."""

    permission: Permission | None = Permission.BUYER_READ
    page: PageContext

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Sign-in first, then the role, then the question that the address asks."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        try:
            if self.permission is not None:
                require(request.user, self.permission)
            self.page = page_context(request)
            return super().dispatch(request, *args, **kwargs)
        except DomainError as problem:
            return refusal(request, problem)

    def render(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """The template with the page's own context under ``page``."""
        return render(self.request, template, {"page": self.page, **context}, status=status)

    def act(self, change: Callable[[], T], *, done: str | Callable[[T], str], back: str) -> HttpResponse:
        """Make a change, say what became of it (or why it was refused), go back to an address."""
        try:
            result = change()
        except DomainError as problem:
            messages.error(self.request, words_of(problem))
        else:
            messages.success(self.request, _about(done, result))
        return HttpResponseRedirect(back)

    def keep(
        self, form: DeskForm, change: Callable[[], T], *, done: str | Callable[[T], str], back: str | Callable[[T], str]
    ) -> HttpResponse | None:
        """Make the change that a form asks for and go back to an address; None if the form is to be shown again."""
        if not form.is_valid():
            return None
        try:
            result = change()
        except DomainError as problem:
            form.refuse(problem)
            return None
        messages.success(self.request, _about(done, result))
        return HttpResponseRedirect(_about(back, result))


def _about(words: str | Callable[[T], str], result: T) -> str:
    return words(result) if callable(words) else words


def tabs_at(current: str, tabs: Iterable[tuple[str, Any]]) -> list[tuple[str, Any, bool]]:
    """Tabs (page name, label) as the template shows them: address, label, and which one is open."""
    return [(f"dashboard:{name}", label, name == current) for name, label in tabs]


def choices_of(words: Mapping[Any, Any], chosen: str, *, every: Any = None) -> list[tuple[str, Any, bool]]:
    """Values and words as ``components/_choice.html`` links them, and which one is chosen; ``every`` leaves all."""
    known = words if every is None else {"": every, **words}
    return [(str(value), getattr(word, "text", word), value == chosen) for value, word in known.items()]


def refusal(request: HttpRequest, problem: DomainError) -> HttpResponse:
    """The same words as the API's problem document, as a page (or as a fragment for htmx)."""
    is_fragment = bool(getattr(request, "htmx", False)) and not request.htmx.boosted  # type: ignore[attr-defined]
    template = "errors/_refusal.html" if is_fragment else "errors/refusal.html"
    return render(request, template, {"problem": problem, "words": words_of(problem)}, status=problem.status)
