"""The demo hub as somebody outside meets it: a process, its JSON line, its API, and the telephony's twin beside it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2 as httpx
import psutil
import psycopg
from tests.prepared import OF_THE_TEST_RUN, prepare

from switchhook.embedded.cluster import cluster_in
from switchhook.embedded.postmaster import pid_of

START_SECONDS = 120.0
REST_SECONDS = 120.0
BUSY = 503

_UNDONE = """
    SELECT (SELECT count(*) FROM intake_rawevent WHERE state = 'new')
         + (SELECT count(*) FROM delivery_delivery WHERE state IN ('pending', 'running'))
         + (SELECT count(*) FROM delivery_lane WHERE scheduled)
"""

_OPEN = "SELECT count(*) FROM delivery_delivery WHERE state IN ('pending', 'running')"

_STUCK = """
    SELECT lane.key, lane.epoch, lane.attempts, lane.wake_at::text, lane.running_until::text, now()::text,
           delivery.state, delivery.error,
           (SELECT array_agg(job.status::text) FROM procrastinate_jobs job
            WHERE job.task_name = 'drain_lane' AND (job.args->>'lane_id')::bigint = lane.id)
    FROM delivery_lane lane
    LEFT JOIN delivery_delivery delivery ON delivery.lane_id = lane.id AND delivery.state IN ('pending', 'running')
    WHERE lane.scheduled OR delivery.id IS NOT NULL
    LIMIT 20
"""

_LAST = {
    "events": """SELECT id, received_at::text, read_at::text, state, error, convert_from(body, 'utf-8')
                 FROM intake_rawevent ORDER BY id DESC LIMIT 5""",
    "calls": """SELECT id, external_id, client_number, channel, stopped, journal_only, started_at::text, state::text
                FROM calls_call ORDER BY id DESC LIMIT 3""",
    "deliveries": """SELECT one.id, call_id, lane.key, one.state, error, created_at::text, done_at::text
                     FROM delivery_delivery one JOIN delivery_lane lane ON lane.id = lane_id
                     ORDER BY one.id DESC LIMIT 8""",
    "decisions": """SELECT call_id, decided_at::text, planned_at::text, plan::text
                    FROM delivery_decision ORDER BY id DESC LIMIT 3""",
    "connections": "SELECT id, state, settings::text, activated_at::text FROM connections_connection",
    "now": "SELECT now()::text",
}

T = TypeVar("T")
Hub = TypeVar("Hub", bound="DemoHub")
Record = dict[str, Any]


def eventually(look: Callable[[], T], *, seconds: float = REST_SECONDS, what: str = "it did not come true") -> T:
    """What `look` gives as soon as that is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"{what} in {seconds:.0f} s"
        time.sleep(0.1)
    return seen


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class DemoProcess:
    """`switchhook demo --json` in a process of its own. May be started again on the same folder and port.

    Its database is migrated already, unless it is to begin with nothing.
    """

    def __init__(
        self, preset: str = "pipedrive-leads", *, crm: str = "builtin", empty: bool = False, from_nothing: bool = False
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="switchhook-demo-test-"))
        self.folder.chmod(0o711)  # where root runs the tests, another user runs the database
        self.data = self.folder / "data"
        self.port = a_free_port()
        self.line: Record = {}
        self._choice = ("--crm", crm, *(("--preset", preset) if preset else ()), *(("--empty",) if empty else ()))
        self._starts = 0
        if not from_nothing:
            prepare(self.data)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What commands of this hub run with."""
        ours = {name: value for name, value in os.environ.items() if name not in OF_THE_TEST_RUN}
        place = {"SWITCHHOOK_DATA": str(self.data), "PUBLIC_URL": f"http://127.0.0.1:{self.port}"}
        return {**ours, **place, "SWITCHHOOK_ALLOW_PRIVATE": "1"}

    def start(self) -> Record:
        """Start it and wait for its JSON line, which is returned."""
        self._starts += 1
        said = self.folder / f"said-{self._starts}.json"
        place = ("--data", str(self.data), "--port", str(self.port))
        with said.open("wb") as out, (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "switchhook", "demo", "--json", *place, *self._choice]
            self._process = subprocess.Popen(command, stdout=out, stderr=log, env=self.environment)
        eventually(
            lambda: said.read_bytes().endswith(b"\n") or not self.alive, seconds=START_SECONDS, what="no JSON line"
        )
        assert self.alive, f"the demo ended by itself:\n{self.log_end()}"
        self.line = json.loads(said.read_text())
        return self.line

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def supervisor(self) -> psutil.Process:
        """The process that was started; web and worker are its children."""
        assert self._process
        return psutil.Process(self._process.pid)

    def child(self, word: str) -> psutil.Process | None:
        """The child that runs the subcommand `word`, None while there is none."""
        return next((one for one in self.supervisor.children() if word in _words(one)), None)

    @property
    def postmaster(self) -> psutil.Process | None:
        """The main process of the embedded database."""
        pid = pid_of(self.data / "postgres")
        return psutil.Process(pid) if pid and psutil.pid_exists(pid) else None

    def family(self) -> list[psutil.Process]:
        """Every process of the hub, the database's included."""
        server = self.postmaster
        roots = [self.supervisor, *([server] if server else [])]
        return [process for root in roots for process in (root, *root.children(recursive=True))]

    def stop(self) -> tuple[int, list[psutil.Process]]:
        """End it by SIGTERM: its exit code, and what of it still runs."""
        assert self._process
        family = self.family()
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(60)
        return code, psutil.wait_procs(family, timeout=5)[1]

    def kill(self) -> None:
        """End the supervisor by SIGKILL. Its children notice by themselves, and may outlive it by some seconds."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def run(self, *arguments: str) -> str:
        """One further command of the hub, to its end; what it printed."""
        command = [sys.executable, "-m", "switchhook", *arguments]
        done = subprocess.run(command, check=False, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows out of the database, or [] of a statement that gives none: for what no API tells or does."""
        with psycopg.connect(cluster_in(self.data).url, connect_timeout=10) as database:
            cursor = database.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def settle(self, *, seconds: float = REST_SECONDS) -> None:
        """Wait until every event is read and every lane worked off, whatever of the hub answers meanwhile."""
        try:
            eventually(lambda: self.query(_UNDONE) == [(0,)], seconds=seconds, what="the hub did not come to rest")
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.query(_STUCK)}") from error

    def last_work(self) -> str:
        """What the hub has lately read, delivered and decided, and the end of its log: for who looks into a failure."""
        parts = [f"{name}\n" + "\n".join(map(str, self.query(rows))) for name, rows in _LAST.items()]
        return "\n\n".join([*parts, self.log_end()])

    def log_end(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-4000:]

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


class Api:
    """A program that reads and writes with a token."""

    def __init__(self, url: str, token: str) -> None:
        self._client = httpx.Client(
            base_url=f"{url}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False
        )

    def get(self, path: str, code: int = 200, **query: Any) -> Any:
        return self._answer(self._client.get(path, params=query), code)

    def post(self, path: str, body: Any = None, code: int = 201) -> Any:
        return self._answer(self._client.post(path, json=body), code)

    def patch(self, path: str, body: Any) -> Any:
        return self._answer(self._client.patch(path, json=body), 200)

    def put(self, path: str, body: Any) -> Any:
        return self._answer(self._client.put(path, json=body), 200)

    def all(self, path: str, **query: Any) -> list[Record]:
        """Every item of a list, whatever the number of its pages."""
        items: list[Record] = []
        while True:
            page = self.get(path, **query)
            items += page["items"]
            if not page["next"]:
                return items
            query["cursor"] = page["next"]

    def close(self) -> None:
        self._client.close()

    @staticmethod
    def _answer(response: httpx.Response, code: int) -> Any:
        assert response.status_code == code, f"{response.request.url}: {response.status_code} {response.text[:1000]}"
        return response.json()


class DemoHub:
    """A running demo: calls are played through the twin, records are read back through the API."""

    def __init__(self, process: DemoProcess) -> None:
        self.process = process
        line = process.line
        self.url: str = line["url"]
        self.webhook_url: str = line["webhook_url"]
        self.forward_url: str = line["forward_url"]
        self.twin_url: str = line["twins"]["ringostat"]
        self.employees: list[Record] = line["employees"]
        self.api = Api(self.url, line["api_token"])
        self.web = httpx.Client(timeout=120, trust_env=False)

    @property
    def telephony(self) -> str:
        """The id of the telephony connection."""
        return self.webhook_url.rsplit("/", 2)[1]

    def email(self, role: str) -> str:
        """The e-mail of the employee with a role: senior or top."""
        found: str = next(person["email"] for person in self.employees if role in person["roles"])
        return found

    def ask_twin(self, path: str, body: Any = None) -> Any:
        """POST to the twin's control."""
        answer = self.web.post(f"{self.twin_url}/__twin__/{path}", json=body or {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, scenario: str, client: str | Sequence[str] = "", **more: Any) -> Any:
        """Play a call and return the twin's answer; the hub may still be at work."""
        return self.ask_twin("play", {"scenario": scenario, **({"client": client} if client else {}), **more})

    def play(self, scenario: str, client: str | Sequence[str] = "", **more: Any) -> Any:
        """Play a call and wait until the hub has done everything about it."""
        played = self.send(scenario, client, **more)
        # Where its database is slow, a hub asks the sender to come again.
        for one in played.get("deliveries", ()):
            if one["status"] == BUSY:
                eventually(lambda: self._is_taken(one["id"]), what="the hub takes no events")  # noqa: B023
        self.settle()
        return played

    def _is_taken(self, event: int) -> bool:
        (sent,) = self.ask_twin("resend", {"id": event})["deliveries"]
        return bool(sent["status"] != BUSY)

    def settle(self) -> None:
        """Wait until every event is read and every delivery worked off."""
        # In the order in which work moves on, so that none of it slips through between two questions.
        # Twice, because a delivery whose client turns out to be another goes from running back to pending, in his lane.
        turns = [("deliveries", "pending"), ("deliveries", "running")]
        for path, state in [("events", "new"), *turns, *turns]:
            eventually(lambda: not self._some(path, state), what=f"{path} were {state}: no rest")  # noqa: B023
        # And in one look, because a slow machine lets it go to and fro between two questions.
        eventually(lambda: self.process.query(_OPEN) == [(0,)], what="deliveries were open: no rest")

    def _some(self, path: str, state: str) -> bool:
        return bool(self.api.get(path, state=state, limit=1)["items"])

    def contacts(self, phone: str) -> list[Record]:
        return self.api.all("contacts", phone=phone)

    def companies(self, phone: str) -> list[Record]:
        return self.api.all("companies", phone=phone)

    def leads(self, phone: str) -> list[Record]:
        return self.api.all("leads", phone=phone)

    def deals(self, phone: str) -> list[Record]:
        return self.api.all("deals", phone=phone)

    def calls(self, phone: str) -> list[Record]:
        return self.api.all("calls", number=phone)

    def tasks(self, phone: str) -> list[Record]:
        """The tasks linked to any record of the client, oldest first."""
        found = [
            *(task for contact in self.contacts(phone) for task in self.api.all("tasks", contact_id=contact["id"])),
            *(task for company in self.companies(phone) for task in self.api.all("tasks", company_id=company["id"])),
            *(task for lead in self.leads(phone) for task in self.api.all("tasks", lead_id=lead["id"])),
        ]
        unique = {task["id"]: task for task in found}
        return [unique[key] for key in sorted(unique, key=int)]

    def close(self) -> None:
        self.api.close()
        self.web.close()


@contextmanager
def running_process(
    preset: str = "", *, crm: str = "builtin", empty: bool = False, from_nothing: bool = False
) -> Iterator[DemoProcess]:
    """A demo while the block runs, ended by SIGTERM: with exit code 0, and with nothing of it left."""
    process = DemoProcess(preset, crm=crm, empty=empty, from_nothing=from_nothing)
    try:
        process.start()
        yield process
        assert process.stop() == (0, []), process.log_end()
    finally:
        for one in process.family() if process.alive else []:
            one.kill()
        process.remove()


@contextmanager
def running_demo(
    hub: Callable[[DemoProcess], Hub], preset: str = "", *, crm: str, from_nothing: bool = False
) -> Iterator[Hub]:
    """The same, as somebody outside meets it."""
    with running_process(preset, crm=crm, from_nothing=from_nothing) as process:
        running = hub(process)
        yield running
        running.close()
