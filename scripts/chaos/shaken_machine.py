"""A machine on which everything dies: its processes are killed, frozen and doubled, time jumps."""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import httpx2
from machine import Machine, wait_until

from tallystick import postgres

#: The least that Tallystick waits for an answer of the stand-in; some come later.
ANSWER_SECONDS = 2
#: How late the latest come.
LATEST_SECONDS = 4
#: What goes by the database's clock, by table: when time passes, all of it is that much longer ago.
_TIMES = {
    "sync_link": ("not_before", "queued_at"),
    "sync_batch": ("sealed_at", "settled_at", "rests_until"),
    "sync_lane": ("leased_until", "blocked_until", "check_due_at"),
    "sync_pulse": ("at",),
    # What Xero said, and by its clock, stays.
    "sync_reading": ("due_at", "slice_due_at", "last_at"),
    "sync_webhookdelivery": ("at",),
    "sync_webhookevent": ("noticed_at", "done_at"),
    "connections_connection": ("access_expires_at", "refreshing_until"),
    "connections_organisation": ("read_at",),
}


#: What befalls it, as often as it stands here.
BREAKAGES = (
    "kill_worker", "kill_worker", "kill_worker", "freeze_worker", "kill_web", "kill_database",
    "kill_keeper", "pass_time", "pass_time", "add_worker", "add_worker",
)  # fmt: skip
_JUMPS = (30, 90, 240, 400, 700, 1900)
T = TypeVar("T")


class ShakenMachine(Machine):
    """Runs several workers, the pages and the stand-in, and starts again what has ended."""

    def __init__(self, workers: int) -> None:
        super().__init__()
        #: What was done to it, by kind.
        self.faults: Counter[str] = Counter()
        #: Processes that ended though nobody had killed them, such as without their database.
        self.ended_alone: Counter[str] = Counter()
        #: Sessions that waited for each other, which the order of locks should never let happen.
        self.deadlocks: list[str] = []
        self._workers = [f"worker-{n}" for n in range(1, workers + 1)]
        self._thaw_at: dict[str, float] = {}
        self._database = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.thaw(everything=True)
        for worker in [name for name in self._running if name.startswith("worker")]:
            self.kill(worker)
        self._database.close()
        super().__exit__(kind, error, trace)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def use_here(self) -> None:
        """Let this very process work on the machine's books, as a web process would."""
        url = self._database.enter_context(postgres.running(self.data))
        os.environ.update(self._environment(), DATABASE_URL=url, TALLYSTICK_LOG_LEVEL="ERROR")
        from tallystick.cli.prepare import prepare

        prepare()

    def start_all(self) -> None:
        self._begin("web")
        self.start_worker()

    def start_worker(self) -> None:
        for name in self._workers:
            self._begin(name)

    def assert_alive(self) -> None:
        """Here nothing stays alive; `look_after` starts again what has ended."""

    def look_after(self) -> None:
        """Start again what has ended, and wake what has been frozen for long enough."""
        self.thaw()
        for name, process in list(self._running.items()):
            if process.poll() is None:
                continue
            del self._running[name]
            if name == "sandbox":
                raise RuntimeError(f"The stand-in ended; see {self.folder}/sandbox.log")
            self.ended_alone[name.partition("-")[0]] += 1
            self._begin(name)

    def kill(self, name: str) -> None:
        """Kill -9 a process with all its children, whatever it is doing."""
        process = self._running.pop(name)
        self._thaw_at.pop(name, None)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def strike(self, what: str, draw: random.Random) -> None:
        """Do one of `BREAKAGES` to it."""
        which = draw.randrange(8)
        if what == "kill_worker":
            self.restart_worker(which)
        elif what == "freeze_worker":
            self.freeze_worker(which, seconds=draw.uniform(2, 16))
        elif what == "kill_web":
            self.restart_web()
        elif what == "kill_database":
            self.kill_database(draw.choice((signal.SIGKILL, signal.SIGQUIT, signal.SIGINT)))
        elif what == "kill_keeper":
            self.kill_keeper()
        elif what == "add_worker":
            self.add_worker(which)
        else:
            self.pass_time(draw.choice(_JUMPS))

    def restart_worker(self, which: int) -> None:
        """Kill one worker and start another in its place."""
        name = self._workers[which % len(self._workers)]
        self.faults["kill_worker"] += 1
        self.kill(name)
        self._begin(name)

    def restart_web(self) -> None:
        self.faults["kill_web"] += 1
        self.kill("web")
        self._begin("web")

    def add_worker(self, which: int) -> None:
        """Start one worker more than there should be, or kill that one."""
        name = f"worker-extra-{which % 2}"
        if name in self._running:
            self.kill(name)
        else:
            self.faults["duplicate_worker"] += 1
            self._begin(name)

    def freeze_worker(self, which: int, *, seconds: float) -> None:
        """Stop a worker in the middle of whatever it does; others take over what it held."""
        name = self._workers[which % len(self._workers)]
        self.faults["freeze_worker"] += 1
        os.killpg(self._running[name].pid, signal.SIGSTOP)
        self._thaw_at[name] = time.monotonic() + seconds

    def thaw(self, *, everything: bool = False) -> None:
        """Let frozen workers go on whose time is over, or all."""
        for name, at in list(self._thaw_at.items()):
            if everything or time.monotonic() > at:
                del self._thaw_at[name]
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._running[name].pid, signal.SIGCONT)

    def kill_database(self, sign: signal.Signals) -> None:
        """End PostgreSQL under everybody: killed, at once, or in order."""
        lines = (self.data / "postgres/cluster/postmaster.pid").read_text("ascii").splitlines()
        self.faults["kill_postgres"] += 1
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(lines[0]), sign)

    def kill_keeper(self) -> None:
        """Kill what looks after PostgreSQL, which then ends too."""
        self.faults["kill_postgres_keeper"] += 1
        ours = f"tallystick.postgres.keeper\0{self.data}\0"
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if ours in (process / "cmdline").read_text("utf-8", "replace"):
                    os.kill(int(process.name), signal.SIGKILL)
        self.await_database()

    def await_database(self) -> None:
        """Wait until PostgreSQL answers this process again."""
        from django.db import DatabaseError, InterfaceError, connection

        def answers() -> bool:
            with postgres.running(self.data):
                connection.close()
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
            except (DatabaseError, InterfaceError):
                return False
            return True

        wait_until(answers, "PostgreSQL")

    def surely(self, act: Callable[[], T], done: Callable[[], T | None] = lambda: None) -> T:
        """Do the act, and again until the database lives through it.

        `done` finds what came of it, for acts that would do something else the second time.
        """
        from django.db import DatabaseError, InterfaceError, close_old_connections

        close_old_connections()
        again = False
        while True:
            try:
                found = done() if again else None
                return act() if found is None else found
            except (DatabaseError, InterfaceError) as error:
                if "deadlock" in str(error):
                    self.deadlocks.append(str(error))
            self.await_database()
            again = True

    def pass_time(self, seconds: int) -> None:
        """Let so much time pass, for us and for Xero, in which nobody works.

        The workers are killed first, and what is on its way arrives: so a request is never under
        way while Xero forgets its key, which no protocol closes and another test shows.
        """
        self.faults["clock_jump"] += 1
        for name in [name for name in self._running if name.startswith("worker")]:
            self.kill(name)
        time.sleep(LATEST_SECONDS + 0.5)
        self.await_database()
        move_times(seconds)
        address = f"{self.sandbox}/_sandbox/clock"
        httpx2.post(address, json={"advance_seconds": seconds}, timeout=30).raise_for_status()
        for name in self._workers:
            self._begin(name)

    def _begin(self, name: str) -> None:
        if name == "web":
            self._start("web", "web", "--port", self.web.rpartition(":")[2])
        else:
            self._start(name, "worker")

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {"XERO_TIMEOUT_SECONDS": str(ANSWER_SECONDS)}


def move_times(seconds: int) -> None:
    """Let so much time pass by the database's clock: all that goes by it is that much longer ago."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table in there & _TIMES.keys():
            columns = _TIMES[table]
            moved = ", ".join(f"{one} = {one} - %(by)s * interval '1 s'" for one in columns)
            cursor.execute(f"UPDATE {table} SET {moved}", {"by": seconds})  # noqa: S608 - names of ours
