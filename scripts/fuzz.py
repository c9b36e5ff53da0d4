"""Sends everything hostile to every address of the pages, for as many rounds as wanted.

    python scripts/fuzz.py [--seed 1] [--rounds 20]

Each round replaces each part of each address, each parameter, field, header and body once by a value
that nobody should send. Prints what answered with a 500, took seconds, led to another site, or showed
a value unescaped, and then ends with exit code 1. The same seed sends the same. The suite plays a
part of one round (tests/web/test_fuzz.py).
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_TEST = "tests/web/test_fuzz.py::test_no_input_ends_in_a_500_a_long_wait_or_somewhere_else"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seed", default="1", help="the same seed sends the same (1)")
    parser.add_argument("--rounds", type=float, default=20, help="how often all is tried (20)")
    options = parser.parse_args()
    asked = {"FUZZ_SEED": options.seed, "FUZZ_ROUNDS": str(options.rounds)}
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "--no-header", _TEST]
    return subprocess.run(command, check=False, cwd=ROOT, env=os.environ | asked).returncode  # noqa: S603 - our own words


if __name__ == "__main__":
    sys.exit(main())
