"""Send: records that wait for a press are queued, these alone."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from django.db import transaction

from tallystick.connections.bound import NotConnected, bound_organisation
from tallystick.connections.models import Organisation
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.new_links import link_allocations, link_documents, link_payments
from tallystick.sync.links.queueing import locked_links, requeue_links, waiting_for_a_press
from tallystick.sync.links.record_kinds import RECORD_KINDS
from tallystick.sync.links.record_sums import RecordSum, sum_of
from tallystick.sync.models import Link, Run
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

_Linking: TypeAlias = Callable[[Organisation, Sequence[int]], None]
#: By the field of the link that stands for them.
_LINKING: Mapping[str, _Linking] = MappingProxyType(
    {"document": link_documents, "payment": link_payments, "allocation": link_allocations}
)


@transaction.atomic
def send_records(
    *, workspace: Workspace, actor: User, kind: str, record_ids: Sequence[int]
) -> RecordSum:
    """Queue those of the kind's records that wait for a press, as one run; returns what it was.

    Safe to repeat: what is on its way, in Xero or kept out stays as it is. Raises NotAllowed for
    people who may not, NotConnected where there is no organisation.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    organisation = bound_organisation(workspace)
    if organisation is None:
        raise NotConnected(workspace)
    field = RECORD_KINDS[kind].field
    ours = RECORD_KINDS[kind].model._default_manager.filter(
        workspace=workspace, pk__in=list(record_ids)
    )
    keys = list(ours.order_by("pk").values_list("pk", flat=True))
    _LINKING[field](organisation, keys)
    chosen = locked_links(Link.objects.filter(organisation=organisation, **{f"{field}__in": keys}))
    waiting = waiting_for_a_press(organisation).filter(pk__in=chosen.values("pk"))
    queued = sum_of(waiting)
    if queued.count:
        requeue_links(waiting, run=Run.objects.create(organisation=organisation, started_by=actor))
        audit.record(
            workspace=workspace,
            actor=actor,
            action="sync.started",
            subject=organisation,
            message=f"Put {queued} on the way to {organisation.name}.",
        )
    wake_lane(organisation.pk)
    return queued
