"""Switches for what is uncertain about Xero, and numbers for its limits; kept in the state."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeVar, get_args, get_type_hints

from xero_sandbox import wire

Strictness = Literal["off", "note", "refuse"]


@dataclass(frozen=True)
class Switches:
    """Each is a point where sources on Xero disagree or are silent (facts, section 10).

    Only `strict_requests` is none: it holds requests against Xero's interface description, more
    strictly than Xero does.
    """

    deleted_numbers_reusable: bool = True  #: a DELETED draft frees its number
    voided_numbers_reusable: bool = False  #: so does a VOIDED invoice
    total_mismatch: Literal["ignore", "error"] = "ignore"  #: a sent Total unlike the lines
    line_mismatch: Literal["ignore", "error"] = "error"  #: LineAmount unlike Quantity x UnitAmount
    discount_places: Literal["2", "4"] = "2"  #: decimals that a DiscountRate keeps
    negative_quantity: Literal["taken", "refused"] = "taken"
    description_lines: Literal["any", "drafts"] = "any"  #: where a line may be text alone
    paid_amounts: Literal["refused", "ignored"] = "refused"  #: sent to the lines of what is PAID
    items_write_scope: Literal["settings", "invoices"] = "settings"  #: which opens Item writes
    batch_errors: Literal["failing", "all"] = "failing"  #: Elements of a batch that is refused
    refused_batch: Literal["keeps", "undoes"] = "keeps"  #: its good elements (facts 12.2)
    idempotency_seconds: int = 360  #: how long a key's answer is kept; one source says 24 hours
    idempotency_scope: Literal["app", "tenant"] = "app"
    twin_in_flight: Literal["wait", "refuse"] = "wait"  #: the same key while the first is served
    not_modified: Literal["list", "304"] = "list"  #: If-Modified-Since and nothing has changed
    modified_since_offset: Literal["ignored", "honoured"] = "ignored"  #: `+13:00` behind the time
    unpaged_invoices: Literal["all", "100"] = "all"  #: how many a list without `page` holds
    page_past_end: Literal["empty", "404"] = "empty"
    query_names: Literal["any_case", "exact"] = "any_case"  #: `pagesize` for `pageSize`
    high_volume_records: int = 100_000  #: more need efficient filters; 0 is never
    rate_limit_words: Literal["minute", "Minute limit", "MinuteLimit"] = "minute"
    problem_keys: Literal["Title", "title"] = "Title"  #: case of the keys of 401 and 403 bodies
    missing_scope: Literal["401", "403"] = "401"  #: status when the token lacks the scope
    refresh_ends_access: bool = False  #: a refresh ends the access token issued before
    loopback_redirects: bool = True  #: `http://127.0.0.1` besides `http://localhost`
    allocation_event: bool = True  #: allocating credit raises INVOICE UPDATE
    classic_expenses: bool = True  #: the scope accounting.classicexpenses is granted
    broad_scopes: bool = False  #: apps made before 2026-03-02 may ask for them
    code_seconds: int = 300  #: how long an authorization code lives
    uncertified_apps: int = 2  #: as many may be connected to one organisation; 0 is any number
    strict_requests: Strictness = "off"  #: `note` what is wrong with them, or `refuse` them

    def frees_number(self, status: str) -> bool:
        """Whether an invoice of that status leaves its number to others."""
        return {
            "DELETED": self.deleted_numbers_reusable,
            "VOIDED": self.voided_numbers_reusable,
        }.get(status, False)


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
        raise BadSetting(f"{name} is one of {', '.join(map(str, choices))}, not {value!r}")
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
