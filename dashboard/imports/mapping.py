"""Which column is which: a form over the file's own header, kept as a profile for the next file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.forms import DeskForm
from invoices.intake.library import shipped_names
from invoices.intake.profile_toml import parse_profile
from invoices.models import ImportBatch
from invoices.services.imports.previewing import Preview
from invoices.services.imports.remapping import Chosen

DECIMALS = [(".", _("1,234.56")), (",", _("1.234,56"))]
DATE_FORMATS = ["YYYY-MM-DD", "D/M/YYYY", "M/D/YYYY", "D.M.YYYY", "YYYY/M/D", "YYYYMMDD", "YYYY年M月D日", "DD-MMM-YYYY"]


class MappingForm(DeskForm):
    """One choice for each field of the ledger, then how dates and numbers are written."""

    name = forms.CharField(
        label=_("Keep this as"), max_length=60, help_text=_("Next time, choose this name for files of the same source.")
    )
    source = forms.CharField(
        label=_("Source system"), max_length=60, help_text=_("Invoice and buyer numbers are unique in their source.")
    )
    date_format = forms.CharField(label=_("Dates are written"), max_length=40)
    decimal = forms.ChoiceField(label=_("Numbers are written"), choices=DECIMALS)
    currency = forms.CharField(label=_("Currency where the file has none"), max_length=3, required=False)

    def __init__(self, *args: Any, preview: Preview, **kwargs: Any) -> None:
        self.preview = preview
        columns = [("", "–"), *((name, name) for name in preview.header)]
        mapped = {
            f"column-{field.field}": forms.ChoiceField(
                label=field.label,
                choices=columns,
                required=False,
                initial=field.column if field.column in preview.header else "",
            )
            for field in preview.mapping
        }
        super().__init__(*args, **kwargs)
        self.fields.update(mapped)
        for name in mapped:
            self.fields[name].widget.attrs["class"] = "form-select"
        self.fields["date_format"].widget.attrs["list"] = "date-formats"

    @property
    def column_fields(self) -> list[tuple[Any, bool]]:
        """The choices of columns, each with whether the field is required."""
        return [(self[f"column-{field.field}"], field.is_required) for field in self.preview.mapping]

    @property
    def other_fields(self) -> list[Any]:
        """The rest of the form."""
        return [self[name] for name in ("date_format", "decimal", "currency", "source", "name")]

    def chosen(self) -> Chosen:
        """What the person chose."""
        given = self.cleaned_data
        prefix = "column-"
        columns = {name.removeprefix(prefix): given[name] for name in given if name.startswith(prefix)}
        rest = ("name", "source", "date_format", "decimal", "currency")
        return Chosen(columns=columns, **{name: given[name] for name in rest})


def initial_of(batch: ImportBatch) -> dict[str, str]:
    """What the batch's profile says now; a profile of the product gets another name when it is changed."""
    profile = parse_profile(batch.profile_toml)
    return {
        "name": f"{profile.name}_own" if profile.name in shipped_names() else profile.name,
        "source": profile.source,
        "date_format": profile.dates.text,
        "decimal": profile.numbers.decimal,
        "currency": profile.defaults.get("currency", ""),
    }
