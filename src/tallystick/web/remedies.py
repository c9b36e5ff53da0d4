"""Which page mends a problem, and what its link says."""

from typing import NamedTuple

from django.urls import reverse

from tallystick.mapping import problems
from tallystick.workspaces.models import Workspace


class Remedy(NamedTuple):
    """A link to the one screen that mends something."""

    label: str
    address: str


def remedy_for(
    screen: str, workspace: Workspace, *, party_id: int | None = None, xero_url: str = ""
) -> Remedy | None:
    """Return the link for a problem's `screen`; None where its sentence alone says what to do."""
    if screen == problems.TAX_MAPPING:
        return Remedy("Open Tax mapping", reverse("tax-mapping", args=[workspace.slug]))
    if screen == problems.PARTY and party_id:
        return Remedy("Open the customer", reverse("party-edit", args=[workspace.slug, party_id]))
    if screen == problems.XERO and xero_url:
        return Remedy("Open in Xero", xero_url)
    return None
