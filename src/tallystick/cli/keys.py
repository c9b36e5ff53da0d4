"""The two keys of an installation: one signs sessions, the other encrypts tokens at rest.

With the embedded database they are made on the first start and kept beside it. With a database
of the operator's own they must come from the environment, the same on every machine: a key made
on one of them would lock the others out.
"""

import base64
import os
import secrets
from pathlib import Path

from tallystick.cli.exits import Exit, Stop
from tallystick.environment import env_secret

_MAKE_SECRET = "import secrets; print(secrets.token_urlsafe(48))"  # noqa: S105 - makes one
_MAKE_ENCRYPTION = "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"  # what Fernet wants


def ensure_keys(folder: Path) -> None:
    """Make the keys in `folder` (0700, files 0600) unless they are there or in the environment."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if not env_secret("TALLYSTICK_SECRET_KEY"):
        _keep(folder / "secret-key", secrets.token_urlsafe(48))
    if not env_secret("TALLYSTICK_ENCRYPTION_KEYS"):
        key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        _keep(folder / "encryption-keys", key)


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
    if path.exists():
        return
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
