"""Where a person arrives."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from tallystick.web.views.scope import workspace_or_404
from tallystick.workspaces.access import workspaces_of


@require_safe
def arrive(request: HttpRequest) -> HttpResponse:
    """Go to the workspace the person was in last, else to their first one."""
    theirs = list(workspaces_of(request.user).values_list("slug", flat=True))
    if not theirs:
        return render(request, "web/pages/no_workspace.html")
    last = request.session.get("workspace")
    return redirect("workspace-home", last if last in theirs else theirs[0])


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    return render(request, "web/pages/home.html", {"workspace": workspace})
