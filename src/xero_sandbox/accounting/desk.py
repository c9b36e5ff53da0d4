"""What the rules look at while they judge one request, and the checks that all of them share."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import date

from xero_sandbox.accounting.sent import Sent
from xero_sandbox.organisations.records import Books, load_books
from xero_sandbox.routing import Call
from xero_sandbox.settings import Switches


@dataclass
class Desk:
    db: sqlite3.Connection
    books: Books
    switches: Switches
    now_ms: int
    today: date  #: of a document without a Date, where the organisation is (facts 5.7)
    unit_places: int  #: of unit prices, written and read (facts 5.6)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def clear(self) -> None:
        """Begin with the next element."""
        self.errors, self.warnings = [], []

    def check_locks(self, day: date) -> None:
        """Nothing may be given a day on or before a lock date (facts 6.11)."""
        for name, lock in (
            ("period lock date", self.books.period_lock),
            ("end of year lock date", self.books.year_lock),
        ):
            if lock is not None and day <= lock:
                shown = f"{lock.day} {lock:%B %Y}"
                self.errors.append(
                    f"The document date cannot be before the {name}, currently set at {shown}"
                )

    def check_edit_locks(self, day: date) -> None:
        """What has such a day may not be changed; other words, and "the" year (facts 12.3)."""
        for name, lock in (
            ("period lock date", self.books.period_lock),
            ("end of the year lock date", self.books.year_lock),
        ):
            if lock is not None and day <= lock:
                self.errors.append(
                    f"The document cannot be edited as it is currently dated before the {name}"
                )

    def text(self, sent: Sent, name: str, before: str, most: int) -> str:
        """Return a text that was sent, else the one from before; too long is an error."""
        value = sent.text(name)
        if value is None:
            return before
        if len(value) > most:
            self.errors.append(f"The {name} must not be longer than {most} characters.")
        return value


def open_desk(call: Call) -> Desk:
    books = load_books(call.db, call.organisation)
    clock = call.sandbox.clock
    return Desk(
        call.db,
        books,
        call.sandbox.switches,
        now_ms=clock.now_ms(),
        today=clock.today(books.utc_offset_hours),
        unit_places=unit_places(call),
    )


def unit_places(call: Call) -> int:
    return 4 if call.request.query.get("unitdp") == "4" else 2
