"""Check Xero now: what Xero has changed is held against our links next."""

from django.db import transaction
from django.db.models.functions import Now

from tallystick.connections.bound import NotConnected, bound_organisation
from tallystick.sync.acts.sync_now import require_any_sent
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.models import Lane
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace


@transaction.atomic
def check_now(*, workspace: Workspace, actor: User) -> None:
    """Let what Xero has changed be held against our links next; safe to repeat.

    Raises NotAllowed for people who may not, NotConnected where there is no organisation, and
    StepMissing where no kind of record goes there.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    organisation = bound_organisation(workspace)
    if organisation is None:
        raise NotConnected(workspace)
    require_any_sent(organisation)
    Lane.objects.get_or_create(organisation=organisation)
    # One that is due already keeps its reason.
    planned = Lane.objects.filter(organisation=organisation).exclude(check_due_at__lte=Now())
    if planned.update(check_due_at=Now(), check_reason=f"{actor} asked for it."[:200]):
        audit.record(
            workspace=workspace,
            actor=actor,
            action="sync.check",
            subject=organisation,
            message=f"Asked for a look through {organisation.name}.",
        )
    wake_lane(organisation.pk)
