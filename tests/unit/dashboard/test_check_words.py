"""The order check in words: nothing that the engine can say is without them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from credit.domain.check_codes import Cause, FixCode, OptionCode, Unit, Waiver
from credit.domain.exposure import Part
from credit.domain.kinds import (
    Checkpoint,
    GateState,
    HoldKind,
    HoldState,
    LimitKind,
    RequestState,
    ReservationState,
    Result,
    ReviewState,
    RuleLevel,
    Verdict,
)
from credit.domain.recommend import Method
from credit.domain.rules import NUMBERS, RuleCode
from credit.domain.terms import TermsKind
from dashboard import check_words as words
from dashboard import credit_labels as labels
from dashboard.exposure_bar import Limit, bar_of
from dashboard.limits import words as limit_words
from dashboard.order_rules import cells
from dashboard.orders.options import option_words
from dashboard.orders.rule_lines import figure, fix_words, rule_lines

EVERYTHING: list[tuple[Iterable[Any], dict[Any, Any]]] = [
    (RuleCode, words.RULES),
    (RuleCode, words.RULE_HELP),
    (Part, words.PARTS),
    (Cause, words.CAUSES),
    ([waiver for waiver in Waiver if waiver], words.WAIVED),
    (FixCode, words.FIXES),
    (OptionCode, words.OPTIONS),
    (OptionCode, words.COARSE_OPTIONS),
    (TermsKind, words.GRADE_TERMS),
    (Result, labels.OUTCOMES),
    (Result, labels.RESULTS),
    (Checkpoint, labels.CHECKPOINTS),
    (GateState, labels.GATES),
    (ReservationState, labels.RESERVATIONS),
    (HoldKind, labels.HOLD_KINDS),
    (HoldState, labels.HOLD_STATES),
    (LimitKind, labels.LIMIT_KINDS),
    (RequestState, labels.REQUESTS),
    (Verdict, labels.VERDICTS),
    (ReviewState, labels.REVIEWS),
    (RuleLevel, labels.LEVELS),
    (Method, limit_words.METHODS),
    (Method, limit_words.METHOD_HELP),
    ([name for numbers in NUMBERS.values() for name in numbers], cells.NUMBERS),
]


@pytest.mark.parametrize("place", range(len(EVERYTHING)))
def test_every_code_has_its_words(place: int) -> None:
    codes, table = EVERYTHING[place]
    assert [code for code in codes if code not in table] == []


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        ("540000.00", Unit.BASE, "540,000.00 USD"),
        (1, Unit.DAYS, "1 day"),
        (7, Unit.WORKING_DAYS, "7 working days"),
        (20, Unit.LEVEL, "+20"),
        (0, Unit.LEVEL, "none"),
        ("C", Unit.GRADE, "C"),
        ("open_account/60/20.00", Unit.TERMS, "open account, 60 days, deposit 20 %"),
        ("open_account_secured/60/20", Unit.TERMS, "open account up to 60 days, insured or with a deposit of 20 %"),
        ("potential", Unit.WORD, "potential match"),
        (None, Unit.DAYS, "–"),
        ("2026-01-05", Unit.WORD, "2026-01-05"),
    ],
)
def test_figures_are_written_with_their_unit(value: Any, unit: str, said: str) -> None:
    assert figure(value, unit, "USD") == said


def test_fix_says_how_much_and_without_figures_still_says_what() -> None:
    fix = {"code": "reduce_use", "params": {"over_by": "40000"}}
    assert fix_words(fix, "USD") == "Bring the use down by 40,000.00 USD."
    assert "Less use of the limit" in fix_words({"code": "reduce_use", "params": {}}, "USD")
    better = {"code": "better_terms", "params": {"kind": "prepaid", "max_days": 0, "deposit_percent": "0"}}
    assert "cash in advance, escrow or confirmed L/C" in fix_words(better, "USD")


@pytest.mark.parametrize("code", [code for code in FixCode if code not in ("reduce_use", "better_terms")])
def test_every_fix_of_sales_is_a_sentence(code: str) -> None:
    assert fix_words({"code": code, "params": {}}, "USD").endswith(".")


def test_options_are_sentences_in_both_variants() -> None:
    limit = {"code": "temporary_limit", "params": {"limit_base": "540000", "until": "2026-12-31"}}
    group = {"code": "temporary_limit", "params": {"group_limit_base": "9", "until": "2026-12-31"}}
    both = {"code": "temporary_limit", "params": {"limit_base": "1", "group_limit_base": "9", "until": "2026-12-31"}}
    pay = {"code": "pay_now", "params": {"amount_base": "40", "overdue_base": "40"}}
    said = option_words([limit, group, both, pay], currency="USD")
    assert said[0] == "A temporary limit of 540,000.00 USD until 2026-12-31."
    assert "of the group of 9.00 USD" in said[1]
    assert "Temporary limits of 1.00 USD" in said[2]
    assert "all that is overdue included" in said[3]
    coarse = option_words(
        [{"code": "temporary_limit", "params": {"until": "2026-12-31"}}], currency="USD", is_coarse=True
    )
    assert coarse == ["A temporary limit until 2026-12-31: ask for one."]


def test_stops_are_listed_before_warnings_and_passes() -> None:
    given = [{"rule": "kyc", "result": "pass"}, {"rule": "terms", "result": "stop"}, {"rule": "kyc", "result": "warn"}]
    assert [line.result.tone for line in rule_lines(given, currency="USD")] == ["worst", "warn", "good"]


def test_answers_are_said_in_chinese() -> None:
    with override("zh-hans"):
        assert str(labels.OUTCOMES[Result.STOP].text) == "不得放行"
        assert fix_words({"code": "request_limit", "params": {}}, "USD") == "请申请额度。"


def test_bar_places_parts_one_after_the_other_and_what_is_taken_off_at_the_end() -> None:
    bar = bar_of(
        amounts={"receivables": Decimal(300), "orders": Decimal(100), "deposits": Decimal(50)},
        limits=[Limit("own", "limit", Decimal(200), against=Decimal(350))],
        currency="USD",
    )
    assert (bar.gross, bar.deductions, bar.net) == (400, 50, 350)
    assert [(part.code, float(part.x)) for part in bar.parts] == [
        ("receivables", 0),
        ("orders", pytest.approx(721.2, abs=0.1)),
        ("deposits", pytest.approx(841.3, abs=0.1)),
    ]
    assert bar.marks[0].is_exceeded
    assert bar.marks[0].room == -150


def test_bar_without_anything_is_empty() -> None:
    bar = bar_of(amounts={}, limits=[], currency="USD")
    assert (bar.net, bar.drawn, bar.marks) == (0, [], [])


def test_amount_without_a_rate_is_listed_and_not_drawn() -> None:
    bar = bar_of(amounts={"receivables": None}, limits=[], currency="USD")
    assert bar.parts[0].amount is None
    assert bar.drawn == []
