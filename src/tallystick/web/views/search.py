"""One field that finds documents and customers by number, name or amount."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallystick.books.parties import parties_of
from tallystick.books.search import search_documents
from tallystick.connections.bound import bound_organisation
from tallystick.web.views.documents import rows_of
from tallystick.web.views.workspace_access import workspace_or_404

_SHOWN = 20


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    text = request.GET.get("q", "").strip()[:100]
    context: dict[str, Any] = {"workspace": workspace, "q": text, "documents": (), "parties": ()}
    if text:
        found = list(search_documents(workspace, text)[:_SHOWN])
        context["documents"] = list(rows_of(found, workspace, bound_organisation(workspace)))
        context["parties"] = list(parties_of(workspace, text=text)[:_SHOWN])
    return render(request, "web/pages/search.html", context)
