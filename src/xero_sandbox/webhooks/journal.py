"""Deliveries and probes in the journal of requests, as its kind `webhook`."""

from __future__ import annotations

from xero_sandbox.journal import Entry
from xero_sandbox.sandbox import Sandbox
from xero_sandbox.webhooks.post import Outcome
from xero_sandbox.webhooks.records import Webhook


def note(sandbox: Sandbox, hook: Webhook, outcome: Outcome, body: bytes, report: str) -> None:
    sandbox.journal.note(
        Entry(
            at=sandbox.clock.now(),
            kind="webhook",
            method="POST",
            route="webhook",
            path=hook.url,
            query="",
            status=outcome.status,
            bytes_in=0,
            bytes_out=len(body),
            milliseconds=outcome.milliseconds,
            idempotency_key="",
            replayed=hook.attempts > 0,
            client_id=hook.client_id,
            organisation="",
            fault="" if report == "OK" else report,
        )
    )
