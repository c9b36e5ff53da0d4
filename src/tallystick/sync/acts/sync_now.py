"""Sync now: all that waits for a press is queued, as one run."""

from django.db import transaction

from tallystick.connections.bound import NotConnected, bound_organisation
from tallystick.connections.cooldowns import SCOPES, Scope, press
from tallystick.connections.models import Organisation
from tallystick.connections.modules import modules_shut, require_module
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.new_links import link_all
from tallystick.sync.links.queueing import requeue_links, waiting_for_a_press
from tallystick.sync.links.record_sums import RecordSum, sum_of
from tallystick.sync.links.switched_off import set_aside
from tallystick.sync.models import LinkState, Run
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace


@transaction.atomic
def sync_now(*, workspace: Workspace, actor: User) -> RecordSum:
    """Queue all that waits for a press, and wake the push; safe to repeat. Returns what it was.

    What belongs to a module that is switched off stays here. Raises NotAllowed for people who may
    not, NotConnected where there is no organisation, StepMissing where no kind of record may go,
    and CoolingDown where somebody has pressed just before.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    organisation = bound_organisation(workspace)
    if organisation is None:
        raise NotConnected(workspace)
    require_any_sent(organisation)
    # Two people who press it at once do not both count the same documents: one of them waits here.
    press(organisation, Scope.INVOICE_PUSH)
    link_all(organisation, state=LinkState.WAITING)
    set_aside(organisation)
    waiting = waiting_for_a_press(organisation)
    queued = sum_of(waiting)
    if queued.count:
        run = Run.objects.create(organisation=organisation, started_by=actor)
        requeue_links(waiting, run=run)
    if queued.count:
        audit.record(
            workspace=workspace,
            actor=actor,
            action="sync.started",
            subject=organisation,
            message=f"Put {queued} on the way to {organisation.name}.",
        )
    wake_lane(organisation.pk)
    return queued


def require_any_sent(organisation: Organisation) -> None:
    """Raise StepMissing where every module is off whose records go to Xero."""
    sent = SCOPES[Scope.INVOICE_PUSH].modules
    if modules_shut(organisation).issuperset(sent):
        require_module(organisation, sent[0])
