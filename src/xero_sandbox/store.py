"""State on disk: one SQLite file in write-ahead mode, one writer, many readers.

A commit is in the operating system's hands before the answer leaves, so kill -9 loses nothing.
"""

from __future__ import annotations

import queue
import shutil
import sqlite3
import tempfile
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path

TABLES = [
    "setting",
    "organisation",
    "account",
    "tax_rate",
    "contact",
    "invoice",
    "invoice_lines",
    "item",
    "tracking_category",
    "tracking_option",
    "branding_theme",
    "quote",
    "repeating_invoice",
    "linked_transaction",
    "attachment",
    "history",
    "credit",
    "allocation",
    "payment",
    "batch_payment",
    "posting",
    "number_series",
    "day_rate",
    "app",
    "consent",
    "code",
    "refresh_token",
    "dead_token",
    "connection",
    "person",
    "person_role",
    "webhook",
    "webhook_event",
    "idempotency",
]


def fold(text: str | None) -> str | None:
    """Return `text` as Xero compares it: without regard to case or accents (facts 5.4)."""
    if text is None or text.isascii():
        return text.lower() if text else text
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def open_database(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    db.row_factory = sqlite3.Row
    db.create_function("fold", 1, lambda value: fold(str(value)) if value is not None else None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-4000"):
        db.execute(f"PRAGMA {pragma}").close()
    return db


class Store:
    def __init__(self, directory: Path | None) -> None:
        """Open or make the state in `directory`; None is a directory that goes with `close`."""
        self._temporary = directory is None
        self.directory = directory or Path(tempfile.mkdtemp(prefix="xero-sandbox-"))
        self.directory.mkdir(parents=True, exist_ok=True)
        self._writer = open_database(self.directory / "books.sqlite")
        self._writer.executescript((files("xero_sandbox") / "schema.sql").read_text()).close()
        self._write_lock = threading.Lock()
        self.committed = threading.Event()  #: set by every commit; the courier waits for it
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction, alone; commits on leaving, rolls back on an exception."""
        with self._write_lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")
            self.committed.set()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A consistent view of what is committed; never waits for the writer."""
        db = self._reader()
        try:
            db.execute("BEGIN")
            yield db
        finally:
            db.rollback()
            self._readers.put(db)

    def _reader(self) -> sqlite3.Connection:
        with suppress(queue.Empty):
            return self._readers.get_nowait()
        return open_database(self.directory / "books.sqlite")

    def close(self) -> None:
        with suppress(queue.Empty):
            while True:
                self._readers.get_nowait().close()
        with self._write_lock:
            self._writer.close()
        if self._temporary:
            shutil.rmtree(self.directory, ignore_errors=True)


@contextmanager
def savepoint(db: sqlite3.Connection, name: str) -> Iterator[None]:
    """Undo what the block wrote if it raises; the transaction itself goes on."""
    db.execute(f"SAVEPOINT {name}")
    try:
        yield
    except BaseException:
        db.execute(f"ROLLBACK TO {name}")
        raise
    finally:
        db.execute(f"RELEASE {name}")
