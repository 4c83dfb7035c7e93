"""Folders for whole instances, and the end of everything in them."""

import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.functional.platform.instances import END_LIMIT_S, Instance


@pytest.fixture(scope="module")
def new_instance() -> Iterator[Callable[[], Instance]]:
    """Make instances; whatever still runs in their folders after the module is killed."""
    made: list[Instance] = []

    def make() -> Instance:
        home = Path(tempfile.mkdtemp(prefix="dw-run-"))
        home.rmdir()  # the product makes it, with the rights it wants
        made.append(Instance(home))
        return made[-1]

    yield make
    for instance in made:
        _remove(instance)


def _remove(instance: Instance) -> None:
    for process in instance.processes():
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    if instance.process is not None:
        instance.process.wait(END_LIMIT_S)
    shutil.rmtree(instance.home, ignore_errors=True)
    instance.log.unlink(missing_ok=True)
