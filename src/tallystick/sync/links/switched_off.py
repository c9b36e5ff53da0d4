"""What stays here because its module is switched off: set aside while it is, set going after.

It waits by a key of its own module, which also says what becomes of it once the module is on again:
what was to go by itself goes, what waited for a press waits for it again. What is withdrawn goes
out of Xero all the same: nothing that was cancelled here may stand there for the sake of a switch.
"""

from collections.abc import Collection, Iterable
from enum import StrEnum

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from tallystick.connections.models import Organisation
from tallystick.connections.modules import Module, StepMissing, modules_shut, refusal_of
from tallystick.mapping.wait_keys import WaitSort, any_of, module_of_key, wait_key, waiting_on_any
from tallystick.sync.links.queueing import fields_anew, requeue_links
from tallystick.sync.links.record_kinds import RECORD_KINDS
from tallystick.sync.links.sync_rules import in_order
from tallystick.sync.models import Intent, Link, LinkState


class Then(StrEnum):
    """What becomes of a record once its module is on again."""

    GO = "go"
    WAIT = "wait"


def key_of(module: Module, then: Then) -> str:
    """Return what a record waits for whose module is off."""
    return wait_key(WaitSort.MODULE, module, then)


def kinds_off(organisation: Organisation) -> dict[str, Module]:
    """Return the kinds of record whose module is off, each with it."""
    shut = modules_shut(organisation)
    kinds = {row.name: row.module for row in RECORD_KINDS.values() if row.module}
    return {kind: module for kind, module in kinds.items() if module in shut}


def stays(kinds: Collection[str]) -> Q:
    """Return the condition on links that they stay here while modules of these kinds are off."""
    return Q(kind__in=list(kinds)) & ~Q(intent=Intent.RETRACT)


def set_aside(organisation: Organisation) -> None:
    """Let what is queued, or waits for a press, wait for its module as long as that is off."""
    by_module: dict[Module, list[str]] = {}
    for kind, module in kinds_off(organisation).items():
        by_module.setdefault(module, []).append(kind)
    links = Link.objects.filter(organisation=organisation)
    for module, kinds in by_module.items():
        # What waits first, or what was queued would be found among it.
        pressed = links.filter(stays(kinds), state=LinkState.WAITING, waits_for="")
        _let_wait(pressed, key_of(module, Then.WAIT))
        _let_wait(links.filter(stays(kinds), state=LinkState.QUEUED), key_of(module, Then.GO))


def set_going(organisation: Organisation, modules: Iterable[Module]) -> int:
    """Let what waited for these modules go, or wait for a press again; returns how many go."""
    links = Link.objects.filter(organisation=organisation, state=LinkState.WAITING)
    links = links.exclude(waits_for="")
    modules = list(modules)
    waited = links.filter(waits_for__in=[key_of(module, Then.WAIT) for module in modules])
    in_order(waited).update(waits_for="", changed_at=Now())
    return requeue_links(links.filter(waits_for__in=[key_of(one, Then.GO) for one in modules]))


def counts_of_staying(organisation: Organisation) -> dict[str, int]:
    """Return how many documents and settlements stay here because their module is off, by their keys."""
    links = Link.objects.filter(organisation=organisation, state=LinkState.WAITING)
    kept = links.filter(waiting_on_any([any_of(WaitSort.MODULE)]), party__isnull=True)
    rows = kept.exclude(waits_for="").order_by().values("waits_for").annotate(count=Count("*"))
    return {row["waits_for"]: row["count"] for row in rows}


def why_it_stays(link: Link) -> StepMissing | None:
    """Return why the link stays here, where that is for its module; None of all others."""
    name = module_of_key(link.waits_for)
    return refusal_of(link.organisation, Module(name)) if name else None


def _let_wait(links: QuerySet[Link], key: str) -> None:
    as_new = {name: value for name, value in fields_anew().items() if name != "queued_at"}
    in_order(links).update(state=LinkState.WAITING, **as_new | {"waits_for": key})
