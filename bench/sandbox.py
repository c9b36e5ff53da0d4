"""Measure the stand-in Xero on one core: `python bench/sandbox.py [--invoices N] [--lines N]`.

Prints one JSON line a measure, `{"measure": ..., "value": ..., "unit": ..., "budget": ...}`, and
ends with 1 if a budget is not kept. It loads books, then times a create, pages and a screen, reads
the memory, kills the sandbox with SIGKILL and compares what is there after a new start.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

CHUNK = 2_500  #: invoices a load request
PARTIES = 5_000
API = "/api.xro/2.0"


def alone(work: Callable[[], object]) -> float:
    """Milliseconds that it takes once."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


class Bench:
    def __init__(self, data: Path) -> None:
        self.data = data
        self.kept = True
        self.organisation = ""
        self.headers: dict[str, str] = {}

    def start(self) -> None:
        """Start it on one core and wait until it listens."""
        started = time.perf_counter()
        command = [sys.executable, "-m", "xero_sandbox", "--port", "0", "--limits", "off"]
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [*command, "--data", str(self.data)], stdout=subprocess.PIPE, text=True
        )
        os.sched_setaffinity(self.process.pid, {min(os.sched_getaffinity(0))})
        assert self.process.stdout is not None  # noqa: S101 - asked for above
        url = self.process.stdout.readline().split()[-1]
        self.http = httpx2.Client(base_url=url, timeout=600)
        self.tell("start", time.perf_counter() - started, "s")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.http.close()

    def tell(self, measure: str, value: float, unit: str, budget: float | None = None) -> None:
        entry: dict[str, Any] = {"measure": measure, "value": round(value, 3), "unit": unit}
        if budget is not None:
            entry["budget"] = budget
            self.kept = self.kept and value <= budget
        print(json.dumps(entry), flush=True)

    def connect(self) -> None:
        made = self.http.post("/_sandbox/organisations", json={"country": "UK", "name": "Large"})
        self.organisation = made.json()["id"]
        tokens = self.http.post("/_sandbox/tokens", json={"organisation": self.organisation})
        self.headers = {
            "Authorization": f"Bearer {tokens.json()['access_token']}",
            "xero-tenant-id": self.organisation,
        }

    def get(self, path: str, accept: str = "application/json") -> httpx2.Response:
        headers = self.headers | {"Accept": accept}
        return self._checked(self.http.get(f"{API}/{path}", headers=headers))

    def put(self, path: str, body: Any) -> httpx2.Response:
        headers = self.headers | {"Accept": "application/json"}
        return self._checked(self.http.put(f"{API}/{path}", headers=headers, json=body))

    def load(self, elements: list[dict[str, Any]]) -> float:
        """Load, and return the seconds it took to be answered."""
        text = "\n".join(map(json.dumps, elements))
        started = time.perf_counter()
        path = f"/_sandbox/organisations/{self.organisation}/load"
        self._checked(self.http.post(path, content=text))
        return time.perf_counter() - started

    def median(self, work: Callable[[], object], times: int = 7) -> float:
        """Milliseconds, the median of several."""
        return statistics.median(alone(work) for _ in range(times))

    def turn_by_turn(self, *works: Callable[[], object], times: int = 21) -> list[float]:
        """Medians of several; a machine that is slower for a while is so for all of them."""
        taken = [[alone(work) for work in works] for _ in range(times)]
        return [statistics.median(each) for each in zip(*taken, strict=True)]

    def peak_memory(self) -> float:
        """Megabytes, the most that was ever resident."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def _checked(self, answer: httpx2.Response) -> httpx2.Response:
        if answer.status_code != 200:
            raise SystemExit(f"{answer.request.url}: {answer.status_code} {answer.text[:500]}")
        return answer


def invoice(number: int, lines: int) -> dict[str, Any]:
    return {
        "Type": "ACCREC",
        "InvoiceNumber": f"B-{number:07d}",
        "Contact": {"ContactNumber": f"C{number % PARTIES:05d}"},
        "Date": f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        "DueDate": "2027-01-31",
        "Status": "AUTHORISED" if number % 2 else "DRAFT",
        "LineItems": [
            {
                "Description": f"Thing {line} of {number}",
                "Quantity": line % 5 + 1,
                "UnitAmount": f"{(number * 7 + line * 13) % 9000 / 100 + 1:.2f}",
                "AccountCode": "200",
                "TaxType": "OUTPUT2",
            }
            for line in range(lines)
        ],
    }


def measure(bench: Bench, invoices: int, lines: int) -> None:
    parties = [
        {"Contacts": {"Name": f"Party {n}", "ContactNumber": f"C{n:05d}"}} for n in range(PARTIES)
    ]
    bench.load(parties)
    seconds = 0.0
    for first in range(0, invoices, CHUNK):
        numbers = range(first, min(first + CHUNK, invoices))
        seconds += bench.load([{"Invoices": invoice(number, lines)} for number in numbers])
    bench.tell("load", seconds, "s")
    bench.tell("load rate", invoices / seconds, "invoices/s")
    fresh = iter(range(10**6, 2 * 10**6))

    def create() -> bytes:
        batch = [invoice(next(fresh), 20) for _ in range(50)]
        return bench.put("Invoices?summarizeErrors=false", {"Invoices": batch}).content

    answer = create()
    through_json, created = bench.turn_by_turn(lambda: json.dumps(json.loads(answer)), create)
    bench.tell("create 50 invoices of 20 lines", created, "ms")
    bench.tell("creating against the answer through json", created / through_json, "times", 15)
    middle = max(1, invoices // 2000)
    for name, query, budget in (
        ("page of 1,000 with lines", f"page={middle}&pageSize=1000", 1000),
        ("page of 100 with lines", f"page={middle * 10}", 1000),
        ("page of 100 by contact", 'page=1&where=Contact.ContactNumber=="C00042"', 1000),
        ("page of 100 by date", f"page={middle}&order=Date DESC", 1000),
    ):
        bench.tell(
            name, bench.median(lambda query=query: bench.get(f"Invoices?{query}")), "ms", budget
        )
    page = f"Invoices?page={middle}&pageSize=1000"
    text = bench.get(page).content
    through_json, in_json, in_xml = bench.turn_by_turn(
        lambda: json.dumps(json.loads(text)),
        lambda: bench.get(page),
        lambda: bench.get(page, accept="text/xml"),
    )
    bench.tell("page of 1,000 with lines in XML", in_xml, "ms", 1000)
    bench.tell("XML against JSON", in_xml / in_json, "times", 3)
    bench.tell("XML against its JSON through json", in_xml / through_json, "times", 3)
    screen = f"/org/{bench.organisation}/sales?tab=awaiting"
    bench.tell("screen of sales", bench.median(lambda: bench.http.get(screen)), "ms", 1000)
    bench.tell("peak memory", bench.peak_memory(), "MB", 2000)


def count(bench: Bench) -> int:
    answer = bench.get("Invoices?page=1&pageSize=1").json()
    return int(answer["pagination"]["itemCount"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=10)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sandbox-bench-") as folder:
        bench = Bench(Path(folder))
        bench.start()
        try:
            bench.connect()
            measure(bench, wanted.invoices, wanted.lines)
            before = count(bench)
            bench.kill()
            bench.start()
            bench.tell("invoices lost by kill -9", before - count(bench), "invoices", 0)
            size = sum(path.stat().st_size for path in Path(folder).rglob("*"))
            bench.tell("state on disk", size / 1e6, "MB")
        finally:
            bench.kill()
    return 0 if bench.kept else 1


if __name__ == "__main__":
    sys.exit(main())
