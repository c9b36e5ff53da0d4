"""What a person can do to payments and allocations: retry them, or take them back here."""

from datetime import date
from enum import StrEnum

from django.db.models import QuerySet

from tallystick.books.allocations import remove_allocations
from tallystick.books.models import AllocationQuerySet, PaymentQuerySet
from tallystick.books.payments import delete_payments
from tallystick.connections.bound import bound_organisation
from tallystick.sync.acts.retrying import retry_links
from tallystick.sync.models import Link
from tallystick.sync.reports.payment_filter import PaymentFilter
from tallystick.workspaces.models import User, Workspace


class SettlementActName(StrEnum):
    """What forms and callers call each act by."""

    RETRY = "retry"
    #: Payments are deleted, allocations removed.
    DELETE = "delete"
    REMOVE = "remove"


def shown_payments(workspace: Workspace, shown: PaymentFilter, *, today: date) -> PaymentQuerySet:
    """Return all payments that a list shows; `today` is a day of the workspace."""
    return shown.payments(workspace, bound_organisation(workspace), today=today)


def retry_payments(workspace: Workspace, actor: User, payments: PaymentQuerySet) -> int:
    """Queue the payments again; return how many were."""
    return _retry(workspace, actor, Link.objects.filter(payment__in=payments.values("pk")))


def retry_allocations(workspace: Workspace, actor: User, allocations: AllocationQuerySet) -> int:
    """Queue the allocations again; return how many were."""
    return _retry(workspace, actor, Link.objects.filter(allocation__in=allocations.values("pk")))


def delete_chosen(workspace: Workspace, actor: User, payments: PaymentQuerySet) -> int:
    """Delete the payments, here and in Xero; return how many were not deleted before."""
    ids = list(payments.deletable().order_by("pk").values_list("pk", flat=True))
    return len(delete_payments(workspace=workspace, actor=actor, payment_ids=ids))


def remove_chosen(workspace: Workspace, actor: User, allocations: AllocationQuerySet) -> int:
    """Remove the allocations, here and in Xero; return how many were not removed before."""
    ids = list(allocations.values_list("pk", flat=True))
    return len(remove_allocations(workspace=workspace, actor=actor, allocation_ids=ids))


def _retry(workspace: Workspace, actor: User, links: QuerySet[Link]) -> int:
    keys = list(links.values_list("pk", flat=True))
    return retry_links(workspace=workspace, actor=actor, link_ids=keys)
