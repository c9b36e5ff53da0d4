"""What acts answer with: a question first where it counts, and the way back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from tallystick.connections.modules import StepMissing
from tallystick.web.request_values import path_in
from tallystick.workspaces.models import Workspace

#: What a form sends again once the question is answered.
_KEPT = ("id", "everything", "filter", "next", "act")


def ask(
    request: HttpRequest,
    workspace: Workspace,
    *,
    message: str,
    label: str,
    back: str,
    keep: str = "Keep them",
    is_final: bool = False,
) -> HttpResponse:
    """Ask once; `label` says what happens. Inside a dialog with htmx, else on a page.

    What `is_final` is not taken back, and its button is red.
    """
    context = {
        "workspace": workspace,
        "title": f"{label}?",
        "message": message,
        "action": request.path,
        "hidden": [(key, value) for key in _KEPT for value in request.POST.getlist(key)],
        "label": label,
        "kind": "danger" if is_final else "primary",
        "back": back,
        "keep": keep,
    }
    template = "web/components/confirm.html" if request.htmx else "web/pages/confirm.html"  # type: ignore[attr-defined] # set by django-htmx
    return render(request, template, context)


def go_back(request: HttpRequest, target: str) -> HttpResponse:
    """Lead on to the page, in the dialog's window too."""
    if request.htmx:  # type: ignore[attr-defined] # set by django-htmx
        return HttpResponseClientRedirect(target)
    return HttpResponseRedirect(target)


def way_back(request: HttpRequest, name: str, *arguments: str | int) -> str:
    """Return the page that the form came from, if it is ours; else the named one."""
    return path_in(request.POST.get("next", "")) or resolve_url(name, *arguments)


def unnamed_act() -> HttpResponse:
    """Answer a form that names none of the acts."""
    return HttpResponse("The form names no act. Go back and press a button.", status=400)


def step_missing(request: HttpRequest, missing: StepMissing) -> HttpResponse:
    """Say which step is missing, where the form came from, else on the page that mends it."""
    messages.error(request, str(missing))
    workspace: Workspace = request.workspace  # type: ignore[attr-defined] # set by workspace_or_404
    return go_back(request, way_back(request, missing.screen, workspace.slug))
