"""Sync status: both ways in one look, and pausing the first import."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tallystick.act_refused import ActRefused
from tallystick.english import listed
from tallystick.sync.acts.pausing import pause_import, resume_import, start_import_on
from tallystick.sync.models import PulledKind
from tallystick.sync.reports.sync_status import support_text, sync_status
from tallystick.web.views.act_responses import unnamed_act
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission, may
from tallystick.workspaces.models import Workspace


@require_safe
@never_cache
def show(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    status = sync_status(workspace)
    context = {
        "workspace": workspace,
        "status": status,
        "organisation": status.organisation,
        "may_manage": may(request.user, workspace, Permission.MANAGE_SYNC),
        "details": support_text(status),
    }
    return render(request, "web/pages/sync_status.html", context)


@require_POST
def act(request: HttpRequest, slug: str) -> HttpResponse:
    """Pause or resume the first import, or choose the day that it begins with."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    name = request.POST.get("act", "")
    if name not in {"pause", "resume", "start"}:
        return unnamed_act()
    try:
        messages.success(request, _done(request, workspace, name))
    except ActRefused as refused:
        messages.warning(request, str(refused))
    return redirect("sync-status", slug)


def _done(request: HttpRequest, workspace: Workspace, name: str) -> str:
    actor = person(request)
    if name == "pause":
        return f"{_named(pause_import(workspace=workspace, actor=actor))} rest; what is here stays."
    if name == "resume":
        kinds = resume_import(workspace=workspace, actor=actor)
        return f"{_named(kinds)} go on where they stopped." if kinds else "Nothing was paused."
    text = request.POST.get("day", "").strip()
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise _NotADay() from None
    start_import_on(workspace=workspace, actor=actor, day=day)
    if day is None:
        return "The first import takes all there is."
    return f"The first import leaves out what is dated before {day:%d %b %Y}."


def _named(kinds: list[PulledKind]) -> str:
    words = [str(kind.label) for kind in kinds]
    return listed([words[0], *(word.lower() for word in words[1:])]) if words else "All"


class _NotADay(ActRefused):
    code = "not_a_day"

    def __init__(self) -> None:
        super().__init__(
            "That is not a day.", remedy="Write it like 2026-01-31. Nothing was changed."
        )
