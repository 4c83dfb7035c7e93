"""Forms of the pages: one look, and refusals of a rule shown at the field they are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from dashboard.refusals import words_of

_CSS: dict[type[Any], str] = {
    forms.Select: "form-select",
    forms.SelectMultiple: "form-select",
    forms.CheckboxInput: "form-check-input",
    forms.CheckboxSelectMultiple: "form-check-input",
    forms.RadioSelect: "form-check-input",
}


class DeskForm(forms.Form):
    """Base of all forms: house look, required fields marked by the browser."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            css = _CSS.get(type(field.widget), "form-control")
            field.widget.attrs["class"] = f"{css} {field.widget.attrs.get('class', '')}".strip()

    def refuse(self, problem: DomainError) -> None:
        """Show a rule's refusal at the field it names, else above the form."""
        name = str(problem.params.get("field", ""))
        is_shown = name in self.fields and not self.fields[name].widget.is_hidden
        self.add_error(name if is_shown else None, words_of(problem))


class ThresholdForm(DeskForm):
    """A version of a rule: one number for each threshold, and whether the rule is switched on."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    is_enabled = forms.BooleanField(label=gettext_lazy("Switched on"), required=False)

    def __init__(self, *args: Any, bounds: Mapping[str, Any], words: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, bound in bounds.items():
            field = forms.DecimalField(
                label=str(words.get(name, name)),
                help_text=_("%(low)s to %(high)s, usually %(usual)s")
                % {"low": bound.low, "high": bound.high, "usual": bound.default},
            )
            field.widget.attrs["class"] = "form-control"
            self.fields[name] = field
        self.bounds = bounds
        kept = [name for name in self.fields if name not in {*bounds, "is_enabled", "reason"}]
        self.order_fields([*bounds, *kept, "is_enabled", "reason"])

    def numbers(self) -> dict[str, object]:
        """The thresholds given."""
        return {name: self.cleaned_data[name] for name in self.bounds}


def code_of(text: str) -> str:
    """The code out of what was typed: offered buyers come as "CODE · name"."""
    return text.split(" · ", 1)[0].strip()


class DayInput(forms.DateInput):
    """A day, with the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")
