"""What acts answer with: a question first where it counts, and the way back."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from tallystick.web import given
from tallystick.workspaces.models import Workspace

#: What a form sends again once the question is answered.
_KEPT = ("id", "everything", "filter", "next", "act")


def ask(
    request: HttpRequest,
    workspace: Workspace,
    *,
    message: str,
    label: str,
    kind: str,
    back: str,
    keep: str = "Keep them",
) -> HttpResponse:
    """Ask once; `label` says what happens. Inside a dialog with htmx, else on a page."""
    context = {
        "workspace": workspace,
        "title": f"{label}?",
        "message": message,
        "action": request.path,
        "hidden": [(key, value) for key in _KEPT for value in request.POST.getlist(key)],
        "label": label,
        "kind": kind,
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
    return given.path_in(request.POST.get("next", "")) or resolve_url(name, *arguments)


def keys_in(request: HttpRequest, name: str = "id") -> list[int]:
    """Return the primary keys that the form names; what is none is left out."""
    return given.keys_in(request.POST.getlist(name))
