"""Rules of the order check: which applies to whom, and the thresholds on four levels as versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from buyers.models import Buyer, BuyerGroup
from core.domain.roles import Permission
from core.errors import DomainError, NotFound
from credit.domain.kinds import Result, RuleLevel
from credit.domain.rules import LOCKED, NUMBERS, RuleCode
from credit.domain.terms import GRADES
from credit.models import CheckRuleVersion
from credit.queries.rules import rule_coverage, settings_for
from credit.services.rules import RulePlace, change_rule, remove_rule
from dashboard.check_words import RULE_HELP, RULES
from dashboard.credit_labels import EFFECTS, LEVELS
from dashboard.forms import ThresholdForm
from dashboard.limits.base import LimitsPage
from dashboard.order_rules.cells import NUMBERS as NUMBER_WORDS
from dashboard.order_rules.cells import effect_label, matrix, number_rows, plain


class RuleForm(ThresholdForm):
    """One number for each threshold; the change counts from the next check on."""

    effect = forms.ChoiceField(label=gettext_lazy("At worst it"), choices=list(EFFECTS.items()))
    reason = forms.CharField(label=gettext_lazy("Why it is changed"), max_length=300)

    def __init__(self, *args: Any, rule: RuleCode, **kwargs: Any) -> None:
        super().__init__(*args, bounds=NUMBERS[rule], words=NUMBER_WORDS, **kwargs)
        if rule in LOCKED:
            for name in ("is_enabled", "effect"):
                self.fields[name].widget = forms.HiddenInput()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a setting is edited: rule, level, whom, and how that is called."""

    place: RulePlace
    rule: RuleCode
    name: str

    @property
    def query(self) -> str:
        """The end of the address."""
        subject = f"&subject={self.place.subject}" if self.place.subject else ""
        return f"?level={self.place.level}{subject}"


class OrderRulesPage(LimitsPage):
    """``/rules/order-check/``"""

    permission = Permission.PORTFOLIO_READ
    tab = "check_rules"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The drawing."""
        return self.render(
            "order_rules/matrix.html",
            rows=matrix(rule_coverage()),
            grades=GRADES,
            may_change=self.page.may(Permission.RULES_CHANGE),
            rules=RULES.items(),
        )


class OrderRulePage(LimitsPage):
    """``/rules/order-check/<rule>/?level=&subject=``: one place of one rule with its versions."""

    permission = Permission.PORTFOLIO_READ
    tab = "check_rules"

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """As it is now."""
        return self.show(self.spot(request, code))

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """A new version, or the setting taken away."""
        if not self.page.may(Permission.RULES_CHANGE):
            raise DomainError("permission_denied", _("Your role may not do this."), {"field": "rule", "value": code})
        spot = self.spot(request, code)
        form = RuleForm(request.POST, rule=spot.rule)
        kept = self.keep(
            form,
            lambda: self._change(spot, form, is_removed="remove" in request.POST),
            done=_("The rule is changed; it counts from the next check on."),
            back=reverse("dashboard:check_rules"),
        )
        return kept or self.show(spot, form, status=422)

    def _change(self, spot: Spot, form: RuleForm, *, is_removed: bool) -> None:
        given = form.cleaned_data
        who = {"version": given["version"], "actor": self.page.user, "reason": given["reason"]}
        if is_removed:
            remove_rule(spot.place, **who)
            return
        change_rule(
            spot.place,
            is_enabled=given["is_enabled"],
            effect=Result(given["effect"]),
            numbers=form.numbers(),
            **who,
        )

    def show(self, spot: Spot, form: RuleForm | None = None, status: int = 200) -> HttpResponse:
        """The page, with a form that was refused."""
        versions = _versions(spot.place)
        may_change = self.page.may(Permission.RULES_CHANGE)
        return self.render(
            "order_rules/rule.html",
            status=status,
            spot=spot,
            name=RULES[spot.rule],
            help=RULE_HELP[spot.rule],
            level=LEVELS[spot.place.level],
            is_locked=spot.rule in LOCKED,
            form=(form or RuleForm(rule=spot.rule, initial=_initial(spot, versions))) if may_change else None,
            numbers=number_rows(_setting(spot).numbers),
            versions=[(effect_label(row), number_rows(row.numbers), row) for row in versions],
            is_set=bool(versions) and not versions[0].is_removed,
        )

    def spot(self, request: HttpRequest, code: str) -> Spot:
        """Rule, level and subject out of the address; groups and buyers by id, or by ``code``."""
        try:
            rule, level = RuleCode(code), RuleLevel(request.GET.get("level", RuleLevel.TABLE))
        except ValueError as error:
            raise NotFound("rule_unknown", _("There is no such rule."), {"field": "rule", "value": code}) from error
        subject, name = _subject(level, request.GET.get("subject", ""), request.GET.get("code", ""))
        return Spot(RulePlace(rule.value, level, subject), rule, name)


def _subject(level: RuleLevel, subject: str, code: str) -> tuple[str, str]:
    if level is RuleLevel.TABLE:
        return "", ""
    if level is RuleLevel.GRADE:
        if subject not in list(GRADES):
            raise NotFound("grade_unknown", _("Choose a grade A to E."), {"field": "subject", "value": subject})
        return subject, subject
    rows = Buyer.objects if level is RuleLevel.BUYER else BuyerGroup.objects
    wanted = {"code": code} if code else {"pk": int(subject) if subject.isdecimal() and len(subject) < 19 else 0}
    found = rows.filter(**wanted).first()
    if found is None:
        words = _("There is no such buyer or group.")
        raise NotFound("subject_unknown", words, {"field": "code", "value": code or subject})
    return str(found.pk), str(found.name)


def _versions(place: RulePlace) -> list[CheckRuleVersion]:
    rows = CheckRuleVersion.objects.filter(rule=place.rule, level=place.level, subject=place.subject)
    return list(rows.select_related("created_by").order_by("-version"))


def _setting(spot: Spot) -> Any:
    """What holds at the place now, its own or inherited."""
    level, subject = spot.place.level, spot.place.subject
    group_id: int | None = int(subject) if level is RuleLevel.GROUP else None
    buyer_id = int(subject) if level is RuleLevel.BUYER else 0
    if buyer_id:
        group_id = Buyer.objects.filter(pk=buyer_id).values_list("group_id", flat=True).first()
    grade = subject if level is RuleLevel.GRADE else None
    return settings_for(buyer_id=buyer_id, group_id=group_id, grade=grade)[spot.rule]


def _initial(spot: Spot, versions: list[CheckRuleVersion]) -> dict[str, Any]:
    setting = _setting(spot)
    numbers = {name: plain(number).replace(",", "") for name, number in setting.numbers.items()}
    version = versions[0].version if versions else 0
    return {**numbers, "version": version, "effect": setting.effect, "is_enabled": setting.is_enabled}


class OrderRuleGo(LimitsPage):
    """From the small form under the drawing to the place that it names."""

    permission = Permission.PORTFOLIO_READ
    tab = "check_rules"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The subject by its code, then its page."""
        page = OrderRulePage(request=request)
        spot = page.spot(request, request.GET.get("rule", ""))
        return HttpResponseRedirect(reverse("dashboard:check_rule", args=[spot.rule.value]) + spot.query)
