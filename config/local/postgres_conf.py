"""postgresql.conf and the access rules of the embedded cluster, sized to the machine."""

import getpass
import os
import shutil
from pathlib import Path

import psutil

MEGABYTE = 1024 * 1024
# Below this, parallel queries fail in small containers; PostgreSQL then uses files instead.
ENOUGH_SHARED_MEMORY = 512 * MEGABYTE


def settings(*, memory_bytes: int, cpus: int, sockets: Path, durable: bool, shared_memory_bytes: int) -> dict[str, str]:
    """The settings that differ from PostgreSQL's defaults.

    ``durable`` False (tests only) trades crash safety for speed.
    """
    cached = max(memory_bytes // 2 // MEGABYTE, 256)
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "60",
        # backends count shared buffers as theirs: a sixteenth keeps every process small
        "shared_buffers": f"{_between(memory_bytes // 16 // MEGABYTE, 64, 256)}MB",
        "effective_cache_size": f"{cached}MB",
        "work_mem": f"{_between(memory_bytes // 256 // MEGABYTE, 8, 64)}MB",
        "maintenance_work_mem": f"{_between(memory_bytes // 64 // MEGABYTE, 64, 256)}MB",
        "max_parallel_workers_per_gather": str(min(cpus, 2)),
        "dynamic_shared_memory_type": "posix" if shared_memory_bytes >= ENOUGH_SHARED_MEMORY else "mmap",
        "random_page_cost": "1.1",
        "jit": "off",
        # one machine, no replica: the write-ahead log needs to carry crash recovery only
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_logical_replication_workers": "0",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] %q%u@%d ",
    }


def settings_for_this_machine(*, sockets: Path, durable: bool) -> dict[str, str]:
    """The settings for the memory and processors at hand."""
    shared = Path("/dev/shm")
    return settings(
        memory_bytes=psutil.virtual_memory().total,
        cpus=os.cpu_count() or 1,
        sockets=sockets,
        durable=durable,
        shared_memory_bytes=shutil.disk_usage(shared).total if shared.is_dir() else 0,
    )


def write(data: Path, values: dict[str, str]) -> None:
    """Write the three files that PostgreSQL reads from its data folder."""
    lines = "".join(f"{name} = {_quoted(value)}\n" for name, value in values.items())
    (data / "postgresql.conf").write_text(f"# Written at every start by config/local/postgres_conf.py.\n{lines}")
    (data / "pg_hba.conf").write_text("local all postgres peer map=keeper\nlocal all all scram-sha-256\n")
    (data / "pg_ident.conf").write_text(f'keeper "{getpass.getuser() if os.geteuid() else "root"}" postgres\n')


def _between(value: int, lowest: int, highest: int) -> int:
    return max(lowest, min(value, highest))


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
