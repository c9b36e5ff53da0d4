"""Letting in what stands in other books already, because a person says so."""

from django.db import transaction
from django.db.models.functions import Now

from tallystick.connections.models import Organisation
from tallystick.sync.links.other_books import kept_out_of
from tallystick.sync.links.sync_rules import OTHER_BOOKS, in_order, reassess_links
from tallystick.sync.models import Link, LinkState
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace


@transaction.atomic
def let_in(*, workspace: Workspace, organisation: Organisation, actor: User) -> int:
    """Let what stands in other books wait for Sync now here as well; returns how many documents.

    Their payments and allocations come along. Safe to repeat. Raises NotAllowed.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    documents = kept_out_of(organisation).count()
    kept = Link.objects.filter(
        organisation=organisation, state=LinkState.EXCLUDED, waits_for=OTHER_BOOKS
    )
    let = in_order(kept).update(state=LinkState.WAITING, waits_for="", changed_at=Now())
    if let:
        reassess_links(organisation)
        audit.record(
            workspace=workspace,
            actor=actor,
            action="sync.let_in",
            subject=organisation,
            message=f"Let {documents:,} documents that stand in other books go to "
            f"{organisation.name} as well.",
        )
    return documents
