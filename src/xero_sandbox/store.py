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
from contextlib import closing, contextmanager, suppress
from importlib.resources import files
from pathlib import Path

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "cache_size=-4000",
    "journal_size_limit=64000000",
)
#: Raised whenever a table changes its columns; a file of another version is refused.
SCHEMA_VERSION = 3
TABLES = [
    "setting",
    "organisation",
    "account",
    "tax_rate",
    "contact",
    "contact_group",
    "contact_group_member",
    "invoice",
    "invoice_lines",
    "item",
    "stock_move",
    "tracking_category",
    "tracking_option",
    "branding_theme",
    "payment_service",
    "theme_payment_service",
    "budget",
    "published_report",
    "quote",
    "purchase_order",
    "repeating_invoice",
    "linked_transaction",
    "closed_record",
    "attachment",
    "history",
    "credit",
    "allocation",
    "payment",
    "batch_payment",
    "bank_transaction",
    "bank_transfer",
    "posting",
    "journal",
    "manual_journal",
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
    for pragma in _PRAGMAS:
        db.execute(f"PRAGMA {pragma}").close()
    return db


class StateError(Exception):
    """The state on disk cannot be used; the text says which and what to do."""


class Store:
    def __init__(self, directory: Path | None) -> None:
        """Open or make the state in `directory`; None is a directory that goes with `close`."""
        self._temporary = directory is None
        self.directory = directory or Path(tempfile.mkdtemp(prefix="xero-sandbox-"))
        self.directory.mkdir(parents=True, exist_ok=True)
        self._writer = open_database(self.directory / "books.sqlite")
        _require_version(self._writer, self.directory)
        self._writer.executescript((files("xero_sandbox") / "schema.sql").read_text()).close()
        self._writer.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
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

    def snapshot(self, name: str) -> None:
        """Copy what is committed to a file beside the books."""
        path = self._snapshot_path(name)
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        books = open_database(self.directory / "books.sqlite")
        with closing(books) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)

    def restore(self, name: str) -> None:
        """Put a snapshot in the place of everything; raises StateError if there is none."""
        path = self._snapshot_path(name)
        if not path.exists():
            raise StateError(f"There is no snapshot {name!r}.")
        with closing(sqlite3.connect(path)) as source, self._write_lock:
            _require_version(source, path)
            source.backup(self._writer)
        self.committed.set()

    def snapshots(self) -> list[str]:
        return sorted(path.stem for path in (self.directory / "snapshots").glob("*.sqlite"))

    def forget_snapshot(self, name: str) -> bool:
        path = self._snapshot_path(name)
        held = path.exists()
        path.unlink(missing_ok=True)
        return held

    def _snapshot_path(self, name: str) -> Path:
        return self.directory / "snapshots" / f"{name}.sqlite"

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


def _require_version(db: sqlite3.Connection, path: Path) -> None:
    [version] = db.execute("PRAGMA user_version").fetchone()
    [tables] = db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'setting'").fetchone()
    if tables and version != SCHEMA_VERSION:
        age = "an older" if version < SCHEMA_VERSION else "a newer"
        raise StateError(
            f"The state in {path} was made by {age} xero-sandbox (its schema is {version}, this "
            f"one has {SCHEMA_VERSION}). Start with another --data, or delete that one to begin anew."
        )


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
