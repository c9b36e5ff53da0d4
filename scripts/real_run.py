"""The whole way, for real: a file in, drafts in the stand-in Xero out, every cent compared.

Fresh state; connecting through the real pages; the real import; a real worker that is killed with
SIGKILL three times on the way. Ends with one line of JSON on standard output; exit code 1 where a
document is missing, doubled or off by a cent. What happens is told on standard error.

    python scripts/real_run.py [--data FILE.csv[.gz]] [--month 2010-12] [--seed 7]
"""

import argparse
import json
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
from browsing import Browser
from expectation import Expectation, Invoice, expect, keep_month
from machine import Machine, wait_until

ROOT = Path(__file__).parents[1]
#: Where the data set lies beside the project.
USUAL_DATA = ROOT.parent / "shared" / "data" / "online-retail.csv.gz"
KILLS = 3
PATIENCE_SECONDS = 30.0  #: Without an invoice arriving, before we ask whether more will come.
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
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Told to end"))
    with Machine() as machine:
        data = options.data
        if options.month:
            data = machine.folder / "month.csv"
            keep_month(options.data, options.month, data)
        _tell(f"{options.data}{f', {options.month} only' if options.month else ''}; seed {seed}")
        machine.start_sandbox()
        organisation = _organisation_for(machine, data)
        expected = expect(data, currency=organisation.base_currency)
        _tell(f"expecting {len(expected.invoices):,} invoices in {organisation.name}")
        run = _Run(machine, organisation, expected, data, random.Random(seed))  # noqa: S311 - not a secret
        run.go()
        result = _compared(run, seconds=round(time.monotonic() - began, 1))
    print(json.dumps(result))
    return int(bool(result["missing"] or result["doubled"] or result["cents_off"]))


class _Run:
    """One run, from the empty machine to the idle one."""

    def __init__(
        self,
        machine: Machine,
        organisation: Organisation,
        expected: Expectation,
        data: Path,
        draw: random.Random,
    ) -> None:
        self.machine = machine
        self.organisation = organisation
        self.expected = expected
        self.kills = 0
        self._data = data
        self._draw = draw

    def go(self) -> None:
        machine = self.machine
        machine.command("migrate")
        owner = ["--workspace", WORKSPACE, "--currency", self.organisation.base_currency]
        said = machine.command("create-owner", PERSON, *owner)
        machine.start_web()
        machine.start_worker()
        with Browser() as browser:
            self._connect(browser, password=said.splitlines()[0].rpartition(" ")[2])
            _tell("connected; importing, submitting and pushing")
            importing = machine.begin("import", str(self._data), "--yes", "--submit")
            if self.expected.tax_rates:
                # Nothing goes out before the tax codes that the file brings along are mapped.
                importing.wait()
                self._map_tax_codes(browser)
            self._kill_on_the_way()
            _tell(importing.communicate()[0].strip())
        machine.command("sync", "--wait")
        machine.measure()
        _tell(machine.command("status").strip())

    def _connect(self, browser: Browser, *, password: str) -> None:
        """Sign in, go to Xero's consent page and back, and choose the sales account."""
        browser.open(f"{self.machine.web}/sign-in/")
        browser.press("Sign in", email=PERSON, password=password)
        self._home = browser.url.rstrip("/")
        browser.open(f"{self._home}/settings/integrations/")
        browser.press("Connect Xero")
        choice = browser.form_with("Allow access").value_for("organisation", self.organisation.name)
        browser.press("Allow access", organisation=choice)
        if "xero=connected" not in browser.url:
            raise LookupError(f"Connecting ended on {browser.url}")
        wait_until(lambda: bool(self._accounts(browser)), "accounts to be read from Xero")
        accounts = self._accounts(browser)
        browser.press("Save mapping", sales_account="200" if "200" in accounts else accounts[0])

    def _accounts(self, browser: Browser) -> list[str]:
        browser.open(f"{self._home}/settings/tax-mapping/")
        offered = browser.form_with("Save mapping").choices["sales_account"].values()
        return [code for code in offered if code]

    def _map_tax_codes(self, browser: Browser) -> None:
        """Choose a rate of the same percentage for each tax code that the file brought along."""
        browser.open(f"{self._home}/settings/tax-mapping/")
        form = browser.form_with("Save mapping")
        percent = {name[:40].strip(): rate for name, rate in self.expected.tax_rates.items()}
        chosen = {
            name: _best_rate(form.choices[name], code, percent[code])
            for name, code in form.labels.items()
            if code in percent
        }
        browser.press("Save mapping", **chosen)

    def _kill_on_the_way(self) -> None:
        """Kill -9 the worker at three random moments between the first and the last invoice."""
        count = len(self.expected.invoices)
        for moment in sorted(self._draw.uniform(0.02, 0.95) * count for _ in range(KILLS)):
            if not self._await_arrivals(moment):
                _tell("nothing is on its way any more, though not all has arrived")
                return
            time.sleep(self._draw.uniform(0, 1))  # anywhere within a round
            arrived = self._arrived()
            self.machine.kill_worker()
            self.kills += 1
            _tell(f"killed the worker at {arrived:,} of {count:,}")
            self.machine.start_worker()

    def _await_arrivals(self, wanted: float) -> bool:
        """Wait for so many invoices; False where no more will come."""
        arrived, look_at = -1, 0.0
        while (now := self._arrived()) < wanted:
            if now > arrived:
                arrived, look_at = now, time.monotonic() + PATIENCE_SECONDS
            elif time.monotonic() > look_at:
                look_at = time.monotonic() + PATIENCE_SECONDS
                if self._is_idle():
                    return False
            self.machine.measure()
            self.machine.assert_alive()
            time.sleep(0.2)
        return True

    def _is_idle(self) -> bool:
        """Say whether everything imported so far has come to an end, good or bad."""
        documents = json.loads(self.machine.command("status", "--json"))["documents"]
        return any(documents.values()) and not documents["queued"] + documents["sending"]

    def _arrived(self) -> int:
        return _organisations(self.machine)[self.organisation.id]["invoices"]


def _compared(run: _Run, *, seconds: float) -> dict[str, Any]:
    """Compare the stand-in's own records with the file, and return the run's result."""
    expected = run.expected.invoices
    live = [row for row in _dump(run) if row["status"] not in {"DELETED", "VOIDED"}]
    copies = Counter(row["number"] for row in live if _is_same(row, expected.get(row["number"])))
    cents_off = sum(
        abs(Decimal(row["total"]) - expected[row["number"]].total) * 100
        for row in live
        if row["number"] in copies
    )
    for number in list(expected.keys() - copies.keys())[:5]:
        _tell(f"missing: {expected[number]}")
    calls = _calls(run)
    return {
        "expected": len(expected),
        "found": len(copies),
        "missing": len(expected.keys() - copies.keys()),
        # A live invoice that is not the first one of an expected number is one too many.
        "doubled": len(live) - len(copies),
        "cents_off": int(cents_off),
        "contacts": len({row["contact_id"] for row in live}),
        "calls": calls,
        "calls_per_1000": round(sum(calls.values()) * 1000 / max(1, len(expected)), 1),
        "kills": run.kills,
        "seconds": seconds,
        "peak_mb": run.machine.peaks_mb(),
    }


def _is_same(row: dict[str, Any], invoice: Invoice | None) -> bool:
    """Say whether the record is a draft of the invoice, for its customer and with all its lines."""
    return (
        invoice is not None
        and (row["type"], row["status"]) == ("ACCREC", "DRAFT")
        and (row["date"], row["currency"]) == (invoice.day.isoformat(), invoice.currency)
        and row["lines"] == invoice.lines
        and row["contact_number"] == (invoice.party or row["contact_number"])
    )


def _dump(run: _Run) -> Iterator[dict[str, Any]]:
    query = {"organisation": run.organisation.id}
    address = f"{run.machine.sandbox}/_sandbox/invoices"
    with httpx2.stream("GET", address, params=query, timeout=300) as answer:
        answer.raise_for_status()
        yield from (json.loads(line) for line in answer.iter_lines())


def _calls(run: _Run) -> dict[str, int]:
    """Return the calls to the Accounting API, by method and endpoint."""
    answer = httpx2.get(f"{run.machine.sandbox}/_sandbox/requests/summary", params={"kind": "api"})
    rows = answer.raise_for_status().json()["calls"]
    return {f"{row['method']} {row['route'].rpartition('/')[2]}": row["calls"] for row in rows}


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


def _best_rate(offered: dict[str, str], code: str, percent: Decimal) -> str:
    """Choose from "Name · 20% · TYPE": the same name, else the same percentage on sales."""
    alike = {
        words: value for words, value in offered.items() if f"· {percent.normalize():f}% ·" in words
    }
    by_name = [value for words, value in alike.items() if words.startswith(f"{code} ·")]
    on_sales = [value for value in alike.values() if "OUTPUT" in value or value == "NONE"]
    return next(iter([*by_name, *on_sales, *alike.values()]), "")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=USUAL_DATA, help="a CSV, plain or gzip")
    parser.add_argument("--month", default="", help="only this month of it, such as 2010-12")
    parser.add_argument("--seed", type=int, help="for the moments of the kills")
    options = parser.parse_args()
    if not options.data.is_file():
        parser.error(f"there is no file {options.data}")
    return options


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
