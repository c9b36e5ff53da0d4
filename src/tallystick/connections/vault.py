"""The tokens as they lie in the database, looked at before Django's settings are: do the keys fit?

A lost key shall be noticed at the start, where it can still be brought back, and not when a new one has
been made in its place.
"""

from collections.abc import Sequence
from enum import Enum, auto

import psycopg
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_TABLE = "connections_connection"


class Fit(Enum):
    """How the keys stand to the tokens that are stored."""

    NOTHING_STORED = auto()
    SOME = auto()  #: At least one connection's tokens can be read.
    NONE = auto()


def fit_of(keys: Sequence[str], connection: "psycopg.Connection[tuple[str]]") -> Fit:
    """Return whether any of the keys reads any of the tokens. The keys must be well formed."""
    stored = _stored(connection)
    if not stored:
        return Fit.NOTHING_STORED
    return Fit.SOME if any(readable(keys, text) for text in stored) else Fit.NONE


def readable(keys: Sequence[str], text: str) -> bool:
    """Tell whether one of the keys reads the text as it is stored."""
    if not keys:
        return False
    try:
        MultiFernet([Fernet(key) for key in keys]).decrypt(text.encode())
    except InvalidToken:
        return False
    return True


def _stored(connection: "psycopg.Connection[tuple[str]]") -> list[str]:
    """Return every refresh token as it is stored; none where the table is not made yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [_TABLE])
        if cursor.fetchone() != (True,):
            return []
        cursor.execute(f"SELECT refresh_token FROM {_TABLE} WHERE refresh_token <> ''")  # noqa: S608 - our own word
        return [text for (text,) in cursor.fetchall()]
