"""Setting links going anew, and finding those that wait for something.

All of it is rows of ours in the transaction of the act that causes it; whoever calls wakes the lane.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from tallystick.connections.models import Organisation
from tallystick.mapping.wait_keys import WaitSort, record_of, waiting_on_any, waiting_on_sort
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.attempt_rows import note_decision
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.sync_rules import in_order
from tallystick.sync.models import Link, LinkState, Run
from tallystick.workspaces.models import User

#: Code of the problem of payments whose document is still a draft in Xero.
NOT_APPROVED = ProblemCode.NOT_APPROVED


def release_waiting(organisation_id: int, keys: Iterable[str]) -> int:
    """Queue the links that wait for one of the keys; returns how many."""
    return requeue_links(waiting_on(organisation_id, keys))


def waiting_on(organisation_id: int, keys: Iterable[str]) -> QuerySet[Link]:
    """Return the links that wait for one of the keys; what is put off with its customer is due."""
    keys = list(keys)
    if parties := [pk for key in keys if (pk := record_of(key, WaitSort.PARTY))]:
        # Put off with their customer.
        late = Link.objects.paused().filter(document__party__in=parties)
        in_order(late.filter(organisation=organisation_id)).update(not_before=Now())
    states = [LinkState.FAILED, LinkState.HELD, LinkState.WAITING]
    stopped = Link.objects.filter(organisation=organisation_id, state__in=states)
    # Said once more, so that the index on it is used.
    return stopped.filter(waiting_on_any(keys)).exclude(waits_for="")


def waiting_for_a_press(organisation: Organisation) -> QuerySet[Link]:
    """Return the links that wait for a person or their hour, not for another record."""
    return Link.objects.filter(organisation=organisation, state=LinkState.WAITING, waits_for="")


def requeue_links(
    links: QuerySet[Link], *, asked_by: User | None = None, run: Run | None = None
) -> int:
    """Queue the links anew; returns how many."""
    if asked_by:
        message = f"{asked_by} pressed Retry."
        note_decision(links, action=AttemptAction.RETRY, message=message, actor=asked_by)
    of_run = {"run": run} if run else {}
    return in_order(links).update(state=LinkState.QUEUED, **fields_anew(), **of_run)


def locked_links(links: QuerySet[Link]) -> QuerySet[Link]:
    """Lock the links in the order of their keys, and return the same, to be filtered further.

    An act that first locks what it is asked for, and asks only then how each stands, does nothing
    where somebody has done it just before.
    """
    list(links.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    return links


def fields_anew() -> dict[str, Any]:
    """What every act that sets a link going again writes."""
    return {
        "problem": None,
        "waits_for": "",
        "tries": 0,
        "not_before": Now(),
        "queued_at": Now(),
        "changed_at": Now(),
    }


def is_unapproved() -> Q:
    return Q(waiting_on_sort(WaitSort.DOCUMENT), problem_code=NOT_APPROVED)


def put_aside(waits: Mapping[int, str]) -> None:
    """Let queued links wait for what releases them, by their keys."""
    by_key: dict[str, list[int]] = {}
    for pk, key in waits.items():
        by_key.setdefault(key, []).append(pk)
    for key, pks in by_key.items():
        queued = Link.objects.filter(pk__in=pks, state=LinkState.QUEUED)
        in_order(queued).update(state=LinkState.WAITING, waits_for=key)
