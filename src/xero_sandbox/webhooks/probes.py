"""Intent to receive: probes with good and bad signatures (facts 8)."""

from __future__ import annotations

from xero_sandbox.sandbox import Sandbox
from xero_sandbox.webhooks import journal
from xero_sandbox.webhooks.bodies import body_of, signature
from xero_sandbox.webhooks.post import post
from xero_sandbox.webhooks.records import Webhook

PASSED = "OK"
_NOT_401 = "Response to incorrectly signed payload not 401"


def check(sandbox: Sandbox, hook: Webhook) -> str:
    """Probe the receiver and store what came of it; return PASSED or the portal's words.

    Not to be called inside a transaction: the receiver may call back meanwhile.
    """
    report = next(filter(None, (_probe(sandbox, hook, good) for good in (True, False) * 2)), "")
    with sandbox.store.write() as db:
        if report:
            db.execute(
                "UPDATE webhook SET report = ? WHERE client_id = ?", (report, hook.client_id)
            )
        else:
            db.execute(
                """
                UPDATE webhook SET status = 'OK', verified = 1, attempts = 0,
                failing_since = NULL, next_attempt = 0, report = '' WHERE client_id = ?
                """,
                (hook.client_id,),
            )
    return report or PASSED


def _probe(sandbox: Sandbox, hook: Webhook, good: bool) -> str:
    body = body_of([], host=sandbox.url)
    signed = signature(body, hook.signing_key)
    outcome = post(hook.url, body, signed if good else _one_letter_off(signed))
    if good or outcome.trouble:
        report = outcome.verdict()
    else:
        report = "" if outcome.status == 401 else _NOT_401
    journal.note(sandbox, hook, outcome, body, report or PASSED)
    return report


def _one_letter_off(signed: str) -> str:
    """Bad signatures differ from good ones by one character (xero-php#351)."""
    return ("B" if signed[0] == "A" else "A") + signed[1:]
