"""Forms of the pages: one look, and refusals of a rule shown at the field they are about."""

from __future__ import annotations

from typing import Any

from django import forms

from core.errors import DomainError

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
        self.add_error(name if is_shown else None, problem.message)


class DayInput(forms.DateInput):
    """A day, with the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")
