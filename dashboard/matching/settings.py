"""The numbers of matching: those in force with what they mean, every version, and a form for the next one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access.scope import require
from core.domain.bounds import Bounds
from core.domain.reasons import REASON_LENGTH
from core.domain.roles import Permission
from dashboard.bank_words import MATCHING_HELP, MATCHING_NUMBERS, POSTS, POSTS_NOTHING
from dashboard.forms import ThresholdForm
from dashboard.imports.base import ImportsPage
from dashboard.labels import Label
from invoices.domain.matching_settings import NUMBERS, MatchingNumbers
from invoices.models import MatchingSetting
from invoices.queries.matching_settings import list_versions, numbers_of
from invoices.services.bank.settings import change_matching


class NumbersForm(ThresholdForm):
    """All numbers of matching, and whether lines post by themselves."""

    reason = forms.CharField(label=gettext_lazy("Why they are changed"), max_length=REASON_LENGTH)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, bounds=NUMBERS, words=MATCHING_NUMBERS, **kwargs)
        self.fields["is_enabled"].label = _("Sure lines post by themselves")


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number in force."""

    name: Any
    number: str
    bounds: Bounds
    help: Any


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version with what it changed."""

    version: MatchingSetting
    posting: Label
    changes: list[tuple[Any, str]]


class SettingsPage(ImportsPage):
    """``/imports/matching/settings/``"""

    tab = "import_matching"

    def get(self, request: HttpRequest) -> HttpResponse:
        """As they are now."""
        return self._page()

    def post(self, request: HttpRequest) -> HttpResponse:
        """The next version, or what would be right."""
        require(self.page.user, Permission.RULES_CHANGE)
        form = NumbersForm(request.POST)
        kept = self.keep(
            form,
            lambda: self._change(form),
            done=_("The numbers are changed; they count for every line matched from now on."),
            back=reverse("dashboard:import_matching_settings"),
        )
        return kept or self._page(form, status=422)

    def _change(self, form: NumbersForm) -> None:
        given = {name: form.cleaned_data[name] for name in ("version", "is_enabled", "reason")}
        change_matching(numbers=form.numbers(), actor=self.page.user, **given)

    def _page(self, form: NumbersForm | None = None, status: int = 200) -> HttpResponse:
        versions = list(list_versions())
        known = numbers_of(versions[0]) if versions else MatchingNumbers()
        return self.render(
            "matching/settings.html",
            status=status,
            numbers=[_row(name, known) for name in NUMBERS],
            posting=_posting(known),
            version=known.version,
            versions=_history(versions),
            form=(form or NumbersForm(initial=_initial(known))) if self.page.may(Permission.RULES_CHANGE) else None,
        )


def _initial(known: MatchingNumbers) -> dict[str, Any]:
    numbers = {name: _plain(known.number(name)) for name in NUMBERS}
    return {**numbers, "version": known.version, "is_enabled": known.is_enabled}


def _row(name: str, known: MatchingNumbers) -> NumberRow:
    return NumberRow(MATCHING_NUMBERS[name], _plain(known.number(name)), NUMBERS[name], MATCHING_HELP[name])


def _history(versions: Sequence[MatchingSetting]) -> list[VersionRow]:
    """Newest first; the first version is held against the defaults."""
    told = [numbers_of(row) for row in versions]
    before = [*told, MatchingNumbers()][1:]
    return [
        VersionRow(row, _posting(now), _changes(then, now))
        for row, now, then in zip(versions, told, before, strict=True)
    ]


def _changes(then: MatchingNumbers, now: MatchingNumbers) -> list[tuple[Any, str]]:
    changed = [name for name in NUMBERS if then.number(name) != now.number(name)]
    return [(MATCHING_NUMBERS[name], f"{_plain(then.number(name))} → {_plain(now.number(name))}") for name in changed]


def _posting(known: MatchingNumbers) -> Label:
    return POSTS if known.is_enabled else POSTS_NOTHING


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
