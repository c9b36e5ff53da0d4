"""Sync now: all that waits for a press is queued, as one run."""

import math
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from tallystick.act_refused import ActRefused
from tallystick.connections.bound import NotConnected, bound_organisation
from tallystick.connections.models import Organisation
from tallystick.english import counted
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.new_links import link_all
from tallystick.sync.links.queueing import requeue_links, waiting_for_a_press
from tallystick.sync.links.record_sums import RecordSum, sum_of
from tallystick.sync.models import Lane, LinkState, Run
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

#: From one Sync now to the next of the same organisation.
COOLDOWN = timedelta(seconds=5)


@transaction.atomic
def sync_now(*, workspace: Workspace, actor: User) -> RecordSum:
    """Queue all that waits for a press, and wake the push; safe to repeat. Returns what it was.

    Raises NotAllowed for people who may not, NotConnected where there is no organisation, and
    CoolingDown where somebody has pressed just before.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    organisation = bound_organisation(workspace)
    if organisation is None:
        raise NotConnected(workspace)
    # One at a time, so that two people who press it at once do not both count the same documents.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if seconds := cooling_seconds(organisation):
        raise CoolingDown(seconds)
    Lane.objects.update_or_create(organisation=organisation, defaults={"pressed_at": Now()})
    link_all(organisation, state=LinkState.WAITING)
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


def cooling_seconds(organisation: Organisation) -> int:
    """Return in how many seconds Sync now may be pressed again; 0: at once."""
    pressed = Lane.objects.filter(organisation=organisation, pressed_at__gt=Now() - COOLDOWN)
    # By the database's clock, for the machines' own need not agree.
    ago = pressed.values_list(Now() - F("pressed_at"), flat=True).first()
    return 0 if ago is None else max(1, math.ceil((COOLDOWN - ago).total_seconds()))


class CoolingDown(ActRefused):
    """Sync now was pressed just before, and is free again in so many seconds."""

    code = "cooling_down"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "Sync now was pressed a moment ago, and what waited is on its way.",
            remedy=f"Press it again in {counted(seconds, 'second')}; nothing is lost meanwhile.",
        )
        self.seconds = seconds
