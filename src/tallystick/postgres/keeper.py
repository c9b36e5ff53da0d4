"""The process that supervises `postgres`: `python -m tallystick.postgres.keeper DATA_DIR`.

It is started by whoever needs the server first, detaches itself, and lives as long as somebody
holds `users.lock`. It tells its starter one line of JSON: ready, busy (another keeper is there)
or the error.

1. It takes `keeper.lock` for its life, or leaves.
2. It makes the cluster if there is none, and starts the server.
3. It starts the server again if that dies.
4. Four times a second it tries to take `users.lock` exclusively. That succeeds only when nobody
   needs the server any more, and keeps newcomers waiting until the server is stopped and the
   keeper gone; then they start a new one. So no newcomer meets a server about to stop.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from tallystick.postgres.cluster import ensure_cluster
from tallystick.postgres.errors import PostgresError, StartFailed, in_words
from tallystick.postgres.folders import Folders, account_for, open_home, require_own
from tallystick.postgres.locks import lock_within, try_lock
from tallystick.postgres.programs import find_programs, reachable
from tallystick.postgres.server import Server

_TICK_SECONDS = 0.25
_LOCK_PATIENCE_SECONDS = 0.1  #: Others look at the lock by taking it for a moment.
_CHANCES = 3
_WAKING = (signal.SIGCHLD, signal.SIGALRM)
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main() -> None:
    """Detach, keep the server, and leave nothing behind."""
    parser = argparse.ArgumentParser(prog="python -m tallystick.postgres.keeper")
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--throwaway", action="store_true", help="unsafe but fast; removed at end")
    options = parser.parse_args()
    if os.fork():
        os._exit(0)
    os.umask(0o077)
    folders = Folders.of(options.data_dir)
    try:
        if lock_within(folders.keeper_lock, exclusive=True, seconds=_LOCK_PATIENCE_SECONDS) is None:
            _tell(state="busy")
        else:
            _keep(folders, throwaway=options.throwaway)
    except (PostgresError, OSError) as error:
        _tell(state="failed", error=type(error).__name__, message=in_words(error))
        sys.exit(1)


def _keep(folders: Folders, *, throwaway: bool) -> None:
    signal.signal(signal.SIGCHLD, lambda *_: None)  # some systems drop what nobody handles
    signal.pthread_sigmask(signal.SIG_BLOCK, [*_WAKING, *_ENDING])
    signal.setitimer(signal.ITIMER_REAL, _TICK_SECONDS, _TICK_SECONDS)
    try:
        server = _prepare(folders, throwaway=throwaway)
        try:
            _start(server)
            while _serve(server, folders):
                _start(server)
        finally:
            server.stop()
    finally:
        if throwaway:
            shutil.rmtree(folders.home)
            with contextlib.suppress(OSError):  # others put something there
                folders.data_dir.rmdir()


def _prepare(folders: Folders, *, throwaway: bool) -> Server:
    account = account_for(folders)
    open_home(folders, account)
    programs = reachable(find_programs(folders), account=account, folders=folders)
    require_own(folders, account)
    ensure_cluster(folders, programs=programs, account=account, throwaway=throwaway)
    return Server(folders, programs=programs, account=account, throwaway=throwaway)


def _serve(server: Server, folders: Folders) -> bool:
    """Announce the server for as long as it lives and is needed; tell whether to start it again.

    When nobody needs it, the users' lock is held from here until this process ends.
    """
    announced = lock_within(folders.ready_lock, exclusive=True, seconds=_TICK_SECONDS)
    if announced is None:
        raise StartFailed(f"{folders.ready_lock} is held by a process that is not ours.")
    _tell(state="ready")
    _send_output_to_log(folders)
    try:
        while try_lock(folders.users_lock, exclusive=True) is None:
            if signal.sigwait([*_WAKING, *_ENDING]) in _ENDING:
                return False
            if not server.is_alive():
                return True
            server.trim_log()
        return False
    finally:
        os.close(announced)


def _start(server: Server) -> None:
    """Start the server; tried again, for it may be killed even while it starts."""
    for chance in range(_CHANCES, 0, -1):
        try:
            return server.start()
        except StartFailed:
            if chance == 1:
                raise
            time.sleep(_TICK_SECONDS)


def _tell(**answer: str) -> None:
    with contextlib.suppress(BrokenPipeError):  # the starter may be gone; others are not
        os.write(sys.stdout.fileno(), json.dumps(answer).encode() + b"\n")


def _send_output_to_log(folders: Folders) -> None:
    """Send what is said from now on to the log; the starter's pipe ends here."""
    log = os.open(folders.log, os.O_WRONLY | os.O_APPEND)
    for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(log, descriptor)
    os.close(log)


if __name__ == "__main__":
    main()
