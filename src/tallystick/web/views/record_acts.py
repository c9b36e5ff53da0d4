"""What is done about a party or item and Xero: send it, send ours over theirs, or take theirs."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from tallystick.act_refused import ActRefused
from tallystick.books.items import items_of
from tallystick.books.models import Item, Party
from tallystick.books.parties import parties_of
from tallystick.sync.acts.sending_records import send_ours_over, send_record
from tallystick.sync.acts.taking_theirs import take_theirs
from tallystick.sync.reports.outlook import why_not_now
from tallystick.web.addresses import record_address
from tallystick.web.views.act_responses import unnamed_act
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import User, Workspace


@require_POST
def act_on_party(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    return _act(request, workspace, get_object_or_404(parties_of(workspace), pk=pk))


@require_POST
def act_on_item(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    return _act(request, workspace, get_object_or_404(items_of(workspace), pk=pk))


def _act(request: HttpRequest, workspace: Workspace, record: Party | Item) -> HttpResponse:
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        return unnamed_act()
    try:
        messages.info(request, act(workspace, person(request), record))
    except ActRefused as refused:
        messages.error(request, str(refused))
    return redirect(record_address(record, workspace))


def _send(workspace: Workspace, actor: User, record: Party | Item) -> str:
    send_record(workspace=workspace, actor=actor, record=record)
    return f"{record} is on its way to Xero.{why_not_now(workspace)}"


def _send_ours(workspace: Workspace, actor: User, record: Party | Item) -> str:
    send_ours_over(workspace=workspace, actor=actor, record=record)
    return f"What is here of {record} is on its way to Xero.{why_not_now(workspace)}"


def _take_theirs(workspace: Workspace, actor: User, record: Party | Item) -> str:
    if take_theirs(workspace=workspace, actor=actor, record=record):
        return f"{record} says here what Xero has now."
    return "Nothing was changed: what Xero has is not known here yet."


_ACTS: dict[str, Callable[[Workspace, User, Party | Item], str]] = {
    "send": _send,
    "send_ours": _send_ours,
    "take_theirs": _take_theirs,
}
