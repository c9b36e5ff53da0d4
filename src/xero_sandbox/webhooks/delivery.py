"""The courier: one thread that empties the outbox, in order, app by app.

A receiver that fails is tried again at once, then every 15 minutes of the sandbox's clock, and
after 24 hours its webhook is disabled. What it missed goes out, in order, once it has shown its
intent to receive again; events older than 31 days do not (facts 8).
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from random import Random

from xero_sandbox.sandbox import Sandbox
from xero_sandbox.settings import Delivery
from xero_sandbox.webhooks import journal, records
from xero_sandbox.webhooks.bodies import body_of, signature
from xero_sandbox.webhooks.post import post
from xero_sandbox.webhooks.records import Webhook

QUARTER_HOUR, DAY = 900, 86_400
KEPT_SECONDS = 31 * DAY
_LOG = logging.getLogger("xero_sandbox")


class Courier:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._dice = Random(0)  # noqa: S311 - repeatable on purpose
        self._thread = threading.Thread(target=self._run, name="webhooks")

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        """Wait for it to end; `sandbox.stopping` is set already."""
        self._sandbox.store.committed.set()
        self._thread.join()

    def _run(self) -> None:
        committed, stopping = self._sandbox.store.committed, self._sandbox.stopping
        while not stopping.is_set():
            committed.clear()
            try:
                wait = self._round()
            except Exception:  # noqa: BLE001 - the outermost loop of its thread
                _LOG.exception("webhooks could not be delivered; trying again in a second")
                wait = 1.0
            if not stopping.is_set():
                committed.wait(wait)

    def _round(self) -> float | None:
        """Deliver what is due; return after how many seconds more is, None if nothing waits."""
        now = self._sandbox.clock.now()
        if self._sandbox.delivery.held:
            return None
        with self._sandbox.store.read() as db:
            live = [h for h in records.everything(db) if h.status in ("OK", "RETRYING")]
        waits = []
        for hook in live:
            if hook.next_attempt > now:
                waits.append(hook.next_attempt - now)
            elif events := self._due(hook, now):
                waits.append(self._deliver(hook, events))
            elif self._due(hook, float("inf")):
                waits.append(0.2)
        return min(waits, default=None)

    def _due(self, hook: Webhook, now: float) -> list[sqlite3.Row]:
        """Events that wait and are old enough to go, oldest first."""
        oldest = (self._sandbox.clock.now() - KEPT_SECONDS) * 1000
        latest = min((now - self._sandbox.delivery.delay_seconds) * 1000, 1e18)
        sql = """
            SELECT * FROM webhook_event WHERE client_id = ? AND state = 'WAITING'
            AND at BETWEEN ? AND ? ORDER BY sequence LIMIT ?
        """
        values = (hook.client_id, oldest, latest, max(1, self._sandbox.delivery.batch))
        with self._sandbox.store.read() as db:
            return db.execute(sql, values).fetchall()

    def _deliver(self, hook: Webhook, events: list[sqlite3.Row]) -> float:
        """Send, with the mishaps asked for; return how long to wait for the next go."""
        manners = self._sandbox.delivery
        lost = [event for event in events if self._happens(manners.lose)]
        going = [event for event in events if event not in lost]
        self._mark(lost, "LOST")
        backwards = self._happens(manners.reorder)
        parcels = [[event] for event in reversed(going)] if backwards else [going]
        for parcel in filter(None, parcels):
            body = body_of(parcel, host=self._sandbox.url)
            if not self._send(hook, body):
                return self._failed(hook, manners)
            self._mark(parcel, "SENT")
            if self._happens(manners.duplicate):
                self._send(hook, body)
        if hook.attempts:
            self._recovered(hook)
        return 0.0

    def _send(self, hook: Webhook, body: bytes) -> bool:
        outcome = post(hook.url, body, signature(body, hook.signing_key))
        self._report = outcome.verdict()
        journal.note(self._sandbox, hook, outcome, body, self._report or "OK")
        return not self._report

    def _failed(self, hook: Webhook, manners: Delivery) -> float:
        now = self._sandbox.clock.now()
        since = hook.failing_since or now
        attempts = hook.attempts + 1
        wait = _wait(attempts, manners)
        status = "DISABLED" if now - since >= DAY else "RETRYING"
        with self._sandbox.store.write() as db:
            db.execute(
                """
                UPDATE webhook SET status = ?, attempts = ?, failing_since = ?, next_attempt = ?,
                report = ? WHERE client_id = ? AND url = ?
                """,
                (status, attempts, since, now + wait, self._report, hook.client_id, hook.url),
            )
        return wait

    def _recovered(self, hook: Webhook) -> None:
        with self._sandbox.store.write() as db:
            db.execute(
                """
                UPDATE webhook SET status = 'OK', attempts = 0, failing_since = NULL,
                next_attempt = 0, report = '' WHERE client_id = ? AND status = 'RETRYING'
                """,
                (hook.client_id,),
            )

    def _mark(self, events: list[sqlite3.Row], state: str) -> None:
        if events:
            with self._sandbox.store.write() as db:
                db.executemany(
                    "UPDATE webhook_event SET state = ? WHERE id = ?",
                    [(state, event["id"]) for event in events],
                )

    def _happens(self, per_cent: int) -> bool:
        return bool(per_cent) and self._dice.random() * 100 < per_cent


def _wait(attempts: int, manners: Delivery) -> float:
    """Seconds before the next attempt after so many failed ones."""
    if attempts == 1:
        return 0.0
    if manners.retry == "decreasing":
        return float(min(4 * 3600, 60 * 2 ** (attempts - 2)))
    return float(QUARTER_HOUR)
