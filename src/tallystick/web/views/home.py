"""Where a person arrives, and what every morning begins with."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from tallystick.books.counting import COUNTED, Counted, capped
from tallystick.books.document_queries import drafts_of
from tallystick.connections.binding import former_of
from tallystick.connections.models import Organisation
from tallystick.sync.reports import attempt_log, sync_summary, today
from tallystick.sync.reports.attention import count_with_choices
from tallystick.web.start_steps import StartStep, steps_to_start
from tallystick.web.views.sync_log import row_of
from tallystick.web.views.workspace_access import workspace_or_404
from tallystick.workspaces.access import may, workspaces_of
from tallystick.workspaces.models import Workspace

_SHOWN = 8


@require_safe
def arrive(request: HttpRequest) -> HttpResponse:
    """Go to the workspace the person was in last, else to their first one."""
    theirs = [workspace.slug for workspace in workspaces_of(request.user)]
    if not theirs:
        return render(request, "web/pages/no_workspace.html")
    last = request.session.get("workspace")
    return redirect("workspace-home", last if last in theirs else theirs[0])


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    summary = sync_summary.sync_summary(workspace)
    organisation = summary.organisation
    books = organisation or former_of(workspace)
    context: dict[str, Any] = {
        "workspace": workspace,
        "summary": summary,
        "organisation": organisation,
        "drafts": Counted(drafts_of(workspace)),
        "waiting": Counted(today.waiting_documents(workspace, organisation)),
        "needs_you": capped(count_with_choices(books, at_most=COUNTED + 1)) if books else "",
        "former": books if organisation is None else None,
        "steps": _steps(request, workspace, books),
    }
    if organisation:
        latest = list(attempt_log.attempt_log(organisation)[:_SHOWN])
        context |= {
            "today": Counted(today.sent_today(organisation)),
            "under_way": Counted(today.under_way(organisation)),
            "approval": Counted(today.awaiting_approval(organisation)),
            "rows": [row_of(attempt, workspace) for attempt in latest],
        }
    return render(request, "web/pages/home.html", context)


def _steps(
    request: HttpRequest, workspace: Workspace, organisation: Organisation | None
) -> list[StartStep]:
    found, is_next = [], True
    for step in steps_to_start(workspace, organisation):
        may_press = not step.is_done and bool(step.label)
        may_press = may_press and may(request.user, workspace, step.needs)
        found.append(replace(step, may_press=may_press, is_next=is_next and may_press))
        is_next = is_next and not may_press
    return found
