"""Every bad day at once: random histories on real processes and data, and both ledgers compared.

Documents of every kind are submitted, edited, cancelled, amended, paid, credited and taken back,
while workers, pages and PostgreSQL are killed, workers frozen and doubled, time jumps, tokens die
and the stand-in Xero cuts, limits, fails, garbles and dawdles; meanwhile others go on with their own
books there, and pages shift while they are read. Then the faults stop, the questions
that remain are answered by rule, and the stand-in's books are held against what this run itself
has done, all that Xero has against its mirror here, and each request against Xero's interface description. Ends with one line of JSON on standard output; exit code 1 where anything is not as it
should be. What happens is told on standard error.

    PYTHONPATH=scripts python -m chaos [--seed 7] [--documents 150] [--faults 300] [--books 10]

The same seed and sizes replay the same run: every act with its document and amounts, every breakage
and its moment among the acts, every fault and the how manyth request of its spell it strikes. Two such
runs print the same `documents`, `history` (a digest of all acts) and `faults`. What a seed cannot
decide is which of the processes makes that request, and how far one has come when it dies; so
`questions` and `restarted` differ.
"""

import argparse
import json
import random
import signal
import sys
import time
from pathlib import Path

from chaos.shaken_machine import ShakenMachine

ROOT = Path(__file__).parents[2]
#: Where the data set lies beside the project; documents are made up where it is not.
USUAL_DATA = ROOT.parent / "shared" / "data" / "online-retail.csv.gz"
_ALL_NOUGHT = (
    *("missing", "doubled", "ghosts", "cents_off", "wrong_state", "invalid_requests"),
    *("mirror_missing", "mirror_extra", "mirror_differing", "stale"),
)


def main() -> int:
    options = _options()
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Told to end"))
    print(f"seed {options.seed}, {options.books} sets of books", file=sys.stderr, flush=True)
    with ShakenMachine(workers=2) as machine:
        machine.start_sandbox()
        machine.hold_against_description()
        machine.command("migrate")
        machine.use_here()
        from chaos.run import Run  # only now are the settings known that it needs

        run = Run(
            machine,
            options.seed,
            books=options.books,
            documents=options.documents,
            faults=options.faults,
            data=options.data,
        )
        run.go()
        run.come_to_rest()
        result = run.compared() | {"seconds": round(time.monotonic() - began, 1)}
        print(json.dumps(result), flush=True)
        if any(result[name] for name in _ALL_NOUGHT):
            sys.exit(1)  # leaves the folder as it is, to be looked into
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("chaos", description=__doc__.splitlines()[0])
    usual_seed = random.SystemRandom().randrange(10**6)
    parser.add_argument("--seed", type=int, default=usual_seed, help="decides all that happens")
    parser.add_argument("--documents", type=int, default=150, help="at least so many")
    parser.add_argument("--faults", type=int, default=300, help="at least so many")
    parser.add_argument("--books", type=int, default=10, help="workspaces and organisations")
    parser.add_argument("--data", type=Path, default=USUAL_DATA, help="rows of Online Retail")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
