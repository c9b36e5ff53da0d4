"""The demo: everything on this machine, in a folder of its own, against the stand-in Xero."""

import hashlib
import os
import secrets
import shlex
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from tallystick.cli.exits import Exit, Stop
from tallystick.cli.prepare import make_data_dir, prepare
from tallystick.cli.processes import Program
from tallystick.cli.samples import Person, ensure_samples
from tallystick.cli.together import in_words, own_command, run_together, sandbox_command
from tallystick.postgres import PostgresError, closed_above, default_data_dir
from tallystick.postgres.locks import is_locked

#: What the stand-in knows as our app unless told otherwise (`xero-sandbox --help`).
_CLIENT = {"XERO_CLIENT_ID": "sandbox-client", "XERO_CLIENT_SECRET": "sandbox-secret"}
_RELEASE_SECONDS = 10.0
#: Names of settings; the operator's real ones do not reach the demo, save those that are kept.
_REAL = ("TALLYSTICK_", "XERO_", "DATABASE_URL")
_KEPT = {"TALLYSTICK_LOG_LEVEL", "TALLYSTICK_LOG_FORMAT", "TALLYSTICK_PG_BIN"}


def folder_for(asked: Path | None) -> Path:
    """Make the folder of the demo's data and return it: the one asked for, else this account's own.

    Root's PostgreSQL runs as another account, which may not enter, say, a clone below /root. Then
    it is a folder beside root's own data that belongs to the one asked for alone.
    """
    if asked is None:
        return make_data_dir(make_data_dir(default_data_dir()) / "demo")
    asked = asked.expanduser().resolve()
    if closed_above(asked):
        digest = hashlib.sha256(os.fsencode(asked)).hexdigest()[:8]
        return make_data_dir(make_data_dir(default_data_dir()) / f"demo-{digest}")
    named = 'make demo ARGS="--data FOLDER"' if _is_by_make() else "--data FOLDER"
    otherwise = f"Name one that this account may write to: {named}"
    folder = make_data_dir(asked.parent, otherwise=otherwise) / asked.name
    return make_data_dir(folder, otherwise=otherwise)


def _is_by_make() -> bool:
    return "MAKELEVEL" in os.environ  # set by make for what it runs


@dataclass(frozen=True)
class Demo:
    """A demo in `folder`; ports are on this machine."""

    folder: Path
    #: What the command line names as the folder, if it does.
    asked_for: Path | None
    port: int
    sandbox_port: int

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def sandbox_address(self) -> str:
        return f"http://localhost:{self.sandbox_port}"

    def forget(self) -> None:
        """Remove everything of earlier demos; call it while holding the folder's lock."""
        keeper = self.folder / "postgres" / "keeper.lock"
        deadline = time.monotonic() + _RELEASE_SECONDS
        while is_locked(keeper):  # the database stops soon after its last user
            if time.monotonic() > deadline:
                raise Stop(f"A command still uses {self.folder}. End it, then start afresh.")
            time.sleep(0.1)
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "running.lock":
                path.unlink()

    @property
    def begun(self) -> date | None:
        """The day on which the data there was made; None of a fresh demo."""
        made = self.folder / "password"
        return date.fromtimestamp(made.stat().st_mtime) if made.exists() else None

    @property
    def starts_over(self) -> str:
        """The command that begins afresh, as it was called here."""
        if _is_by_make():
            return "make demo ARGS=--fresh"
        data = f" --data {shlex.quote(str(self.asked_for))}" if self.asked_for else ""
        return f"tallystick demo{data} --fresh"

    def run(self) -> None:
        """Set up what is missing, start the processes and keep them until Ctrl-C.

        Raises Stop without the stand-in, and where an older demo cannot go on, with what to do.
        """
        if find_spec("xero_sandbox") is None:
            raise Stop(
                "The demo runs against the stand-in Xero, which is not installed here: "
                "pip install xero-sandbox. Tallystick itself does not need it."
            )
        self._enter_environment()
        begun = self.begun
        print("Preparing the demo …", file=sys.stderr, flush=True)
        try:
            prepare(migrations="apply")
        except (Stop, PostgresError) as error:
            if begun is None:
                raise
            said = (
                f"The demo begun on {in_words(begun)} in {self.folder} cannot go on: {error} "
                f"To start over without its data: {self.starts_over}"
            )
            raise Stop(said, code=Exit.NOT_SET_UP) from error
        password = self._password()
        people = ensure_samples(password=password)
        (self.folder / "logs").mkdir(mode=0o700, exist_ok=True)
        run_together(
            [
                self._program("sandbox", *self._sandbox_command()),
                self._program("web", *own_command("web", "--port", str(self.port))),
                self._program("worker", *own_command("worker", "--threads", "4")),
            ],
            answers_at=[(self.sandbox_port, "/"), (self.port, "/")],
            greet=lambda: self._greet(people, password, begun),
        )
        print(f"Stopped. The demo's data is kept in {self.folder}.", file=sys.stderr)

    def _enter_environment(self) -> None:
        """Make this process, and those it starts, know of nothing but the demo."""
        for name in list(os.environ):
            if name.startswith(_REAL) and name not in _KEPT:
                del os.environ[name]
        os.environ |= {
            "TALLYSTICK_DATA_DIR": str(self.folder),
            "TALLYSTICK_PUBLIC_URL": self.address,
            "XERO_LOGIN_URL": self.sandbox_address,
            "XERO_IDENTITY_URL": self.sandbox_address,
            "XERO_API_URL": self.sandbox_address,
            "XERO_WEB_URL": self.sandbox_address,
            **_CLIENT,
        }

    def _program(self, name: str, *command: str) -> Program:
        log = self.folder / "logs" / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))  # the run before this one
        return Program(name, command, os.environ, log)

    def _sandbox_command(self) -> list[str]:
        return sandbox_command(
            host="127.0.0.1", port=self.sandbox_port, data=self.folder / "sandbox", limits=False
        )

    def _password(self) -> str:
        """Return the demo's password, made at its first start."""
        path = self.folder / "password"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(f"harbour-{secrets.token_hex(4)}\n", encoding="ascii")
        return path.read_text(encoding="ascii").strip()

    def _greet(self, people: Sequence[Person], password: str, begun: date | None) -> None:
        print("\n".join(["", *self.greeting(people, password, begun), ""]), flush=True)

    def greeting(self, people: Sequence[Person], password: str, begun: date | None) -> list[str]:
        width = max(len(person.email) for person in people)
        return [
            f"  Tallystick         {self.address}",
            f"  Stand-in Xero      {self.sandbox_address}",
            f"  Password           {password}   (the same for all)",
            f"  Data               {self.folder}",
            *self._why_elsewhere(),
            "",
            *self._older(begun),
            *(
                f"  {person.email:<{width}}   {person.name}, {person.role.replace('_', ' ')}"
                for person in people
            ),
            "",
            "  Sign in as the first, open Settings > Integrations and press Connect Xero.",
            "  Ctrl-C stops everything; the data is kept.",
        ]

    def _older(self, begun: date | None) -> list[str]:
        if begun is None:
            return []
        return [
            f"  The demo begun on {in_words(begun)} goes on, as it was left. To start over:",
            f"  {self.starts_over}",
            "",
        ]

    def _why_elsewhere(self) -> list[str]:
        closed = closed_above(self.asked_for) if self.asked_for else None
        if closed is None:
            return []
        return [
            f"                     (not in {self.asked_for}: as root, PostgreSQL runs as an",
            f"                     account that may not enter {closed})",
        ]
