"""Make the data of a new server ("cluster"), so that half of one never looks whole."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TypedDict

from tallystick.postgres.errors import FolderUnusable, StartFailed
from tallystick.postgres.folders import DATABASE, ROLE, Account, Folders, private_folder
from tallystick.postgres.programs import Programs

#: Nothing of ours is passed on: no secret of the caller, no PG* variable, no foreign locale.
ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"}

#: The "builtin" provider needs nothing of the system's own locales.
_BUILTIN_LOCALES_SINCE = 17


class AsAccount(TypedDict, total=False):
    """The arguments by which `subprocess` runs something as another account."""

    user: int
    group: int
    extra_groups: list[int]


def ensure_cluster(
    folders: Folders, *, programs: Programs, account: Account, throwaway: bool
) -> None:
    """Make the cluster with its database unless it is there; a half-made one is made anew.

    It is made beside its place and renamed when it is whole. Raises StartFailed with what
    `initdb` said.
    """
    for half_made in folders.home.glob("cluster.new-*"):
        shutil.rmtree(half_made, ignore_errors=True)
    if folders.cluster.exists():
        if not (folders.cluster / "PG_VERSION").is_file():
            raise FolderUnusable(
                f"{folders.cluster} exists but holds no PostgreSQL data. It is left as it is: "
                "move it away to begin anew, or put its backup there."
            )
        return
    # A name of its own, since the `initdb` of a killed keeper may still be writing to the last one.
    side = Path(tempfile.mkdtemp(prefix="cluster.new-", dir=folders.home))
    private_folder(side, account)
    _run([programs.bin / "initdb", *_initdb_options(side, programs, throwaway)], account)
    _run(
        [programs.bin / "postgres", "--single", "-D", side, "template1"],
        account,
        statement=f"CREATE DATABASE {DATABASE}\n",
    )
    side.rename(folders.cluster)
    _sync_folder(folders.home)


def as_account(account: Account) -> AsAccount:
    """Return what `subprocess` needs to run something as the account."""
    if not account.switch:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _initdb_options(side: Path, programs: Programs, throwaway: bool) -> list[str | Path]:
    locale = ["--locale=C.UTF-8"]
    if programs.major >= _BUILTIN_LOCALES_SINCE:
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options = ["-U", ROLE, "-E", "UTF8", *locale, "--data-checksums", "--no-instructions"]
    # The socket lies in a folder that only this account may enter.
    options += ["--auth-local=trust", "--auth-host=reject"]
    return ["-D", side, *options, *(["--no-sync"] if throwaway else [])]


def _run(command: list[str | Path], account: Account, statement: str = "") -> None:
    answer = subprocess.run(  # noqa: S603 - our own words and paths
        command,
        input=statement,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
        env=ENVIRONMENT,
        **as_account(account),
    )
    # `postgres --single` ends with 0 even if the statement failed.
    if answer.returncode != 0 or "ERROR:" in answer.stdout:
        raise StartFailed(
            f"{command[0]} could not make the database (exit code {answer.returncode}). "
            f"It said:\n{answer.stdout.strip()}"
        )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
