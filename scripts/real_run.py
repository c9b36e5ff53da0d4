"""The whole way, for real: a file in, approved documents in the stand-in Xero out, every cent compared.

Fresh state; connecting and choosing through the real pages; the real import of documents, then of
what is credited and paid on them (docs/real-run.md); a real worker that is killed with SIGKILL on
the way. Ends with one line of JSON on standard output; exit code 1 where anything in Xero is
missing, doubled, off by a cent or in another state than it should be, or took too many calls, and
where a request was unlike Xero's interface description.
What happens is told on standard error. With --chaos every bad day that `scripts/chaos` knows
goes on from the first document to the last payment; calls are then only counted.

    python scripts/real_run.py [--data FILE.csv[.gz]] [--month 2010-12] [--seed 7] [--chaos]
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
from bookkeeper import ACCOUNTS, Bookkeeper
from browsing import Browser
from chaos.shaken_machine import ShakenMachine
from comparing import ALLOCATION, PAYMENT, Compared, compare
from expectation import SALES_CREDIT_NOTE, SALES_INVOICE, expect, keep_month
from machine import Machine
from settling import allocate, pay, write_allocations, write_payments

if TYPE_CHECKING:
    from chaos.fault_injector import FaultInjector

ROOT = Path(__file__).parents[1]
#: Where the data set lies beside the project.
USUAL_DATA = ROOT.parent / "shared" / "data" / "online-retail.csv.gz"
#: Kills of the worker while documents, allocations and payments go.
KILLS = {"documents": 1, "allocations": 1, "payments": 1}
#: Calls that a thousand records of a kind may take; Xero takes allocations one by one.
BUDGET = 36
MOST_PRESSES = 60  #: Of Retry, on bad days.
PATIENCE_SECONDS = 30.0  #: Without anything arriving, before we ask whether more will come.
_BEGAN = time.monotonic()
PERSON = "olivia@example.com"
WORKSPACE = "Real Run"


@dataclass(frozen=True)
class Organisation:
    """One of the stand-in's organisations."""

    id: str
    name: str
    base_currency: str


def main() -> int:
    options = _options()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Told to end"))
    with ShakenMachine(workers=2) if options.chaos else Machine() as machine:
        data = options.data
        if options.month:
            data = machine.folder / "month.csv"
            keep_month(options.data, options.month, data)
        _tell(f"{options.data}{f', {options.month} only' if options.month else ''}; seed {seed}")
        machine.start_sandbox()
        machine.hold_against_description()
        organisation = _organisation_for(machine, data)
        run = _Run(machine, organisation, data, seed)
        run.go()
        compared = run.compared()
        result = _result(run, compared, seconds=round(time.monotonic() - _BEGAN, 1))
        invalid = machine.invalid_requests()
        result["invalid_requests"] = len(invalid)
    for request in invalid[:50]:
        _tell(f"invalid request: {request}")
    print(json.dumps(result))
    # A month has more new customers to each invoice, and fewer records to spread the asking over;
    # what bad days break off is asked for and sent anew.
    is_too_dear = _is_too_dear(result) and not options.month and not options.chaos
    is_equal = all(each.is_equal for each in compared.values())
    return int(is_too_dear or bool(invalid) or not is_equal)


class _Run:
    """One run, from the empty machine to the idle one."""

    def __init__(self, machine: Machine, organisation: Organisation, data: Path, seed: int) -> None:
        self.machine = machine
        self.organisation = organisation
        self.expected = expect(data, currency=organisation.base_currency)
        self.allocations = allocate(self.expected)
        self.payments = pay(self.expected)
        self.kills = 0
        self.seed = seed
        #: What befell the run, by kind; empty without chaos.
        self.faults: Counter[str] = Counter()
        #: Calls to the Accounting API in each stage, by method and endpoint.
        self.calls: dict[str, Counter[str]] = {}
        self._last_request = 0
        self._presses_left = MOST_PRESSES
        self._importing: _Import | None = None
        self._fault_injector: FaultInjector | None = None
        self._data = data
        self._draw = random.Random(seed)  # noqa: S311 - no secret

    def go(self) -> None:
        machine = self.machine
        machine.command("migrate")
        owner = ["--workspace", WORKSPACE, "--currency", self.organisation.base_currency]
        said = machine.command("create-owner", PERSON, *owner)
        machine.start_web()
        machine.start_worker()
        with Browser() as browser:
            password = said.splitlines()[0].rpartition(" ")[2]
            bookkeeper = Bookkeeper(browser, machine.web, email=PERSON, password=password)
            bookkeeper.connect(self.organisation.name)
            bookkeeper.choose_accounts()
            bookkeeper.send_as_approved()
            with self._bad_days():
                self._push_documents(bookkeeper)
                self._push_allocations()
                self._push_payments(bookkeeper)
        machine.measure()
        _tell(machine.command("status").strip())

    def compared(self) -> dict[str, Compared]:
        """Compare the stand-in's own records with the file, by kind."""
        return compare(self._dump, self.expected, self.allocations, self.payments, ACCOUNTS)

    def contacts(self) -> int:
        """Return how many contacts the documents went to."""
        rows = [row for sort in ("invoices", "credit_notes") for row in self._dump(sort)]
        return len({row["contact_id"] for row in rows})

    @contextmanager
    def _bad_days(self) -> Iterator[None]:
        """Shake the machine meanwhile, if it is one that can be shaken."""
        if not isinstance(self.machine, ShakenMachine):
            yield
            return
        self.machine.use_here()
        # Only now are the settings known that it needs.
        from chaos.fault_injector import FaultInjector

        with FaultInjector(self.machine, self.seed, PERSON) as self._fault_injector:
            yield
        self.faults = self._fault_injector.faults

    def _push_documents(self, bookkeeper: Bookkeeper) -> None:
        """Import and push, at the same time."""
        self._importing = _Import(
            self.machine, self._data, "--submit", again=bool(self._fault_injector)
        )
        if self.expected.tax_rates:
            # Nothing goes out before the tax codes that the file brings along are mapped.
            self._importing.wait()
            self._choose(lambda: bookkeeper.choose_tax_rates(self.expected.tax_rates))
        self._see_through("documents", len(self.expected.documents), ("invoices", "credits"))
        self._importing.wait()
        self._end_stage("documents")

    def _push_allocations(self) -> None:
        if not self.allocations:
            self.calls["allocations"] = Counter()
            return
        file = self.machine.folder / "allocations.csv"
        write_allocations(self.allocations, file)
        _Import(self.machine, file, again=bool(self._fault_injector)).wait()
        self._see_through("allocations", len(self.allocations), ("allocations",))
        self._end_stage("allocations")

    def _push_payments(self, bookkeeper: Bookkeeper) -> None:
        file = self.machine.folder / "payments.csv"
        write_payments(self.payments, file)
        _Import(self.machine, file, again=bool(self._fault_injector)).wait()
        # Those that the worker has looked at by now have failed, and go out when this is chosen.
        self._choose(bookkeeper.choose_method_accounts)
        self._see_through("payments", len(self.payments), ("payments",))
        self._end_stage("payments")

    def _see_through(self, stage: str, count: int, counted: tuple[str, ...]) -> None:
        """Wait for all records; kill -9 the worker at random moments before the last one.

        On bad days somebody else kills it.
        """

        def arrived() -> int:
            row = _organisations(self.machine)[self.organisation.id]
            return sum(row[name] for name in counted)

        kills = 0 if self._fault_injector else KILLS[stage]
        for moment in sorted(self._draw.uniform(0.02, 0.95) * count for _ in range(kills)):
            if not self._await(arrived, moment):
                break
            time.sleep(self._draw.uniform(0, 1))  # anywhere within a round
            _tell(f"killing the worker at {arrived():,} of {count:,} {stage}")
            self.machine.kill_worker()
            self.kills += 1
            self.machine.start_worker()
        if not self._await(arrived, count):
            _tell(f"nothing is on its way any more, though not all {stage} have arrived")

    def _await(self, arrived: Callable[[], int], wanted: float) -> bool:
        """Wait until so many are there; False where no more will come."""
        last, look_at = -1, 0.0
        while (now := arrived()) < wanted:
            if self._importing:
                self._importing.is_over()  # What has broken off is begun anew.
            if now > last:
                last, look_at = now, time.monotonic() + PATIENCE_SECONDS
            elif time.monotonic() > look_at:
                look_at = time.monotonic() + PATIENCE_SECONDS
                if self._is_idle() and not self._set_going_again():
                    return False
            self.machine.measure()
            self.machine.assert_alive()
            time.sleep(0.2)
        return True

    def _set_going_again(self) -> bool:
        """Press Retry on what bad days have stopped, a number of times; False on good days."""
        self._presses_left -= 1
        if self._fault_injector is None or self._presses_left < 0:
            return False
        self._fault_injector.press_retry()
        return True

    def _choose(self, on_a_page: Callable[[], None]) -> None:
        """Choose something on a page, and again until the page lives through it."""
        while True:
            try:
                on_a_page()
                return
            except (LookupError, httpx2.TransportError) as error:
                if self._fault_injector is None:
                    raise
                _tell(f"a page broke off: {error}")
                time.sleep(0.5)

    def _is_idle(self) -> bool:
        """Say whether all is imported and has come to an end, good or bad."""
        if self._importing and not self._importing.is_over():
            return False
        try:
            facts = json.loads(self.machine.command("status", "--json"))
        except RuntimeError:
            if self._fault_injector is None:
                raise
            return False
        rows = [facts["documents"], facts["entries"]]
        return not any(row["queued"] + row["sending"] for row in rows)

    def _end_stage(self, stage: str) -> None:
        """Wait until nothing is on its way, and note the calls."""
        while not self._is_idle():
            self.machine.assert_alive()
            time.sleep(0.5)
        _tell(f"{stage} are through")
        query = {"kind": "api", "after": str(self._last_request)}
        answer = httpx2.get(f"{self.machine.sandbox}/_sandbox/requests/summary", params=query)
        rows = answer.raise_for_status().json()["calls"]
        self.calls[stage] = Counter()
        for row in rows:
            self.calls[stage][f"{row['method']} {_resource(row['route'])}"] += row["calls"]
        self._last_request = max((row["last_id"] for row in rows), default=self._last_request)

    def _dump(self, sort: str) -> Iterator[dict[str, Any]]:
        query = {"organisation": self.organisation.id}
        address = f"{self.machine.sandbox}/_sandbox/{sort}"
        with httpx2.stream("GET", address, params=query, timeout=300) as answer:
            answer.raise_for_status()
            yield from (json.loads(line) for line in answer.iter_lines())


class _Import:
    """An import under way; begun again if it is to survive what breaks it off."""

    def __init__(self, machine: Machine, file: Path, *options: str, again: bool) -> None:
        self._machine, self._again = machine, again
        self._arguments = ("import", str(file), "--yes", *options)
        self._process: subprocess.Popen[str] | None = machine.begin(*self._arguments)

    def is_over(self) -> bool:
        """Tell whether all is in; what has broken off is begun anew, which brings in the rest."""
        if self._process is None:
            return True
        if self._process.poll() is None:
            return False
        try:
            _tell(self._machine.finish(self._process).strip())
        except RuntimeError as error:
            if not self._again:
                raise
            _tell(str(error))
            self._process = self._machine.begin(*self._arguments)
            return False
        self._process = None
        return True

    def wait(self) -> None:
        while not self.is_over():
            time.sleep(0.2)


def _result(run: _Run, compared: Mapping[str, Compared], *, seconds: float) -> dict[str, Any]:
    """Return the run's line. Its first figures are those of all documents; `by_kind` has each."""
    by_kind = {}
    for kind, one in compared.items():
        for text in one.told[:5]:
            _tell(f"{kind} {text}")
        figures = {name: value for name, value in asdict(one).items() if name != "told"}
        calls = _calls_of(kind, run.calls)
        by_kind[kind] = figures | {"calls_per_1000": _per_1000(calls, one.expected)}
    documents = [one for kind, one in compared.items() if kind not in (ALLOCATION, PAYMENT)]
    names = ("expected", "found", "missing", "doubled", "cents_off")
    pushing = sum(run.calls["documents"].values())
    return {
        **{name: sum(getattr(one, name) for one in documents) for name in names},
        "contacts": run.contacts(),
        "calls": sum(run.calls.values(), Counter[str]()),
        "calls_per_1000": _per_1000(pushing, sum(one.expected for one in documents)),
        "by_kind": by_kind,
        "kills": run.kills,
        "seed": run.seed,
        "fault_count": run.faults.total(),
        "faults": dict(sorted(run.faults.items())),
        "seconds": seconds,
        "peak_mb": run.machine.peaks_mb(),
    }


def _calls_of(kind: str, stages: Mapping[str, Mapping[str, int]]) -> int:
    """Return the calls made for a kind, each call for one kind only.

    What all documents share, such as contacts and the organisation's lists, counts as the
    invoices'; asking for the documents of allocations and payments counts as theirs.
    """
    if kind in (ALLOCATION, PAYMENT):
        return sum(stages[f"{kind}s"].values())
    notes = sum(calls for name, calls in stages["documents"].items() if "CreditNotes" in name)
    if kind == SALES_CREDIT_NOTE:
        return notes
    return sum(stages["documents"].values()) - notes if kind == SALES_INVOICE else 0


def _is_too_dear(result: Mapping[str, Any]) -> bool:
    """Say whether a kind took more calls than its budget of so many for each thousand begun."""
    too_dear = [
        kind
        for kind, row in result["by_kind"].items()
        if kind != ALLOCATION
        and row["calls_per_1000"] * row["expected"] / 1000 > BUDGET * ceil(row["expected"] / 1000)
    ]
    for kind in too_dear:
        _tell(f"{kind}: more than {BUDGET} calls for a thousand")
    return bool(too_dear)


def _per_1000(calls: int, count: int) -> float:
    return round(calls * 1000 / max(1, count), 1)


def _resource(route: str) -> str:
    """Return such as Allocations of /api.xro/2.0/CreditNotes/{id}/Allocations."""
    return [part for part in route.split("/") if part and not part.startswith("{")][-1]


def _organisations(machine: Machine) -> dict[str, dict[str, Any]]:
    answer = httpx2.get(f"{machine.sandbox}/_sandbox/organisations", timeout=30)
    return {row["id"]: row for row in answer.raise_for_status().json()["organisations"]}


def _organisation_for(machine: Machine, data: Path) -> Organisation:
    """Choose books in the file's currency, and open its other currencies there."""
    named = expect(data, currency="").currencies - {""}
    rows = sorted(_organisations(machine).values(), key=lambda row: row["name"])
    british = [row for row in rows if row["base_currency"] == "GBP"]
    fitting = [row for row in rows if row["base_currency"] in named]
    row = next(iter([*(british if "GBP" in named or not named else []), *fitting, *british]))
    more = sorted(named - {row["base_currency"]})
    if more:
        address = f"{machine.sandbox}/_sandbox/organisations/{row['id']}"
        httpx2.post(address, json={"Currencies": more}).raise_for_status()
    return Organisation(row["id"], row["name"], row["base_currency"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=USUAL_DATA, help="a CSV, plain or gzip")
    parser.add_argument("--month", default="", help="only this month of it, such as 2010-12")
    parser.add_argument("--seed", type=int, help="for the moments of the kills, or all bad days")
    parser.add_argument("--chaos", action="store_true", help="with every bad day there is")
    options = parser.parse_args()
    if not options.data.is_file():
        parser.error(f"there is no file {options.data}")
    return options


def _tell(text: str) -> None:
    print(f"{time.monotonic() - _BEGAN:5.0f} s  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
