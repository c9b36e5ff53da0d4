"""A machine with PostgreSQL, the stand-in Xero and a worker of its own, and what each of them uses."""

import contextlib
import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

sys.path.append(str(Path(__file__).parents[1] / "scripts"))

from machine import Machine, wait_until

from tallystick import postgres
from tallystick.xero import Hosts, XeroClient, http_pool

_TICKS = os.sysconf("SC_CLK_TCK")


class Workshop(Machine):
    """This process works on the machine's books as a web process does; the worker is a real one."""

    def __init__(self) -> None:
        super().__init__()
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The worker needs the database until its end.
        if "worker" in self._running:
            self.end("worker")
        self._open.close()
        super().__exit__(kind, error, trace)

    def set_up(self) -> None:
        """Start what all need, and let this process use it."""
        self.start_sandbox()
        self.control = self._open.enter_context(httpx2.Client(base_url=self.sandbox, timeout=60))
        url = self._open.enter_context(postgres.running(self.folder / "data"))
        self.command("migrate")
        os.environ.update(self._environment(), DATABASE_URL=url, TALLYSTICK_LOG_LEVEL="ERROR")
        from tallystick.cli.prepare import prepare

        prepare()

    def start_ready_worker(self) -> None:
        """Start a worker and wait until it takes jobs."""
        from procrastinate.contrib.django.models import ProcrastinateWorker

        self.start_worker()
        wait_until(ProcrastinateWorker.objects.exists, "the worker")

    def new_organisation(self, name: str) -> str:
        """Make a set of books in the stand-in, and return its tenant id."""
        made = self.control.post("/_sandbox/organisations", json={"country": "UK", "name": name})
        return str(made.raise_for_status().json()["id"])

    def plain_client(self, tenant_id: str) -> XeroClient:
        """Return a client of the organisation with a token of its own."""
        made = self.control.post("/_sandbox/tokens", json={"organisation": tenant_id})
        hosts = Hosts(login=self.sandbox, identity=self.sandbox, api=self.sandbox)
        token = made.raise_for_status().json()["access_token"]
        return XeroClient(self._open.enter_context(http_pool()), hosts, token, tenant_id)

    def calls(self, tenant_id: str) -> int:
        """Return how many requests the stand-in has served about the organisation so far."""
        asked: dict[str, Any] = {"kind": "api", "organisation": tenant_id}
        told = self.control.get("/_sandbox/requests/summary", params=asked)
        return sum(row["calls"] for row in told.raise_for_status().json()["calls"])

    @property
    def worker_cpu(self) -> float:
        """Seconds of CPU that the worker has used so far, all its threads together."""
        return _cpu_seconds(self._running["worker"].pid)

    @property
    def worker_peak(self) -> float:
        """The most memory that the worker has ever held, in MB."""
        status = Path(f"/proc/{self._running['worker'].pid}/status").read_text("ascii")
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    @property
    def database_cpu(self) -> float:
        """Seconds of CPU that PostgreSQL has used so far, ended backends included."""
        pid_file = self.folder / "data/postgres/cluster/postmaster.pid"
        postmaster = int(pid_file.read_text("ascii").splitlines()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text("ascii")
        ended = _cpu_seconds(postmaster, children=True)
        return ended + sum(map(_cpu_seconds, map(int, children.split())))


class Disturbance:
    """How much of the time since it was made something waited for a processor, whoever it was.

    Our own processes wait for each other and hardly ever for a processor; so it is the share that
    other programs on this machine have in what was measured. Linux alone tells; elsewhere 0.
    """

    def __init__(self) -> None:
        self._at, self._waited = time.perf_counter(), self._waited_so_far()

    def share(self) -> float:
        waited = self._waited_so_far() - self._waited
        return waited / (time.perf_counter() - self._at)

    def _waited_so_far(self) -> float:
        """Return the kernel's count (PSI), in seconds."""
        try:
            text = Path("/proc/pressure/cpu").read_text("ascii")
        except OSError:
            return 0.0
        return int(text.split("total=")[1].split()[0]) / 1e6


def _cpu_seconds(pid: int, *, children: bool = False) -> float:
    """Return the process's CPU time; with `children` also that of those it has waited for."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("ascii")
    except OSError:
        return 0.0
    # After the name in brackets, which may hold anything; times are fields 14 to 17 of proc(5).
    times = text.rpartition(")")[2].split()[11:15]
    return sum(map(int, times if children else times[:2])) / _TICKS
