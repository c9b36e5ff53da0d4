"""Where everything of the embedded PostgreSQL is, and which account it belongs to.

DATA_DIR/postgres/
    cluster/        PostgreSQL's own data (PGDATA); its account's, 0700
    run/            the socket; its account's, 0700
    programs-*/     a copy of the programs, only where root's are closed to that account
    server.log      what the server and its keeper say, and server.log.1 before it
    users.lock      held shared by every process that needs the server
    keeper.lock     held exclusively by the one process that supervises it
    ready.lock      held exclusively by the keeper while the server accepts connections
"""

import contextlib
import hashlib
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tallystick.postgres.errors import FolderUnusable, is_read_only, read_only

if sys.platform != "win32":
    import pwd

DATABASE = ROLE = "tallystick"
PORT = 5432  #: Only part of the socket's name: the server listens on no TCP port.

#: Systems give a socket's path 104 (macOS) or 108 bytes (Linux).
_SOCKET_PATH_LIMIT = 100


@dataclass(frozen=True)
class Account:
    """Who runs `postgres`; `switch` where that is not who we are."""

    uid: int
    gid: int
    name: str
    switch: bool


@dataclass(frozen=True)
class Folders:
    """The paths of one data folder, which must be absolute and free of links."""

    data_dir: Path

    @classmethod
    def of(cls, data_dir: Path) -> "Folders":
        """Return the paths of this data folder, wherever links lead; nothing is made."""
        return cls(data_dir.expanduser().resolve())

    @property
    def home(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def users_lock(self) -> Path:
        return self.home / "users.lock"

    @property
    def keeper_lock(self) -> Path:
        return self.home / "keeper.lock"

    @property
    def ready_lock(self) -> Path:
        return self.home / "ready.lock"

    @property
    def sockets(self) -> Path:
        """The folder of the socket: every process finds the same one for the same data folder."""
        usual = self.home / "run"
        short = len(os.fsencode(usual / self.socket_name)) < _SOCKET_PATH_LIMIT
        if short and "," not in str(usual):  # libpq takes a comma for the end of a host
            return usual
        # Not TMPDIR: two processes of one account may have different ones.
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]
        return Path("/tmp") / f"tallystick-{digest}"  # noqa: S108 - made by `private_folder`

    @property
    def socket_name(self) -> str:
        return f".s.PGSQL.{PORT}"

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}@:{PORT}/{DATABASE}?host={quote(str(self.sockets), safe='')}"


def default_data_dir() -> Path:
    """Return `TALLYSTICK_DATA_DIR`, else the system's usual place for this account.

    That is /var/lib/tallystick for root and ~/.local/share/tallystick for others, the latter
    under `XDG_DATA_HOME` where that is set.
    """
    chosen = os.environ.get("TALLYSTICK_DATA_DIR", "").strip()
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform != "win32" and os.geteuid() == 0:
        return Path("/var/lib/tallystick")
    base = os.environ.get("XDG_DATA_HOME", "").strip()
    return (Path(base) if base else Path.home() / ".local" / "share") / "tallystick"


def connection_url(data_dir: Path) -> str:
    """Return the URL of this data folder's database; starts nothing and touches nothing."""
    return Folders.of(data_dir).url


def make_home(folders: Folders) -> None:
    """Make the folders that hold the locks; they belong to whoever calls first."""
    try:
        folders.data_dir.mkdir(mode=_home_mode(), parents=True, exist_ok=True)
        folders.home.mkdir(mode=_home_mode(), exist_ok=True)
    except OSError as error:
        if is_read_only(error):
            raise FolderUnusable(read_only(folders.data_dir)) from error
        raise FolderUnusable(
            f"The data folder {folders.data_dir} cannot be made or used: {error}. "
            "Set TALLYSTICK_DATA_DIR to a folder that this account may write to."
        ) from error


def account_for(folders: Folders) -> Account:
    """Return the account that runs `postgres` here: ours, or as root an unprivileged one.

    Root gets the owner of the data that exists, else the first of tallystick, postgres, nobody.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), f"number {os.geteuid()}", switch=False)
    if folders.cluster.exists() and (owner := folders.cluster.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, f"number {owner.st_uid}", switch=True)
    for name in ("tallystick", "postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, name, switch=True)
    raise FolderUnusable(
        "PostgreSQL refuses to run as root, and this machine has none of the accounts "
        "tallystick, postgres, nobody. Make one: useradd --system tallystick"
    )


def closed_above(data_dir: Path) -> Path | None:
    """Return the folder above the data folder that PostgreSQL's account may not enter, if any.

    Only root has to ask: everybody else's PostgreSQL runs as themselves. Nothing is made.
    """
    folders = Folders.of(data_dir)
    account = account_for(folders)
    if not account.switch:
        return None
    return closed_to(account, next(one for one in folders.data_dir.parents if one.exists()))


def open_home(folders: Folders, account: Account) -> None:
    """Let the account through to its folders; what is above the data folder is left alone."""
    if not account.switch:
        return
    closed = closed_to(account, folders.data_dir.parent)
    if closed:
        raise FolderUnusable(
            f"PostgreSQL refuses to run as root, so it runs as the account {account.name}, which "
            f"may not enter {closed}. Set TALLYSTICK_DATA_DIR to a folder elsewhere, such as "
            "/var/lib/tallystick, or run Tallystick as an ordinary user. Nothing was changed."
        )
    for folder in (folders.data_dir, folders.home):
        if closed_to(account, folder):
            folder.chmod(stat.S_IMODE(folder.stat().st_mode) | 0o011)  # to pass, not to look


def require_own(folders: Folders, account: Account) -> None:
    """Raise FolderUnusable, with the commands that mend it, where a copy has other owners or rights.

    PostgreSQL refuses data that another account owns or may read: `cp` as root makes such.
    """
    usual = folders.home / "run"
    places = [folders.cluster] if _holds_data(folders.cluster) else []
    places += [usual] if usual.exists() else []
    wrong = [path for path in places if not _is_own(path, account)]
    if not wrong:
        return
    if not account.switch and any(path.stat().st_uid != account.uid for path in wrong):
        mend = f"as root: chown -R {account.uid}:{account.gid} {folders.data_dir}, then "
    else:
        mend = (
            f"chown -R {account.uid}:{account.gid} {' '.join(map(str, wrong))} && "
            if account.switch
            else ""
        )
    raise FolderUnusable(
        f"{wrong[0]} must belong to the account {account.name}, which alone may enter it: so a copy of a "
        "data folder must keep owners and rights (cp -a). Nothing was changed. To mend this one, run: "
        f"{mend}chmod -R go= {' '.join(map(str, wrong))}"
    )


def _holds_data(cluster: Path) -> bool:
    try:
        return (cluster / "PG_VERSION").is_file()
    except PermissionError:
        return True


def _is_own(path: Path, account: Account) -> bool:
    status = path.stat()
    return status.st_uid == account.uid and not status.st_mode & 0o077


def closed_to(account: Account, path: Path) -> Path | None:
    """Return the first of the path's folders, itself included, that the account may not enter."""
    for folder in [*reversed(path.parents), path]:
        status = folder.stat()
        if status.st_uid == account.uid:
            allowed = stat.S_IXUSR
        elif status.st_gid == account.gid:
            allowed = stat.S_IXGRP
        else:
            allowed = stat.S_IXOTH
        if not status.st_mode & allowed:
            return folder
    return None


def private_folder(path: Path, account: Account) -> None:
    """Make a folder that is this account's alone, or see that the one there is just that.

    In a folder open to all somebody else may have been first: theirs is refused, and no link is
    followed.
    """
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    status = path.lstat()
    ours = status.st_uid in {account.uid, os.geteuid()} and not status.st_mode & 0o077
    if not stat.S_ISDIR(status.st_mode) or not ours:
        raise FolderUnusable(
            f"{path} must be a folder that only the account {account.name} may enter, and is "
            "not; the database does not use it. Remove it and start again."
        )
    if status.st_uid != account.uid:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _home_mode() -> int:
    return 0o711 if os.geteuid() == 0 else 0o700
