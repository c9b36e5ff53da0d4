"""The payment methods of a workspace: which have an account in Xero, and which are used how often."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from django.db.models import QuerySet

from tallystick.books.models import Payment
from tallystick.connections.models import Organisation
from tallystick.mapping.models import MethodAccount
from tallystick.workspaces.models import Workspace

#: Counted in so many payments, those with the latest dates: a workspace may have a million.
NEWEST = 5_000


@dataclass(frozen=True, slots=True)
class UsedMethods:
    """The methods that payments name, those used most first."""

    #: How each is written and how many of the newest payments name it, by the method without its
    #: letter case; what only older payments name comes last, with 0.
    methods: Mapping[str, tuple[str, int]]
    #: How many payments were counted.
    counted: int
    #: There are no more methods than these.
    is_whole: bool


def chosen_methods(organisation: Organisation | None) -> QuerySet[MethodAccount, str]:
    """Return the methods that have an account of their own, in their order."""
    chosen = MethodAccount.objects.filter(organisation=organisation).exclude(method="")
    return chosen.order_by("method").values_list("method", flat=True)


def method_accounts(organisation: Organisation) -> dict[str, MethodAccount]:
    """Return the choices by their method without its letter case; that of all others by ""."""
    chosen = MethodAccount.objects.filter(organisation=organisation)
    return {one.method.casefold(): one for one in chosen}


def used_methods(workspace: Workspace, *, at_most: int) -> UsedMethods:
    """Return so many of the methods that the workspace's payments name."""
    newest = Payment.objects.in_workspace(workspace).live().order_by("-paid_on", "-pk")
    counted = Counter(newest.values_list("method", flat=True)[:NEWEST])
    older = Payment.objects.methods_in(workspace, at_most=at_most + 2)  # one may be none
    found: dict[str, tuple[str, int]] = {}
    for method, count in (*counted.most_common(), *((method, 0) for method in older)):
        key = method.strip().casefold()
        written, more = found.get(key, (method.strip(), 0))
        if key:
            found[key] = written, more + count
    first = dict(islice(found.items(), at_most))
    return UsedMethods(first, counted.total(), len(first) == len(found))
