"""All that Xero has comes home, for real: a year of books there, read while the worker dies, and compared.

A fresh stand-in Xero is loaded with a year of a real trader's books (made up where the data set is not
here). Some documents are sent from here, so that they are linked. The first import is done while
the worker is killed with SIGKILL five times. Then hands change what is there, at random by a seed:
they approve, edit, pay, pay in part, void, delete, merge, archive, credit; and the webhooks that
tell of it are lost, doubled, put in another order and late. In the end every record here is
held against the stand-in's own, and every link against what Xero says of its document.

Ends with one line of JSON on standard output; exit code 1 where anything is missing, too much,
different or stale, or a request was unlike Xero's interface description. What happens is told on
standard error.

    python scripts/pull_run.py [--quick] [--data FILE.csv[.gz]] [--month 2010-12] [--seed 7]
"""

import argparse
import json
import random
import signal
import sys
import time
from pathlib import Path

from expectation import keep_month
from inbound.given_books import SHORT, YEAR
from inbound.pull_machine import PullMachine

ROOT = Path(__file__).parents[1]
#: Where the data set lies beside the project.
USUAL_DATA = ROOT.parent / "shared" / "data" / "online-retail.csv.gz"
_ALL_NOUGHT = ("missing", "extra", "differing", "stale", "invalid_requests", "complaints")


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Told to end"))
    began = time.monotonic()
    with PullMachine() as machine:
        data = _data(options, machine.folder)
        machine.start_sandbox()
        machine.hold_against_description()
        machine.command("migrate")
        machine.use_here()
        from inbound.run import Run  # only now are the settings known that it needs

        sizes = SHORT if options.quick else YEAR
        run = Run(machine, options.seed, data, sizes, ours=options.ours, acts=options.acts)
        result = run.go() | {"seconds": round(time.monotonic() - began, 1)}
        print(json.dumps(result), flush=True)
        if any(result[name] for name in _ALL_NOUGHT):
            sys.exit(1)  # leaves the folder as it is, to be looked into
    return 0


def _data(options: argparse.Namespace, folder: Path) -> Path | None:
    """Return the file to take, a part of it if a month is named; None to make one up."""
    data: Path | None = options.data if options.data.is_file() and not options.quick else None
    source = str(data) if data else "books made up"
    if data is None and not options.quick:
        source += f", for {options.data} is not here"
    if data and options.month:
        source, whole, data = f"{options.month} of {source}", data, folder / "month.csv"
        keep_month(whole, options.month, data)
    print(f"seed {options.seed}; {source}", file=sys.stderr, flush=True)
    return data


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    usual_seed = random.SystemRandom().randrange(10**6)
    parser.add_argument("--seed", type=int, default=usual_seed, help="decides all that happens")
    parser.add_argument("--data", type=Path, default=USUAL_DATA, help="rows of Online Retail")
    parser.add_argument("--month", default="", help="only this month of it, such as 2010-12")
    parser.add_argument("--quick", action="store_true", help="a small made-up year, for CI")
    parser.add_argument("--ours", type=int, help="so many documents are sent from here")
    parser.add_argument("--acts", type=int, help="so many things are done in Xero")
    options = parser.parse_args()
    options.ours = options.ours or (40 if options.quick else 400)
    options.acts = options.acts or (200 if options.quick else 900)
    return options


if __name__ == "__main__":
    sys.exit(main())
