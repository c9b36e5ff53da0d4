"""How often something may be tried: a bound that every process and every restart keeps.

Each bound is a bucket of tries that fills up again, one try after the other (the generic cell rate
algorithm). All that is stored of one is the moment at which it will be full: what lies in the past
says nothing and is cleared away.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

_CLEARED_AT_ONCE = 100


@dataclass(frozen=True)
class Allowance:
    """`tries` at once, and one more after each `refill`, of whatever `name` names."""

    name: str
    tries: int
    refill: timedelta

    @property
    def key(self) -> str:
        """What the table knows it by: nobody can read addresses or e-mails from that."""
        return salted_hmac("tallystick.allowances", self.name, algorithm="sha256").hexdigest()


@transaction.atomic
def take(allowances: Collection[Allowance]) -> timedelta | None:
    """Take one try of each; if one has none, take nothing and return how long until all have."""
    now, full_at = _lock(allowances)
    after = {one: max(full_at[one.key], now) + one.refill for one in allowances}
    wait = max(after[one] - now - one.tries * one.refill for one in allowances)
    if wait > timedelta():
        return wait
    _write({one.key: moment for one, moment in after.items()})
    _clear()
    return None


@transaction.atomic
def give_back(allowances: Collection[Allowance]) -> None:
    """Put one try of each back."""
    _, full_at = _lock(allowances)
    _write({one.key: full_at[one.key] - one.refill for one in allowances})


@transaction.atomic
def fill(allowances: Collection[Allowance]) -> None:
    """Let each have all its tries again."""
    now, _ = _lock(allowances)
    _write({one.key: now for one in allowances})


def _lock(allowances: Collection[Allowance]) -> tuple[datetime, dict[str, datetime]]:
    """Return the database's time and when each is full; they are ours until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO workspaces_usedallowance AS used (key, full_at)
            SELECT key, now() FROM unnest(%s::text[]) AS asked (key) ORDER BY key
            ON CONFLICT (key) DO UPDATE SET full_at = used.full_at
            RETURNING key, full_at, clock_timestamp()
            """,
            [sorted(one.key for one in allowances)],
        )
        rows = cursor.fetchall()
    return rows[-1][2], {key: full_at for key, full_at, _ in rows}


def _write(full_at: dict[str, datetime]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE workspaces_usedallowance AS used SET full_at = given.full_at
            FROM unnest(%s::text[], %s::timestamptz[]) AS given (key, full_at)
            WHERE used.key = given.key
            """,
            [list(full_at), list(full_at.values())],
        )


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM workspaces_usedallowance WHERE key IN (
                SELECT key FROM workspaces_usedallowance WHERE full_at < now()
                LIMIT %s FOR UPDATE SKIP LOCKED
            )
            """,
            [_CLEARED_AT_ONCE],
        )
