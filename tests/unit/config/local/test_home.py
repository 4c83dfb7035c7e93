"""Where an instance keeps its files, and who may reach them."""

import os
from pathlib import Path

import pytest

from config.local import home as homes


@pytest.fixture
def located(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> homes.Home:
    monkeypatch.setenv("DUEWATCH_HOME", str(tmp_path / "h"))
    return homes.locate(tmp_path)


def test_the_folder_in_the_checkout_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DUEWATCH_HOME")
    assert homes.locate(tmp_path).root == tmp_path / ".duewatch"


def test_folders_are_closed_to_others_but_for_the_way_through(located: homes.Home) -> None:
    homes.prepare(located)
    way_through = 0o711 if os.geteuid() == 0 else 0o700
    assert located.root.stat().st_mode & 0o777 == way_through
    assert located.valkey_data.stat().st_mode & 0o777 == 0o700


def test_a_long_folder_gets_short_sockets_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = []
    for name in ("a" * 100, "b" * 100):
        monkeypatch.setenv("DUEWATCH_HOME", str(tmp_path / name))
        found.append(homes.locate(tmp_path))
    for home in found:
        longest = home.postgres_sockets / homes.POSTGRES_SOCKET_NAME
        assert len(os.fsencode(longest)) <= homes.LONGEST_SOCKET_PATH
    assert found[0].sockets != found[1].sockets


def test_a_planted_socket_folder_is_refused(located: homes.Home, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    located.root.mkdir()
    located.valkey_data.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError, match="belongs to somebody else"):
        homes.prepare(located)


def test_a_private_parent_hides_a_folder_from_other_accounts(tmp_path: Path) -> None:
    inside = tmp_path / "private" / "checkout"
    inside.mkdir(parents=True)
    (tmp_path / "private").chmod(0o700)
    assert not homes.is_reachable_by_others(inside)


def test_database_files_leave_a_folder_that_the_server_account_cannot_reach(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "private").mkdir(mode=0o700)
    monkeypatch.setenv("DUEWATCH_HOME", str(tmp_path / "private" / "home"))
    data = homes.locate(tmp_path).postgres_data
    inside = tmp_path / "private" / "home" / "postgres"
    assert data.is_relative_to(homes.DATA_OUTSIDE_HOME) if os.geteuid() == 0 else data == inside


def test_a_remembered_link_wins_over_where_the_files_would_go_today(located: homes.Home, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    located.root.mkdir()
    (located.root / "postgres").symlink_to(tmp_path / "kept")
    assert homes.locate(tmp_path).postgres_data == tmp_path / "kept"
