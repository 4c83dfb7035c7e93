"""The rules of the early warning: what each one counts, how it did, and its thresholds as versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.domain.settings import NUMBERS, RuleSetting
from alerts.domain.states import Rule
from alerts.labels import NUMBERS as NUMBER_WORDS
from alerts.labels import RULE_HELP, RULES
from alerts.models import AlertRuleSetting
from alerts.queries.alerts import rule_record
from alerts.queries.settings import current_settings, list_setting_versions
from alerts.services.settings import change_setting
from core.domain.roles import Permission
from core.errors import NotFound
from dashboard.forms import ThresholdForm
from dashboard.labels import SEVERITIES, Label
from dashboard.pages import PageView

RECORD_DAYS = 365


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule with its thresholds and its record of the last year."""

    code: str
    name: Any
    help: Any
    severity: Label
    is_enabled: bool
    numbers: list[tuple[Any, Any]]
    record: dict[str, int]
    version: int


class RuleForm(ThresholdForm):
    """One number for each threshold; the change counts from the next close on."""

    severity = forms.TypedChoiceField(
        label=gettext_lazy("Urgency"), coerce=int, choices=[(code, label.text) for code, label in SEVERITIES.items()]
    )
    reason = forms.CharField(label=gettext_lazy("Why it is changed"), max_length=200)

    def __init__(self, *args: Any, rule: Rule, **kwargs: Any) -> None:
        super().__init__(*args, bounds=NUMBERS[rule], words=NUMBER_WORDS, **kwargs)


class RulesPage(PageView):
    """All rules."""

    permission = Permission.PORTFOLIO_READ

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list with the record of a year."""
        since = self.page.as_of - timedelta(days=RECORD_DAYS)
        record = {row["rule"]: row for row in rule_record(self.page.scope, since=since)}
        settings = current_settings()
        rows = [_row(settings[rule], record.get(rule, {})) for rule in Rule]
        return self.render("alerts/rules.html", rows=rows, since=since)


class RulePage(PageView):
    """One rule: its versions, and a form for those who may change it."""

    permission = Permission.PORTFOLIO_READ

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """As it is now."""
        rule = _rule(code)
        setting = current_settings()[rule]
        return self._page(rule, RuleForm(rule=rule, initial=_initial(setting)))

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """A new version."""
        rule = _rule(code)
        form = RuleForm(request.POST, rule=rule)
        kept = self.page.may(Permission.RULES_CHANGE) and self.keep(
            form,
            lambda: self._change(rule, form),
            done=_("The rule is changed; it counts from the next close on."),
            back=reverse("dashboard:alert_rules"),
        )
        return kept or self._page(rule, form, status=422)

    def _change(self, rule: Rule, form: RuleForm) -> AlertRuleSetting:
        given = form.cleaned_data
        same = ("severity", "is_enabled", "version", "reason")
        return change_setting(
            rule=rule, numbers=form.numbers(), actor=self.page.user, **{name: given[name] for name in same}
        )

    def _page(self, rule: Rule, form: RuleForm, status: int = 200) -> HttpResponse:
        return self.render(
            "alerts/rule.html",
            status=status,
            form=form if self.page.may(Permission.RULES_CHANGE) else None,
            row=_row(current_settings()[rule], {}),
            versions=list_setting_versions(rule),
        )


def _rule(code: str) -> Rule:
    try:
        return Rule(code)
    except ValueError as error:
        params = {"field": "rule", "value": code}
        raise NotFound("rule_unknown", _("There is no such rule."), params) from error


def _initial(setting: RuleSetting) -> dict[str, Any]:
    numbers = {name: f"{number:f}" for name, number in setting.numbers.items()}
    rest = {"version": setting.version, "severity": setting.severity, "is_enabled": setting.is_enabled}
    return {**numbers, **rest}


def _row(setting: RuleSetting, record: dict[str, Any]) -> RuleRow:
    counted = ("opened", "live", "closed", "worked_on")
    return RuleRow(
        code=setting.rule.value,
        name=RULES[setting.rule],
        help=RULE_HELP[setting.rule],
        severity=SEVERITIES[setting.severity],
        is_enabled=setting.is_enabled,
        numbers=[(NUMBER_WORDS.get(name, name), f"{number:f}") for name, number in setting.numbers.items()],
        record={name: record.get(name, 0) for name in counted},
        version=setting.version,
    )
