"""Switches for what is uncertain about Xero, and numbers for its limits; kept in the state."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeVar, get_args, get_type_hints

from xero_sandbox import wire


@dataclass(frozen=True)
class Switches:
    """Each is a point where sources on Xero disagree or are silent (facts, section 10)."""

    deleted_numbers_reusable: bool = True  #: a DELETED draft frees its number
    total_mismatch: Literal["ignore", "error"] = "ignore"  #: a sent Total unlike the lines
    line_mismatch: Literal["ignore", "error"] = "error"  #: LineAmount unlike Quantity x UnitAmount
    items_write_scope: Literal["settings", "invoices"] = "settings"  #: which opens Item writes
    idempotency_scope: Literal["app", "tenant"] = "app"
    broad_scopes: bool = False  #: apps made before 2026-03-02 may ask for them
    code_seconds: int = 300  #: how long an authorization code lives
    uncertified_apps: int = 2  #: as many may be connected to one organisation; 0 is any number


@dataclass(frozen=True)
class Limits:
    """Per organisation and app, save `app_minute` (facts, section 2)."""

    on: bool = True
    concurrent: int = 5
    minute: int = 60
    day: int = 5000
    app_minute: int = 10000


@dataclass(frozen=True)
class Delivery:
    """How webhooks go out (facts 8), and what goes wrong with them when a test wants it to."""

    held: bool = False  #: nothing goes out, events gather
    delay_seconds: int = 0  #: age of an event before it goes, so that several share a body
    batch: int = 50  #: most events in one body
    lose: int = 0  #: per cent of events that never go out
    duplicate: int = 0  #: per cent of bodies that go out twice
    reorder: int = 0  #: per cent of batches that go out one by one, the newest first
    retry: Literal["quarter_hours", "decreasing"] = "quarter_hours"  #: sources disagree


class BadSetting(ValueError):
    """A switch or limit that does not exist, or a value it cannot take."""


Settings = TypeVar("Settings", Switches, Limits, Delivery)


def changed(current: Settings, changes: dict[str, Any]) -> Settings:
    """Return `current` with `changes`; raises BadSetting naming what is wrong."""
    kinds = get_type_hints(type(current))
    for name, value in changes.items():
        if name not in kinds:
            raise BadSetting(f"there is no {name!r}; there are {', '.join(kinds)}")
        _check(name, value, kinds[name])
    return replace(current, **changes)


def _check(name: str, value: Any, kind: Any) -> None:
    choices = get_args(kind)
    if choices and value not in choices:
        raise BadSetting(f"{name} is one of {', '.join(choices)}, not {value!r}")
    if not choices and type(value) is not kind:
        raise BadSetting(f"{name} takes a {kind.__name__}, not {value!r}")
    if isinstance(value, int) and value < 0:
        raise BadSetting(f"{name} cannot be negative")


def load(db: sqlite3.Connection, name: str) -> Any:
    row = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return wire.loads(row["value"]) if row else None


def save(db: sqlite3.Connection, name: str, value: Any) -> None:
    text = wire.dumps(asdict(value) if isinstance(value, (Switches, Limits, Delivery)) else value)
    db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, text))
