"""``make run``: one start, one stop, nothing left behind, whatever is killed."""

from collections.abc import Callable

import pytest

from tests.functional.platform.instances import END_LIMIT_S, PROGRAMS, Instance
from tests.waiting import wait_until

# one worker runs these in order: they share an instance, and two at once would only slow each other
pytestmark = pytest.mark.xdist_group("platform")


@pytest.fixture(scope="module")
def running(new_instance: Callable[[], Instance]) -> Instance:
    return new_instance().with_schema().start()


def test_run_tells_the_address_and_shows_the_sign_in_page(running: Instance) -> None:
    wait_until("the address is printed", lambda: f"http://localhost:{running.port}" in running.output())


def test_a_second_run_on_the_same_folder_is_refused_with_the_address_of_the_first(running: Instance) -> None:
    status, message = running.refused()
    assert status == 1
    assert f"already runs from {running.home} at http://localhost:{running.port}" in message


def test_a_run_on_a_taken_port_is_refused_and_names_another(
    running: Instance, new_instance: Callable[[], Instance]
) -> None:
    other = new_instance()
    other.port = running.port
    status, message = other.refused()
    assert status == 1
    assert f"PORT={running.port + 1} make run" in message


def test_a_command_uses_the_servers_that_run_and_leaves_them_running(running: Instance) -> None:
    before = {one.pid for one in running.running("postgres")}
    done = running.manage(
        "shell", "--no-imports", "-c", "from buyers.models import Buyer; print(Buyer.objects.count())"
    )
    assert (done.returncode, done.stdout.strip()) == (0, "0"), done.stderr
    assert not running.has_another("postgres", before)


@pytest.mark.parametrize("program", list(PROGRAMS))
def test_a_killed_process_comes_back(running: Instance, program: str) -> None:
    before = running.kill(program)
    wait_until(f"{program} runs again", lambda: running.has_another(program, before))
    wait_until("the web server answers again", running.answers)


def test_ctrl_c_ends_every_process_and_a_new_start_serves_the_same_folder(running: Instance) -> None:
    assert running.interrupt() == 0
    assert running.processes() == []
    running.start()
    assert running.interrupt() == 0
    assert running.processes() == []


def test_a_killed_supervisor_takes_everything_with_it_and_a_new_start_recovers(running: Instance) -> None:
    running.start()
    assert running.process is not None
    running.process.kill()
    running.process.wait(END_LIMIT_S)
    wait_until("nothing is left", lambda: running.processes() == [])
    running.start()
    assert running.interrupt() == 0
