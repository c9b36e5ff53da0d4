"""One field that finds documents and customers by number, name or amount."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallystick.books.models import Document, Party
from tallystick.web.filters import matching
from tallystick.web.lists import COUNTED_IN_SEARCH, Gathered
from tallystick.web.views.scope import workspace_or_404

_SHOWN = 20


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    text = request.GET.get("q", "").strip()[:100]
    documents: list[Document] = []
    parties: list[Party] = []
    if text:
        ours = Document.objects.in_workspace(workspace)
        found = Gathered(matching(ours, text, workspace), at_most=COUNTED_IN_SEARCH).in_order()
        newest = found.order_by("-issued_on", "-pk").select_related("party")
        documents = list(newest[:_SHOWN])
        parties = list(
            Party.objects.in_workspace(workspace).matching(text).order_by("name", "pk")[:_SHOWN]
        )
    context = {"workspace": workspace, "q": text, "documents": documents, "parties": parties}
    return render(request, "web/pages/search.html", context)
