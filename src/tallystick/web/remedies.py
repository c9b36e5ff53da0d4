"""Which page mends a problem, and what its link says."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from tallystick.books.models import Document
from tallystick.mapping import problems
from tallystick.mapping.broken_choices import BrokenChoice
from tallystick.mapping.unchosen import Unchosen
from tallystick.web.addresses import record_address
from tallystick.web.kinds import pages_of
from tallystick.workspaces.models import Workspace

#: Settings that mend something; screens are called as their pages.
_SETTINGS = {
    problems.TAX_MAPPING: "Open Tax mapping",
    problems.ACCOUNTS: "Open Accounts",
    problems.PAYMENT_METHODS: "Open Payment methods",
    problems.SYNC_RULES: "Open Sync rules",
    problems.ITEMS: "Open Items",
}


class MendingLink(NamedTuple):
    """A link to the one screen that mends something."""

    label: str
    address: str


class ToldProblem(NamedTuple):
    """One of a record's problems as a page shows it."""

    message: str
    #: What to do about it, in a sentence.
    remedy: str
    mend: MendingLink | None


def remedy_for(
    screen: str,
    workspace: Workspace,
    *,
    party_id: int | None = None,
    noun: str = "customer",
    document: Document | None = None,
    xero_url: str = "",
) -> MendingLink | None:
    """Return the link for a problem's `screen`; None where its sentence alone says what to do.

    `noun` is what the party is called.
    """
    if screen in _SETTINGS:
        return _setting(screen, workspace)
    if screen == problems.PARTY and party_id:
        return MendingLink(
            f"Open the {noun}", reverse("party-edit", args=[workspace.slug, party_id])
        )
    if screen == problems.DOCUMENT and document:
        return MendingLink(f"Open {document}", record_address(document, workspace))
    if screen == problems.XERO and xero_url:
        return MendingLink("Open in Xero", xero_url)
    return None


def told(
    problem: Mapping[str, Any] | None, workspace: Workspace, document: Document, xero_url: str = ""
) -> Iterator[ToldProblem]:
    """Yield every problem that a link's problem holds, each with the link that mends it.

    For pages of the document itself, which bear Edit already.
    """
    if not problem:
        return
    for one in (problem, *problem.get("details", {}).get("others", ())):
        mend = remedy_for(
            one.get("screen", ""),
            workspace,
            party_id=document.party_id,
            noun=pages_of(document.kind).party,
            xero_url=xero_url,
        )
        yield ToldProblem(one["message"], one.get("remedy", ""), mend)


def told_unchosen(one: Unchosen, workspace: Workspace) -> ToldProblem:
    """Return what is still to be chosen, with the link to where."""
    return ToldProblem(one.message, "", remedy_for(one.screen, workspace))


def told_broken(one: BrokenChoice, workspace: Workspace) -> ToldProblem:
    """Return what is chosen and broken in Xero, with the link to where another is chosen."""
    mend = remedy_for(one.screen, workspace)
    if mend and one.screen == problems.ITEMS:
        mend = mend._replace(address=f"{mend.address}?{urlencode({'account': one.value})}")
    return ToldProblem(one.message, one.remedy, mend)


def _setting(screen: str, workspace: Workspace) -> MendingLink | None:
    try:
        return MendingLink(_SETTINGS[screen], reverse(screen, args=[workspace.slug]))
    except NoReverseMatch:
        return None
