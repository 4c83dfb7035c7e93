"""Set-up does what changed, and nothing else."""

from pathlib import Path

import pytest

from tools import bootstrap


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "STAMPS", tmp_path / "stamps")
    (tmp_path / "source").write_text("one")
    return []


def run_step(done: list[str], root: Path) -> None:
    def action() -> None:
        done.append((root / "source").read_text())
        (root / "made").touch()

    bootstrap.step("a thing", [root / "source"], action, made=[root / "made"])


def test_a_step_runs_once_for_the_same_sources(done: list[str], tmp_path: Path) -> None:
    run_step(done, tmp_path)
    run_step(done, tmp_path)
    assert done == ["one"]


def test_a_step_runs_again_when_a_source_changes(done: list[str], tmp_path: Path) -> None:
    run_step(done, tmp_path)
    (tmp_path / "source").write_text("two")
    run_step(done, tmp_path)
    assert done == ["one", "two"]


def test_a_step_runs_again_when_what_it_made_is_gone(done: list[str], tmp_path: Path) -> None:
    run_step(done, tmp_path)
    (tmp_path / "made").unlink()
    run_step(done, tmp_path)
    assert done == ["one", "one"]


def test_a_failed_step_is_not_remembered(done: list[str], tmp_path: Path) -> None:
    def fail() -> None:
        raise bootstrap.StepFailed("no network")

    with pytest.raises(bootstrap.StepFailed):
        bootstrap.step("a thing", [tmp_path / "source"], fail, made=[])
    run_step(done, tmp_path)
    assert done == ["one"]


def test_an_old_python_is_refused_with_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST_PYTHON", (99, 0))
    with pytest.raises(bootstrap.StepFailed, match="set PYTHON"):
        bootstrap.ensure_venv()
