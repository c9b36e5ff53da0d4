"""Settings come from the environment; each is validated at start and refuses nonsense.

Every reader below registers the name it reads, so that a test can compare the names with
`docs/settings.md`. A secret can also be given as a file: `NAME_FILE` holds its path.
"""

import os
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit


class SettingError(Exception):
    """A setting holds something unusable; the message names it and what it takes."""


#: Every setting that was read so far, by name.
KNOWN: set[str] = set()


def env_text(name: str, *, default: str = "") -> str:
    """Return the setting's text, blanks around it removed; `default` where unset or empty."""
    KNOWN.add(name)
    return os.environ.get(name, "").strip() or default


def env_secret(name: str, *, kept_in: Path | None = None, default: str = "") -> str:
    """Return a secret from `NAME`, from the file that `NAME_FILE` names, or from `kept_in`."""
    text = env_text(name)
    if text:
        return text
    named = os.environ.get(f"{name}_FILE", "").strip()
    path = Path(named) if named else kept_in
    if path is None or (not named and not path.is_file()):
        return default
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        what = f"{name}_FILE names {path}, which" if named else f"{path}, where {name} is kept,"
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        mend = "Bring it back from the backup, or give this account the right to read it."
        if not named:
            mend += (
                " Where it is lost for good, remove it: the next start says what follows from that."
            )
        raise SettingError(f"{what} cannot be read: {reason}. {mend}") from error


def env_int(name: str, *, default: int, at_least: int, at_most: int | None = None) -> int:
    """Return a whole number within the bounds given."""
    text = env_text(name)
    if not text:
        return default
    bounds = f"of at least {at_least}" + (f" and at most {at_most}" if at_most is not None else "")
    try:
        number = int(text)
    except ValueError:
        raise SettingError(f"{name} must be a whole number {bounds}, not {text!r}.") from None
    if number < at_least or (at_most is not None and number > at_most):
        raise SettingError(f"{name} must be a whole number {bounds}, not {number}.")
    return number


def env_choice(name: str, *, default: str, choices: Sequence[str]) -> str:
    """Return one of the choices."""
    text = env_text(name, default=default)
    if text not in choices:
        raise SettingError(f"{name} must be one of {', '.join(choices)}, not {text!r}.")
    return text


def env_url(name: str, *, default: str, schemes: Sequence[str] = ("http", "https")) -> str:
    """Return an absolute address without a slash at its end."""
    text = env_text(name, default=default).rstrip("/")
    parts = urlsplit(text)
    if text and (parts.scheme not in schemes or not (parts.netloc or parts.query)):
        raise SettingError(f"{name} must be an address that begins with {' or '.join(schemes)}://.")
    return text


def env_networks(name: str, *, default: str = "") -> tuple[IPv4Network | IPv6Network, ...]:
    """Return IP addresses and networks, separated by blanks; an address is a network of one."""
    try:
        return tuple(ip_network(word) for word in env_text(name, default=default).split())
    except ValueError as error:
        raise SettingError(
            f"{name} must hold addresses or networks separated by blanks, such as "
            f"127.0.0.1 10.0.0.0/8: {error}."
        ) from None
