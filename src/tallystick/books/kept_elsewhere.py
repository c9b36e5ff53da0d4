"""Payments and allocations that were recorded in other books: they come, change and go with them.

Nobody changes them here, and nothing is announced: there is nothing to be handed on. What they take
of a document is taken whatever else stands on it, for there it is a fact. Whoever calls holds their
documents locked.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models.functions import Now

from tallystick.books.models import Allocation, Payment, SettlementOwner, SettlementStatus
from tallystick.books.settlements import insert_settlements
from tallystick.workspaces import audit
from tallystick.workspaces.models import Workspace

_WHERE = "in Xero"


def keep_elsewhere(workspace: Workspace, settlements: Sequence[Payment | Allocation]) -> None:
    """Keep what was recorded there; gives them their primary keys."""
    for one in settlements:
        one.workspace, one.owner = workspace, SettlementOwner.XERO
    for of_it in _by_model(settlements):
        insert_settlements(of_it)
        _tell(workspace, "recorded", of_it, f"was recorded {_WHERE}.")


def follow_elsewhere(
    workspace: Workspace, changed: Mapping[Payment | Allocation, Mapping[str, Any]]
) -> None:
    """Write what they say there now, by the names of our fields; what was deleted stands again."""
    for one, values in changed.items():
        for name, value in values.items():
            setattr(one, name, value)
        one.status, one.deleted_at = SettlementStatus.RECORDED, None
        one.save(update_fields=[*values, "status", "deleted_at"])
    for of_it in _by_model(list(changed)):
        _tell(workspace, "recorded", of_it, f"is what stands {_WHERE} now.")


def drop_elsewhere(
    workspace: Workspace, settlements: Sequence[Payment | Allocation], *, why: str = ""
) -> None:
    """Delete here what does not stand there any more; `why`, else that it was deleted there."""
    for of_it in _by_model(settlements):
        rows = type(of_it[0])._default_manager.filter(pk__in=[one.pk for one in of_it])
        rows.update(status=SettlementStatus.DELETED, deleted_at=Now())
        _tell(workspace, "deleted", of_it, why or f"was deleted {_WHERE}, and so here.")


def _by_model(
    settlements: Sequence[Payment | Allocation],
) -> list[Sequence[Payment] | Sequence[Allocation]]:
    """Return those of each kind that there are any of."""
    payments = [one for one in settlements if isinstance(one, Payment)]
    allocations = [one for one in settlements if isinstance(one, Allocation)]
    return [of_it for of_it in (payments, allocations) if of_it]


def _tell(
    workspace: Workspace, act: str, settlements: Sequence[Payment | Allocation], said: str
) -> None:
    model = type(settlements[0])
    audit.record_each(
        workspace=workspace,
        actor=None,
        action=f"{model._meta.model_name}.{act}",
        subject=model,
        messages={one.pk: f"{one} {said}" for one in settlements},
    )
