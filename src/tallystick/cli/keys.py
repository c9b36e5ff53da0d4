"""The two keys of an installation: one signs sessions, the other encrypts tokens at rest.

With the embedded database they are made on the first start and kept beside it. With a database
of the operator's own they must come from the environment, the same on every machine: a key made
on one of them would lock the others out.
"""

import base64
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

import psycopg

from tallystick.cli.exits import Exit, Stop
from tallystick.connections.vault import Fit, fit_of
from tallystick.environment import env_secret

_MAKE_SECRET = "import secrets; print(secrets.token_urlsafe(48))"  # noqa: S105 - makes one
_MAKE_ENCRYPTION = "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"  # what Fernet wants


def ensure_keys(folder: Path, *, url: str, forgetting: bool = False) -> None:
    """Make the keys in `folder` (0700, files 0600) unless they are there or in the environment.

    An encryption key is not made where the database at `url` holds tokens that a lost one was for:
    raises Stop, save where those are to be forgotten.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    if not env_secret("TALLYSTICK_SECRET_KEY", kept_in=folder / "secret-key"):
        _keep(folder / "secret-key", secrets.token_urlsafe(48))
        if (folder / "encryption-keys").exists():
            said = f"tallystick: {folder / 'secret-key'} was gone; a new one was made: all sign in anew."
            print(said, file=sys.stderr)
    path = folder / "encryption-keys"
    if not env_secret("TALLYSTICK_ENCRYPTION_KEYS", kept_in=path):
        if not forgetting:
            with psycopg.connect(url) as connection:
                _refuse_if(fit_of([], connection) is Fit.NONE, f"{path} is missing or empty", path)
        _keep(path, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())


def require_fitting(
    keys: Sequence[str], connection: "psycopg.Connection[tuple[str]]", folder: Path
) -> None:
    """Raise Stop where none of the keys reads any of the tokens that the database holds."""
    fits = fit_of(keys, connection)
    named = env_secret("TALLYSTICK_ENCRYPTION_KEYS")
    path = folder / "encryption-keys"
    what = "TALLYSTICK_ENCRYPTION_KEYS holds" if named else f"{path} holds"
    _refuse_if(fits is Fit.NONE, f"{what} another key than they were encrypted with", path)


def _refuse_if(lost: bool, what: str, path: Path) -> None:
    if lost:
        raise Stop(
            f"The database holds tokens for Xero that cannot be read: {what}. Nothing was changed, "
            f"and no new key was made. Bring back {path} (or TALLYSTICK_ENCRYPTION_KEYS) from the "
            "backup. Where the key is lost for good, run `tallystick forget-tokens`: each workspace "
            "then reconnects to Xero once; documents, links and what waits are kept.",
            code=Exit.NOT_SET_UP,
        )


def require_keys(folder: Path) -> None:
    """Raise Stop, with the commands that make them, unless both keys are given."""
    commands = {
        "TALLYSTICK_SECRET_KEY": (folder / "secret-key", _MAKE_SECRET),
        "TALLYSTICK_ENCRYPTION_KEYS": (folder / "encryption-keys", _MAKE_ENCRYPTION),
    }
    missing = [
        f"  export {name}=$(python3 -c '{script}')"
        for name, (path, script) in commands.items()
        if not env_secret(name, kept_in=path)
    ]
    if missing:
        raise Stop(
            "DATABASE_URL is set, so the keys must be set too. Make them once, keep them as safe "
            "as the database's backups, and set the same ones on every machine:\n"
            + "\n".join(missing),
            code=Exit.NOT_SET_UP,
        )


def _keep(path: Path, key: str) -> None:
    """Write the key whole or not at all; of two processes at once the first one's key stays."""
    if path.is_file() and not path.read_text(encoding="utf-8", errors="replace").strip():
        path.unlink()  # an empty one, such as a full disk leaves
    side = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(side, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(side, path)
    except FileExistsError:
        pass
    finally:
        side.unlink()
