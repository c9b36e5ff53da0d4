"""Every boundary of the engine: each commit and each call, with a failpoint on either side.

A name stands at one place only, and the engine writes nowhere else: tests/sync/test_boundaries.py.

`TALLYSTICK_FAILPOINT=create_invoices.settle.before_commit` kills the worker exactly there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import transaction

from tallystick.connections.calls import calling_for
from tallystick.connections.models import CallPurpose
from tallystick.failpoints import failpoint

T = TypeVar("T")

#: What batches are for: a verb and the kind of record that it is done to.
PURPOSES = (
    *(f"{verb}_{records}" for records in ("contacts", "items") for verb in ("create", "update")),
    *(
        f"{verb}_{records}"
        for records in ("invoices", "credit_notes")
        for verb in ("create", "update", "approve", "attach", "retract")
    ),
    *(
        f"{verb}_{records}"
        for records in ("payments", "allocations")
        for verb in ("create", "retract")
    ),
    *(f"stray_{records}" for records in ("invoices", "credit_notes", "payments")),
)

COMMITS = (
    "lane.take",
    "lane.block",
    "lane.release",
    "connection.error",
    "organisation.keep",
    "modules.aside",
    "pull.shut",
    "contacts.pause",
    "contacts.link",
    "contacts.find",
    "contacts.adopt",
    "contacts.stop",
    "contacts.compare",
    "items.find",
    "items.compare",
    "resolve",
    "ask",
    "settlements.resolve",
    "settlements.ask",
    "settlements.look",
    "look",
    "batch.repeat",
    "batch.unclear",
    "batch.rest",
    "batch.ask",
    "check.begin",
    "check.done",
    "list.keep",
    "pull.off",
    "pull.page",
    "pull.rest",
    "duplicates.look",
    "webhooks.leave",
    "webhooks.skip",
    *(f"{purpose}.{step}" for purpose in PURPOSES for step in ("seal", "settle")),
)
CALLS = (
    "organisation.read",
    "contacts.ask",
    "contacts.namesakes",
    "contacts.compare",
    "items.ask",
    "items.compare",
    "ask",
    "settlements.ask",
    "settlements.look",
    "look",
    "batch.ask",
    "list.read",
    "pull.read",
    "duplicates.look",
    *(f"{purpose}.send" for purpose in PURPOSES),
)
#: What each call is for; all else is asked before or after something is sent.
_PURPOSES = {
    **dict.fromkeys(("organisation.read", "list.read", "pull.read"), CallPurpose.READING),
    **dict.fromkeys((f"{purpose}.send" for purpose in PURPOSES), CallPurpose.SENDING),
}
#: Every failpoint there is; a test kills a worker at each.
FAILPOINTS = (
    *(f"{step}.{when}_commit" for step in COMMITS for when in ("before", "after")),
    *(f"{step}.{when}_call" for step in CALLS for when in ("before", "after")),
)


@contextmanager
def committing(step: str) -> Iterator[None]:
    """Run the block as one transaction."""
    if step not in COMMITS:
        raise ValueError(f"{step} is not in steps.COMMITS.")
    with transaction.atomic():
        yield
        failpoint(f"{step}.before_commit")
    failpoint(f"{step}.after_commit")


def calling(step: str, call: Callable[[], T]) -> T:
    """Return what the call to Xero returns; never inside a transaction."""
    if step not in CALLS:
        raise ValueError(f"{step} is not in steps.CALLS.")
    if transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{step} would call Xero inside a database transaction.")
    failpoint(f"{step}.before_call")
    with calling_for(_PURPOSES.get(step, CallPurpose.ASKING)):
        result = call()
    failpoint(f"{step}.after_call")
    return result
