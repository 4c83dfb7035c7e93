"""The bands of authority as a form: one row for each role and its grades, empty rows for more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission, Role, is_granted
from credit.domain.terms import GRADES
from credit.services.authority import BandRow
from dashboard.forms import DeskForm
from dashboard.labels import ROLES, word_of

SPARE_ROWS = 2
DECIDERS = tuple(role for role in Role if is_granted(role, Permission.LIMIT_DECIDE))


@dataclass(frozen=True, slots=True)
class BandLine:
    """A band in words."""

    role: Any
    grades: list[str]
    up_to: Decimal | None


class BandForm(DeskForm):
    """Who, for which grades, up to how much uninsured; without an amount there is no bound."""

    role = forms.ChoiceField(label=_("Role"), required=False)
    grades = forms.CharField(label=_("Grades, e.g. ABC"), max_length=20, required=False)
    up_to = forms.DecimalField(
        label=_("Up to, uninsured"), min_value=0, max_digits=20, decimal_places=4, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(role.value, ROLES[role]) for role in DECIDERS]
        self.fields["role"].choices = [("", "–"), *words]  # type: ignore[attr-defined]

    def clean_grades(self) -> str:
        """Letters in order, each once."""
        given = str(self.cleaned_data["grades"]).upper().replace(",", "").replace(" ", "")
        if set(given) - set(GRADES):
            raise forms.ValidationError(_("Write letters A to E, e.g. ABC."))
        return "".join(sorted(set(given)))

    def clean(self) -> dict[str, Any]:
        """A role needs grades, grades need a role."""
        given = super().clean() or self.cleaned_data
        if given.get("role") and not given.get("grades") and "grades" not in self.errors:
            self.add_error("grades", _("Write which grades, e.g. ABC."))
        if given.get("grades") and not given.get("role"):
            self.add_error("role", _("Choose who."))
        return given


BandsForm = forms.formset_factory(BandForm, extra=SPARE_ROWS, max_num=20, validate_max=True)


class AuthorityForm(DeskForm):
    """What counts for all bands."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3)
    cosign_above = forms.DecimalField(
        label=_("Two signatures above"), min_value=0, max_digits=20, decimal_places=4, help_text=_("uninsured amount")
    )
    reason = forms.CharField(label=_("Why it is changed"), max_length=300)


def band_lines(bands: Iterable[Any]) -> list[BandLine]:
    """Bands as the page shows them; they come as rows of data or of a stored version."""
    return [BandLine(word_of(ROLES, row.role), list(row.grades), row.up_to) for row in band_rows(bands)]


def band_rows(bands: Iterable[Any]) -> list[BandRow]:
    """Rows out of a version's JSON or the handbook's default."""
    return [_row(band) for band in bands]


def given_bands(formset: Iterable[Any]) -> list[BandRow]:
    """What was written, without empty rows."""
    rows = [form.cleaned_data for form in formset if form.cleaned_data.get("role")]
    return [BandRow(row["role"], row["grades"], row["up_to"]) for row in rows]


def _row(band: Any) -> BandRow:
    given = band if isinstance(band, dict) else {name: getattr(band, name) for name in ("role", "grades", "up_to")}
    up_to = given.get("up_to")
    return BandRow(str(given["role"]), "".join(given["grades"]), None if up_to is None else Decimal(str(up_to)))
