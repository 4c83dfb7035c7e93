"""Sentences that can be said again in another language, and that every refusal is one."""

from __future__ import annotations

import ast
import copy
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from core.api.problems import problem_of
from core.errors import InvalidTransition
from core.language import in_language
from core.words import sentence

ROOT = Path(__file__).resolve().parents[3]
APPS = ("core", "buyers", "invoices", "scoring", "cover", "credit", "alerts", "pipeline", "dashboard")
REFUSALS = {
    "DomainError",
    "NotFound",
    "Denied",
    "Conflict",
    "LedgerRefused",
    "NotApproved",
    "Changed",
    "KeyReused",
}
TRANSLATING = {"_", "gettext", "ngettext", "sentence", "sentence_of", "words"}


def test_sentence_reads_in_english_and_is_said_in_chinese() -> None:
    said = InvalidTransition(current="open", allowed=("held", "closed")).message
    assert said == "The current state is 'open'; this needs one of: held, closed."
    with translation.override("zh-hans"):
        assert in_language(said) == "当前状态为 'open'；此操作要求状态为以下之一：held, closed。"
    with translation.override("en"):
        assert in_language(said) == said


def test_sentence_within_a_sentence_is_said_too() -> None:
    hint = sentence("Write a number from %(low)s to %(high)s.", low=1, high=9)
    whole = sentence("%(field)s: %(value)s. %(hint)s", field="days", value="x", hint=hint)
    assert whole == "days: x. Write a number from 1 to 9."
    with translation.override("zh-hans"):
        assert in_language(whole) == "days：x。请填写 1 至 9 之间的数。"


def test_other_text_stays_as_it_is() -> None:
    with translation.override("zh-hans"):
        assert in_language("100 % of %(it)s") == "100 % of %(it)s"


def test_api_problem_follows_the_language_that_was_asked_for() -> None:
    refused = InvalidTransition(current="open", allowed=("held",))
    for language, detail in (
        ("en", "The current state is 'open'; this needs one of: held."),
        ("zh-hans", "当前状态为 'open'；此操作要求状态为以下之一：held。"),
    ):
        with translation.override(language):
            problem = problem_of(refused)
            assert problem is not None
            assert problem.detail == detail


@pytest.mark.parametrize("copied", [lambda it: pickle.loads(pickle.dumps(it)), copy.copy, copy.deepcopy])
def test_copies_keep_template_and_figures(copied: object) -> None:
    said = sentence("%(share)s %% of %(whole)s", share=5, whole="it")
    again = copied(said)  # type: ignore[operator]
    assert (str(again), again.template, dict(again.figures)) == (
        "5 % of it",
        said.template,
        {"share": 5, "whole": "it"},
    )


def refusals(tree: ast.AST) -> Iterator[tuple[ast.expr, list[ast.FunctionDef]]]:
    """The message of each refusal that is made, with the functions around it."""
    around: list[tuple[ast.AST, list[ast.FunctionDef]]] = [(tree, [])]
    while around:
        node, functions = around.pop()
        inside = [*functions, node] if isinstance(node, ast.FunctionDef) else functions
        around += [(child, inside) for child in ast.iter_child_nodes(node)]
        if isinstance(node, ast.Call) and len(node.args) > 1 and (_is_refusal(node.func) or _is_base(node)):
            yield node.args[1], inside


def _is_refusal(func: ast.expr) -> bool:
    return isinstance(func, ast.Name) and func.id in REFUSALS


def _is_base(call: ast.Call) -> bool:
    """``super().__init__(code, message, …)`` of a refusal's class."""
    func, code = call.func, call.args[0]
    is_init = isinstance(func, ast.Attribute) and func.attr == "__init__" and isinstance(func.value, ast.Call)
    return is_init and isinstance(code, ast.Constant | ast.Name)


def is_translatable(message: ast.expr, functions: list[ast.FunctionDef]) -> bool:
    """A marked template, what was translated already, another refusal's message, or a Sentence that was handed in."""
    if isinstance(message, ast.BinOp) and isinstance(message.op, ast.Mod):
        return is_translatable(message.left, functions)
    if isinstance(message, ast.IfExp):
        return is_translatable(message.body, functions) and is_translatable(message.orelse, functions)
    if isinstance(message, ast.Call):
        return (isinstance(message.func, ast.Name) and message.func.id in TRANSLATING) or _is_of_django(message)
    if isinstance(message, ast.Attribute):
        return message.attr == "message"
    return isinstance(message, ast.Name) and any(_is_bound(message.id, function) for function in functions)


def _is_of_django(call: ast.Call) -> bool:
    """``" ".join(error.messages)``: Django words what it refuses itself."""
    return any(isinstance(arg, ast.Attribute) and arg.attr == "messages" for arg in call.args)


def _is_bound(name: str, function: ast.FunctionDef) -> bool:
    given = [*function.args.args, *function.args.kwonlyargs]
    if any(one.arg == name and "Sentence" in ast.unparse(one.annotation or ast.Constant("")) for one in given):
        return True
    if function.name == "__init__" and any(one.arg == name for one in given):
        return True  # the caller's own argument is looked at where it is given
    values = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in node.targets)
    ]
    return bool(values) and all(is_translatable(value, [function]) for value in values)


@pytest.mark.parametrize("app", APPS)
def test_every_refusal_can_be_said_in_another_language(app: str) -> None:
    forgotten = [
        f"{path.relative_to(ROOT)}:{message.lineno}: {ast.unparse(message)}"
        for path in sorted((ROOT / app).rglob("*.py"))
        for message, functions in refusals(ast.parse(path.read_text(encoding="utf-8")))
        if not is_translatable(message, functions)
    ]
    assert forgotten == []


def test_pages_word_refusals_in_one_place() -> None:
    """A page that shows ``problem.message`` shows English: only ``dashboard.refusals`` reads it, or a refusal anew."""
    shown = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "dashboard").rglob("*.py"))
        if path.name != "refusals.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and not _is_refusal(node.func)
        for arg in [*node.args, *(keyword.value for keyword in node.keywords)]
        if isinstance(arg, ast.Attribute) and arg.attr == "message"
    ]
    assert shown == []
