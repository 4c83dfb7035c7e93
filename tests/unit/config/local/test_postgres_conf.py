"""Settings of the embedded cluster follow the machine."""

from pathlib import Path

import pytest

from config.local import postgres_conf

GIGABYTE = 1024**3


def settings_of(gigabytes: float, *, cpus: int = 2, shared: int = GIGABYTE, durable: bool = True) -> dict[str, str]:
    return postgres_conf.settings(
        memory_bytes=int(gigabytes * GIGABYTE),
        cpus=cpus,
        sockets=Path("/run/x"),
        durable=durable,
        shared_memory_bytes=shared,
    )


@pytest.mark.parametrize(
    ("gigabytes", "buffers", "work"), [(0.5, "64MB", "8MB"), (2, "128MB", "8MB"), (64, "256MB", "64MB")]
)
def test_memory_grows_with_the_machine_within_bounds(gigabytes: float, buffers: str, work: str) -> None:
    found = settings_of(gigabytes)
    assert (found["shared_buffers"], found["work_mem"]) == (buffers, work)


def test_the_server_listens_on_its_socket_only() -> None:
    found = settings_of(4)
    assert (found["listen_addresses"], found["unix_socket_directories"]) == ("", "/run/x")


def test_a_container_with_little_shared_memory_uses_files() -> None:
    assert settings_of(4, shared=64 * 1024**2)["dynamic_shared_memory_type"] == "mmap"
    assert settings_of(4)["dynamic_shared_memory_type"] == "posix"


def test_only_throw_away_databases_give_up_safety() -> None:
    unsafe = {name for name, value in settings_of(4, durable=False).items() if value != settings_of(4)[name]}
    assert unsafe == {"fsync", "synchronous_commit", "full_page_writes"}


def test_a_folder_with_a_quote_in_its_name_is_quoted(tmp_path: Path) -> None:
    postgres_conf.write(tmp_path, {"unix_socket_directories": "/it's"})
    assert "unix_socket_directories = '/it''s'" in (tmp_path / "postgresql.conf").read_text()
    assert "trust" not in (tmp_path / "pg_hba.conf").read_text()
