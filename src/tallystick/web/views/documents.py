"""Lists of documents, one for each kind: what was made here and what became of it in Xero."""

from collections.abc import Iterator, Sequence
from types import SimpleNamespace

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tallystick.books.models import Document, Kind, Status
from tallystick.connections.models import Organisation
from tallystick.sync import reading
from tallystick.sync.queue import bound_organisation
from tallystick.web.addresses import record_address
from tallystick.web.filters import PERIODS, STATES, DocumentFilter, at_most
from tallystick.web.kinds import pages_of
from tallystick.web.lists import Counted, Gathered, Page, keyset_page, read_in
from tallystick.web.views.scope import workspace_or_404
from tallystick.workspaces.access import workspaces_of
from tallystick.workspaces.models import Workspace

#: The fields of links by which documents are ordered alike.
_OF_LINKS = {"issued_on": "day", "number": "number"}


@require_safe
def show_all(request: HttpRequest, slug: str, kind: Kind) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    organisation = bound_organisation(workspace)
    shown = DocumentFilter.of(request.GET, workspace)
    page, counted = _listed(request, shown, workspace, kind, organisation)
    context = {
        "workspace": workspace,
        "organisation": organisation,
        "kind": pages_of(kind),
        "shown": shown,
        "page": page,
        "rows": list(rows_of(page.rows, workspace, organisation)),
        "counted": counted,
        "states": [(state.value, state.label) for state in STATES],
        "statuses": Status.choices,
        "periods": PERIODS.items(),
        "query": request.GET.urlencode(),
    }
    return render(request, "web/pages/documents.html", context)


def _listed(
    request: HttpRequest,
    shown: DocumentFilter,
    workspace: Workspace,
    kind: Kind,
    organisation: Organisation | None,
) -> tuple[Page[Document], Counted]:
    """Return one page of what is shown, and the count of all of it."""
    today, exact = timezone.localdate(), "exact" in request.GET
    documents = Document.objects.select_related("party")
    links = shown.links(kind, organisation, today=today)
    if links is not None:
        parts = (
            shown.links(kind, organisation, today=today, state=state)
            for state in reading.alike(shown.state)
        )
        paired = keyset_page(
            links.only(*_OF_LINKS.values(), "document_id"),
            request.GET,
            field=_OF_LINKS[shown.sort_field],
            key="document_id",
            descending=shown.is_descending,
            parts=[part for part in parts if part is not None],
        )
        return read_in(paired, documents, key="document_id"), Counted(links, exact=exact)
    found = shown.documents(workspace, kind, organisation, today=today)
    listed: QuerySet[Document] = found
    counted = Counted(found, exact=exact)
    if shown.is_narrowed:
        counted = Gathered(
            found,
            counts_first=not (shown.q or shown.state),
            exact=exact,
            at_most=at_most(shown.q),
        )
        listed = counted.in_order()
    page = keyset_page(
        listed.only(shown.sort_field),
        request.GET,
        field=shown.sort_field,
        descending=shown.is_descending,
    )
    return read_in(page, documents), counted


def rows_of(
    documents: Sequence[Document], workspace: Workspace, organisation: Organisation | None
) -> Iterator[SimpleNamespace]:
    """Yield what a table of documents shows of each: the document, its address and state."""
    states = reading.states_of(documents, organisation)
    for document in documents:
        yield SimpleNamespace(
            document=document,
            address=record_address(document, workspace),
            state=states.get(document.pk),
        )


@require_safe
def permalink(request: HttpRequest, uid: str) -> HttpResponse:
    """Bring a member to the document that Xero's record links to."""
    documents = Document.objects.filter(workspace__in=workspaces_of(request.user))
    document = get_object_or_404(documents.select_related("workspace"), uid=uid)
    return redirect(record_address(document, document.workspace))
