"""Every task name that is put into a job row is one that workers know."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.services.pokes import get_task

CHECKOUT = Path(__file__).resolve().parents[3]
APPS = ("core", "buyers", "invoices", "scoring", "cover", "credit", "alerts", "pipeline", "dashboard")
# the argument that names the task: add_jobs(run, stage, task), enqueue(task), enqueue_once(task, each)
PLACES = {"add_jobs": 2, "enqueue": 0, "enqueue_once": 0}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for app in APPS:
        for path in sorted((CHECKOUT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, ast.parse(path.read_text(encoding="utf-8"))


def constants() -> dict[str, str]:
    """The task names in constants called ``..._TASK``, by file and name."""
    found = {}
    for path, tree in sources():
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                for target in node.targets:
                    if isinstance(target, ast.Name) and target.id.endswith("_TASK"):
                        found[f"{path.relative_to(CHECKOUT)}:{target.id}"] = str(node.value.value)
    return found


def named_tasks() -> Iterator[tuple[str, ast.expr]]:
    """The task argument of every call that writes a job row."""
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in PLACES and len(node.args) > PLACES[called]:
                    yield f"{path.relative_to(CHECKOUT)}:{node.lineno}", node.args[PLACES[called]]


def test_every_task_constant_is_registered() -> None:
    names = constants()
    assert len(names) >= 10
    assert {where: get_task(name).name for where, name in names.items()} == names


@pytest.mark.parametrize(("where", "argument"), [pytest.param(w, a, id=w) for w, a in named_tasks()])
def test_job_rows_name_their_task_by_such_a_constant(where: str, argument: ast.expr) -> None:
    name = argument.attr if isinstance(argument, ast.Attribute) else getattr(argument, "id", "")
    assert name.endswith("_TASK") or where.startswith("core/services/runs.py"), ast.unparse(argument)
