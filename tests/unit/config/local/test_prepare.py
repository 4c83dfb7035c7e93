"""What ``make run`` tells the user."""

import json
import socket
from pathlib import Path

import pytest

from config.local import home as homes
from config.local import prepare


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> homes.Home:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DUEWATCH_HOME", str(tmp_path / "h"))
    located = homes.locate(tmp_path)
    homes.prepare(located)
    return located


def test_the_demo_sign_ins_are_printed_with_the_address(home: homes.Home, capsys: pytest.CaptureFixture[str]) -> None:
    entry = {"username": "mei", "role": "credit manager", "password": "p4ss"}
    (home.root / "demo_sign_ins.json").write_text(json.dumps({"sign_ins": [entry]}))
    prepare.announce(8123, home)
    said = capsys.readouterr().out
    assert "http://localhost:8123" in said
    assert all(word in said for word in entry.values())


def test_demo_sign_ins_are_not_offered_on_a_database_that_the_environment_names(
    home: homes.Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home.root / "demo_sign_ins.json").write_text('{"sign_ins": [{}]}')
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/x")
    assert prepare.demo_sign_ins(home) == []
    assert not prepare.wants_demo()


def test_a_listening_program_takes_the_port() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert prepare.is_port_taken(other.getsockname()[1])


def test_the_refusal_names_the_folder_even_without_the_note_of_the_first(home: homes.Home) -> None:
    assert str(home.root) in prepare.already_runs(home)
