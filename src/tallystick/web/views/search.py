"""One field that finds documents and customers by number, name or amount."""

from collections.abc import Iterable

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallystick.books.lookups import AnyOf
from tallystick.books.models import Document, DocumentQuerySet, Party
from tallystick.books.search import found_by
from tallystick.web.filters import amount_in
from tallystick.web.views.scope import workspace_or_404
from tallystick.workspaces.models import Workspace

_SHOWN = 20


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    text = request.GET.get("q", "").strip()[:100]
    documents: Iterable[Document] = ()
    parties: list[Party] = []
    if text:
        documents = _found(workspace, text).newest_first().select_related("party")[:_SHOWN]
        parties = list(
            Party.objects.in_workspace(workspace).matching(text).order_by("name", "pk")[:_SHOWN]
        )
    context = {"workspace": workspace, "q": text, "documents": documents, "parties": parties}
    return render(request, "web/pages/search.html", context)


def _found(workspace: Workspace, text: str) -> DocumentQuerySet:
    """Return the documents of the amount, or that bear the text."""
    ours = Document.objects.in_workspace(workspace)
    amount = amount_in(text)
    if amount is not None:
        return ours.filter(total=amount)
    keys = found_by(text, workspace)
    return ours.matching(text, workspace) if keys is None else ours.filter(AnyOf(F("pk"), keys))
