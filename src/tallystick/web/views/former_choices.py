"""Choices made for the books connected before: offered on the pages that lack them, by one press."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.english import counted, is_or_are, was_or_were
from tallystick.mapping import former
from tallystick.sync.reports.waiting_sums import released_by
from tallystick.web.release_words import released_words
from tallystick.web.views.act_responses import way_back
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission, may

_NOTHING = "Nothing is offered any more, so nothing was changed."


def offer_for(request: HttpRequest, organisation: Organisation) -> former.Offer | None:
    """Return what the person may take over; None also for people who may not choose."""
    if not may(request.user, organisation.workspace, Permission.MANAGE_SYNC):
        return None
    return former.offered(organisation)


@require_POST
def answer(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the choices over, or with `act=leave` offer them no more."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    back = redirect(way_back(request, "integrations", slug))
    organisation = bound_organisation(workspace)
    if organisation is None:
        messages.info(request, _NOTHING)
        return back
    if request.POST.get("act") == "leave":
        left = former.leave(organisation=organisation, actor=person(request))
        told = f"The choices made for {left.former} are not offered any more." if left else _NOTHING
        messages.info(request, told)
        return back
    taken: list[former.Offer | None] = []
    released = released_by(
        lambda: taken.append(former.take_over(organisation=organisation, actor=person(request))),
        organisation,
    )
    if offer := taken[0]:
        messages.success(request, f"{_told(offer)}{released_words(released, workspace)}")
    else:
        messages.info(request, _NOTHING)
    return back


def _told(offer: former.Offer) -> str:
    count = len(offer.fitting)
    told = f"{counted(count, 'choice')} {was_or_were(count)} taken over."
    if left := len(offer.others):
        told += f" {left:,} did not fit and {is_or_are(left)} not chosen here."
    return told
