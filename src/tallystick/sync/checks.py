"""Looking through Xero: what the last look found, and asking for one now.

The engine does the looking, in `push.checking`.
"""

from django.db import transaction
from django.db.models.functions import Now

from tallystick.connections.models import Organisation
from tallystick.sync.models import Check, Lane
from tallystick.sync.push.shapes import page_of_type
from tallystick.sync.queue import NotConnected, bound_organisation
from tallystick.sync.reading import xero_address
from tallystick.sync.waking import wake
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace


@transaction.atomic
def check_now(*, workspace: Workspace, actor: User) -> None:
    """Let what Xero has changed be held against our links next; safe to repeat.

    Raises NotAllowed for people who may not, NotConnected where there is no organisation.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    organisation = bound_organisation(workspace)
    if organisation is None:
        raise NotConnected(workspace)
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
    wake(organisation.pk)


def is_due(organisation: Organisation) -> bool:
    """Tell whether a look is due or under way just now."""
    return Lane.objects.filter(organisation=organisation, check_due_at__lte=Now()).exists()


def last_check(organisation: Organisation) -> Check | None:
    """Return the report of the newest look; None before the first."""
    return Check.objects.filter(organisation=organisation).order_by("-pk").first()


def findings(check: Check) -> list[str]:
    """Return in sentences what the look found that was not as expected; empty: all is well."""
    counted = (
        (check.relinked, "that our links had lost: linked again"),
        (check.orphans, "withdrawn here: removed there"),
        (check.strays, "that stood there twice: the second copy is removed"),
        (len(check.unknown), "of ours that this database does not know"),
    )
    return [
        f"{count:,} record{'' if count == 1 else 's'} {what}." for count, what in counted if count
    ]


def address_of_unknown(organisation: Organisation, one: dict[str, str]) -> str:
    """Return the page in Xero of an entry of `Check.unknown`."""
    return xero_address(organisation, page_of_type(one.get("type", "")), one["id"])
