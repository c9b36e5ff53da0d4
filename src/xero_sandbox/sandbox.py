"""The parts of one running sandbox and the state they share."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from xero_sandbox import settings
from xero_sandbox.clock import Clock
from xero_sandbox.faults import Faults
from xero_sandbox.idempotency import InFlight
from xero_sandbox.identity import people
from xero_sandbox.identity.keys import SigningKey, new_key_pem
from xero_sandbox.journal import Journal
from xero_sandbox.limits import Meter
from xero_sandbox.organisations import demo
from xero_sandbox.settings import Delivery, Limits, Strictness, Switches
from xero_sandbox.store import TABLES, Store
from xero_sandbox.wire import dumps


@dataclass(frozen=True)
class Options:
    data: Path | None = None  #: None keeps the state in a directory that goes when it stops
    limits: bool | None = None  #: None leaves them as the state has them (on, when fresh)
    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-secret"  # noqa: S105 - a made-up secret, documented
    app_name: str = "Sandbox App"
    strict_requests: Strictness | None = None  #: None leaves it as the state has it


class Sandbox:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.store = Store(options.data)
        self.journal = Journal(self.store.directory)
        self.faults = Faults()
        self.url = "http://localhost:4010"  #: where it can be reached; the server knows better
        self.stopping = threading.Event()
        self.in_flight = InFlight()
        with self.store.write() as db:
            self._seed_if_fresh(db)
            self._register_app(db)
            self.clock, self.meter = Clock(), Meter(Limits())
            self._adopt(db)
            if options.limits is not None:
                self.meter.limits = replace(self.meter.limits, on=options.limits)
                settings.save(db, "limits", self.meter.limits)
            self._be_strict(db)

    def _adopt(self, db: sqlite3.Connection) -> None:
        """Take over what the state says of key, clock, switches and limits."""
        self.key = SigningKey(settings.load(db, "signing_key"))
        self.clock.offset_seconds = float(settings.load(db, "clock_offset") or 0)
        self.switches = Switches(**(settings.load(db, "switches") or {}))
        self.delivery = Delivery(**(settings.load(db, "delivery") or {}))
        self.meter.limits = Limits(**(settings.load(db, "limits") or {}))

    def restore(self, name: str) -> None:
        """Bring back the snapshot of that name; windows of limits open afresh."""
        self.store.restore(name)
        with self.store.read() as db:
            self._adopt(db)
        self.meter.forget()

    def reset(self) -> None:
        """Back to a fresh state: books, tokens, clock, switches, limits, faults and journal."""
        with self.store.write() as db:
            key = settings.load(db, "signing_key")
            for table in TABLES:
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
            settings.save(db, "signing_key", key)
            self._seed_if_fresh(db)
            self._register_app(db)
            self.clock.offset_seconds = 0.0
            self.switches, self.delivery = Switches(), Delivery()
            self.meter.limits = replace(Limits(), on=self.options.limits is not False)
            settings.save(db, "limits", self.meter.limits)
            self._be_strict(db)
        self.meter.forget()
        self.faults.remove()
        self.journal.clear()

    def close(self) -> None:
        self.stopping.set()
        self.faults.remove()
        self.store.close()
        self.journal.close()

    def _be_strict(self, db: sqlite3.Connection) -> None:
        if wanted := self.options.strict_requests:
            self.switches = replace(self.switches, strict_requests=wanted)
            settings.save(db, "switches", self.switches)

    def _seed_if_fresh(self, db: sqlite3.Connection) -> None:
        if settings.load(db, "signing_key") is None:
            settings.save(db, "signing_key", new_key_pem())
        if db.execute("SELECT count(*) FROM organisation").fetchone()[0] == 0:
            now_ms = Clock().now_ms()
            demo.seed(db, now_ms=now_ms)
            people.seed(db)
            for row in db.execute("SELECT id FROM organisation").fetchall():
                people.join_seeded(db, row["id"], now_ms=now_ms)

    def _register_app(self, db: sqlite3.Connection) -> None:
        options = self.options
        db.execute(
            "INSERT OR REPLACE INTO app VALUES (?, ?, ?, ?, 0)",
            (options.client_id, options.client_secret, options.app_name, dumps([])),
        )
