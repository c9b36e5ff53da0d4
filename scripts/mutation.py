"""Takes each guard away, one at a time, and demands that the test named for it fails.

Works on copies of the tree, each with a database of its own on one throwaway PostgreSQL; says a
line for each guard, with the assertion that failed. Ends with exit code 1 where a guard could go
unnoticed, is not in the code any more, or its test breaks for another reason than an assertion.

    python scripts/mutation.py [--only WORD] [--processes 2]
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from guards import GUARDS, PROMISES, Guard

from tallystick import postgres

ROOT = Path(__file__).parents[1]
_COPIED = ("src", "tests", "pyproject.toml")
_PATIENCE_SECONDS = 180
#: What the engine logs where an error of its own ends a round; it must not pass for a noticed guard.
_FAULT = '"event": "round.failed"'
#: How pytest words that a test has failed by what it demands, not by an error on the way.
_DEMANDS = ("assert", "AssertionError", "Failed: DID NOT RAISE")


class Unclear(Exception):
    """The test says nothing about the guard."""


def main() -> int:
    options = _options()
    began = time.monotonic()
    guards = [guard for guard in GUARDS if options.only in guard.name]
    if not guards:
        sys.exit(f"No guard's name holds {options.only!r}.")
    count = min(options.processes, len(guards))
    with tempfile.TemporaryDirectory(prefix="tallystick-mutation-", dir="/tmp") as folder:
        # Any account may pass: as root, PostgreSQL runs as another one.
        Path(folder).chmod(0o711)
        with (
            postgres.running(Path(folder) / "data", throwaway=True) as url,
            ThreadPoolExecutor(count) as pool,
        ):
            places = [_Place(Path(folder) / f"{n}", url) for n in range(count)]
            parts = [guards[n::count] for n in range(count)]
            held = [guard for some in pool.map(_Place.held, places, parts) for guard in some]
    print(_summary(guards, held, round(time.monotonic() - began)))
    return int(len(held) < len(guards))


def _summary(guards: Sequence[Guard], held: Sequence[Guard], seconds: int) -> str:
    kept = {guard.promise for guard in held}
    promises = f"{len(kept)} of {len(PROMISES)} promises covered"
    return f"{len(held)} of {len(guards)} guards held, {promises}, {seconds} seconds"


class _Place:
    """A copy of the tree, and a database for its tests."""

    def __init__(self, tree: Path, server: str) -> None:
        self._tree = tree
        self._database = urlsplit(server)._replace(path=f"/mutation_{tree.name}").geturl()
        tree.mkdir()
        for name in _COPIED:
            if (ROOT / name).is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "node_modules")
                shutil.copytree(ROOT / name, tree / name, ignore=ignored)
            else:
                shutil.copy(ROOT / name, tree / name)

    def held(self, guards: Sequence[Guard]) -> list[Guard]:
        """Return those of the guards whose test notices that they are gone, and say so of each."""
        try:
            failed = self._failure([guard.test for guard in guards], "--create-db")
        except Unclear as unclear:
            failed = str(unclear)
        if failed:
            print(f"With all guards in place the tests fail; mend that first. {failed}")
            return []
        return [guard for guard in guards if self._is_noticed(guard)]

    def _is_noticed(self, guard: Guard) -> bool:
        began = time.monotonic()
        try:
            with self._without(guard):
                failure = self._failure([guard.test], "--reuse-db", guard.fault)
        except Unclear as unclear:
            print(f"UNCLEAR    {guard.name}\n{unclear}", flush=True)
            return False
        words = f"noticed    {guard.name}" if failure else f"UNNOTICED  {guard.name}"
        print(f"{words} ({guard.test}, {time.monotonic() - began:.1f} s)", flush=True)
        if failure:
            print(f"           {failure}", flush=True)
        return bool(failure)

    @contextmanager
    def _without(self, guard: Guard) -> Iterator[None]:
        """Take the guard out of the copy for the block."""
        kept: dict[Path, str] = {}
        try:
            for name, before, after in guard.edits:
                path = self._tree / "src" / "tallystick" / name
                text = path.read_text(encoding="utf-8")
                if text.count(before) != 1:
                    raise Unclear(f"{name} has {text.count(before)} times: {before!r}")
                kept.setdefault(path, text)
                path.write_text(text.replace(before, after), encoding="utf-8")
            yield
        finally:
            for path, text in kept.items():
                path.write_text(text, encoding="utf-8")

    def _failure(self, tests: Sequence[str], database: str, fault: str = "") -> str:
        """Run the tests, and return the first line of the assertion that failed, or nothing.

        Raises Unclear where they broke for another reason, or the engine did with another `fault`.
        """
        report = self._tree / "report.xml"
        report.unlink(missing_ok=True)
        said = self._run(tests, database, report)
        if not report.exists():
            raise Unclear(said)
        cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314 - pytest's own
        ends = {end.tag: end.get("message", "") for case in cases for end in case}
        ended = set(ends) <= {"failure"} and ends.get("failure", "assert").startswith(_DEMANDS)
        faults = [line for line in said.splitlines() if _FAULT in line]
        if not cases or not ended or not all(fault and fault in line for line in faults):
            raise Unclear(said)
        return ends.get("failure", "").partition("\n")[0]

    def _run(self, tests: Sequence[str], database: str, report: Path) -> str:
        """Run pytest on the copy, processes that it starts included, and return what it said."""
        ours = ("TALLYSTICK_", "XERO_", "DJANGO_")
        others = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
        options = ["-n", "0", "-x", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}"]
        paths = [f"tests/{test}" for test in dict.fromkeys(tests)]
        with subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-m", "pytest", *options, database, *paths],
            cwd=self._tree,
            env=others | {"DATABASE_URL": self._database, "PYTHONPATH": f"{self._tree / 'src'}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as running:
            try:
                return running.communicate(timeout=_PATIENCE_SECONDS)[0]
            except subprocess.TimeoutExpired:
                return f"After {_PATIENCE_SECONDS} seconds it still ran."
            finally:
                # A test that fails may leave a worker of its own behind, frozen.
                with suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="guards whose name holds this")
    parser.add_argument("--processes", type=int, default=2, help="how many run side by side")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
