"""Looking through Xero: what the last look found, and asking for one now.

The engine does the looking, in `push.checking`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from django.db import transaction
from django.db.models.functions import Now

from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.sync.models import Check, Lane
from tallystick.sync.push.shapes import page_of_type
from tallystick.sync.push.tally import Uncompared
from tallystick.sync.queue import NotConnected
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


def summary(check: Check) -> list[str]:
    """Return in sentences what was looked at and compared, and what was not, with the reasons."""
    count = check.looked_at
    what = "what Xero has changed since the check before, with the allocations of credit notes"
    told = [f"{_records(count)} {_was(count)} looked at: {what}."]
    if check.compared is None:
        return [*told, "Contents were not compared yet in this check; the next one compares them."]
    if check.compared:
        same = check.compared - check.differing - check.kept
        told.append(
            f"{check.compared:,} of yours {_was(check.compared)} compared, field by field, with what "
            f"was left there: {same:,} {'says' if same == 1 else 'say'} the same."
        )
    if check.kept:
        told.append(
            f"{check.kept:,} {_was(check.kept)} changed there before and kept as Xero has it, which is "
            "not what you have."
        )
    reasons = [f"{count:,} {_WHY_NOT[Uncompared(why)]}" for why, count in check.uncompared.items()]
    if reasons:
        told.append(f"Not compared: {'; '.join(reasons)}.")
    return told


def findings(check: Check) -> list[str]:
    """Return in sentences what the look found that a person should know of; empty: nothing."""
    counted = (
        (
            check.differing,
            "of yours says something else in Xero",
            "of yours say something else in Xero",
        ),
        (
            check.gone,
            "of yours was deleted, voided or removed in Xero while it stands here",
            "of yours were deleted, voided or removed in Xero while they stand here",
        ),
        (check.relinked, "that our links had lost: linked again", ""),
        (check.orphans, "withdrawn here: removed there", ""),
        (check.strays, "that stood there twice: the second copy is removed", ""),
        (len(check.unknown), "of ours that this database does not know", ""),
    )
    return [
        f"{_records(count)} {(many if count > 1 else '') or one}."
        for count, one, many in counted
        if count
    ]


_WHY_NOT: Mapping[Uncompared, str] = MappingProxyType(
    {
        Uncompared.ON_THE_WAY: "on the way to Xero just now",
        Uncompared.ASKED_ABOUT: "that failed or wait for an answer to something else",
        Uncompared.LEFT_OUT: "kept out of Xero by you",
        Uncompared.WITHDRAWN: "withdrawn here",
        Uncompared.NO_LINES: "whose lines Xero did not show",
        Uncompared.UNLINKED: "that nothing here is linked to",
        Uncompared.REPLACED: "removed there, with another in the place",
        Uncompared.OLDER: "that Xero still showed as before the last write",
    }
)


def _records(count: int) -> str:
    return f"{count:,} record{'' if count == 1 else 's'}"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def address_of_unknown(organisation: Organisation, one: dict[str, str]) -> str:
    """Return the page in Xero of an entry of `Check.unknown`."""
    return xero_address(organisation, page_of_type(one.get("type", "")), one["id"])
