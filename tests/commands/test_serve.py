import signal

import psutil
import pytest

from switchhook.embedded.postmaster import alive, pid_of

from .conftest import Hub

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.timeout(240)]


def test_one_command_serves_and_ends_cleanly(new_hub: Hub) -> None:
    new_hub.start()
    assert new_hub.process
    family = psutil.Process(new_hub.process.pid).children()
    new_hub.process.send_signal(signal.SIGTERM)
    assert new_hub.process.wait(30) == 0
    assert not any(child.is_running() for child in family)
    assert not alive(new_hub.data / "postgres")


@pytest.mark.parametrize("word", ["web", "read", "work"])
def test_a_killed_process_of_the_hub_comes_back(hub: Hub, word: str) -> None:
    hub.start()
    killed = hub.child(word)
    killed.kill()
    psutil.wait_procs([killed], timeout=10)
    assert hub.child(word).pid != killed.pid
    hub.wait_for("/readyz", 200)


def test_a_killed_database_comes_back(hub: Hub) -> None:
    hub.start()
    killed = pid_of(hub.data / "postgres")
    assert killed
    psutil.Process(killed).kill()
    hub.wait_for("/readyz", 503, seconds=10)
    hub.wait_for("/readyz", 200)
    hub.wait_for("/no/such/page", 404, seconds=20)


def test_a_killed_supervisor_takes_its_processes_along_and_the_next_start_takes_the_database_over(hub: Hub) -> None:
    hub.start()
    assert hub.process
    family = psutil.Process(hub.process.pid).children()
    database = pid_of(hub.data / "postgres")
    hub.process.kill()
    hub.process.wait()
    assert psutil.wait_procs(family, timeout=30)[1] == []
    hub.start()
    assert pid_of(hub.data / "postgres") == database


def test_other_commands_attach_to_the_database_of_a_running_hub(hub: Hub) -> None:
    hub.start()
    database = pid_of(hub.data / "postgres")
    done = hub.run("doctor")
    assert "0 pending" in done.stdout
    assert done.returncode == 0, done.stdout
    hub.run("owner", "owner@example.com", "--project", "Shop", "--password", "correct horse battery")
    rebuilt = hub.run("rebuild")
    assert rebuilt.stdout == "Shop: 0 clients on the desk of missed calls; reports counted.\n", rebuilt.stderr
    assert pid_of(hub.data / "postgres") == database
    assert hub.status("/readyz") == 200
