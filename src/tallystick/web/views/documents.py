"""Lists of documents and their pages: what was made here and what became of it in Xero."""

from collections.abc import Iterable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tallystick.books.models import Document, Kind, Status
from tallystick.connections.models import Organisation
from tallystick.sync import reading
from tallystick.sync.models import Link
from tallystick.sync.queue import bound_organisation
from tallystick.web.addresses import record_address
from tallystick.web.filters import PERIODS, STATES, DocumentFilter
from tallystick.web.history import history_of
from tallystick.web.lists import Counted, keyset_page
from tallystick.web.remedies import Remedy, remedy_for
from tallystick.web.views.scope import workspace_or_404
from tallystick.workspaces.access import workspaces_of
from tallystick.workspaces.models import Workspace


@require_safe
def invoices(request: HttpRequest, slug: str) -> HttpResponse:
    return _list(request, slug, Kind.SALES_INVOICE, "web/pages/invoices.html")


@require_safe
def credit_notes(request: HttpRequest, slug: str) -> HttpResponse:
    return _list(request, slug, Kind.SALES_CREDIT_NOTE, "web/pages/credit_notes.html")


def _list(request: HttpRequest, slug: str, kind: Kind, template: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    organisation = bound_organisation(workspace)
    shown = DocumentFilter.of(request.GET, workspace)
    found = shown.documents(workspace, kind, organisation, today=timezone.localdate())
    page = keyset_page(
        found.select_related("party"),
        request.GET,
        field=shown.sort_field,
        descending=shown.is_descending,
    )
    context = {
        "workspace": workspace,
        "organisation": organisation,
        "shown": shown,
        "page": page,
        "rows": list(rows_of(page.rows, workspace, organisation)),
        "counted": Counted(found, exact="exact" in request.GET),
        "states": [(state.value, state.label) for state in STATES],
        "statuses": Status.choices,
        "periods": PERIODS.items(),
        "query": request.GET.urlencode(),
    }
    return render(request, template, context)


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
def invoice(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return _page(request, slug, pk, Kind.SALES_INVOICE)


@require_safe
def credit_note(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return _page(request, slug, pk, Kind.SALES_CREDIT_NOTE)


def _page(request: HttpRequest, slug: str, pk: int, kind: Kind) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    documents = Document.objects.in_workspace(workspace).of_kind(kind)
    document = get_object_or_404(documents.select_related("party", "submitted_by"), pk=pk)
    organisation = bound_organisation(workspace)
    state = reading.states_of([document], organisation).get(document.pk)
    link = Link.objects.filter(document=document, organisation=organisation).first()
    context = {
        "workspace": workspace,
        "organisation": organisation,
        "document": document,
        "lines": document.lines.select_related("tax_code").order_by("position"),
        "is_invoice": kind == Kind.SALES_INVOICE,
        "state": state,
        "link": link,
        "sides": _sides(document, link) if link and link.xero_id else [],
        "events": history_of(document, link),
        "remedy": _remedy(document, state, workspace),
    }
    return render(request, "web/pages/document.html", context)


def _remedy(
    document: Document, state: reading.DocumentState | None, workspace: Workspace
) -> Remedy | None:
    if state is None or not state.problem:
        return None
    return remedy_for(
        state.problem.get("screen", ""),
        workspace,
        party_id=document.party_id,
        xero_url=state.xero_url,
    )


def _sides(document: Document, link: Link) -> Iterable[dict[str, Any]]:
    """Return what both halves say, as far as we know Xero's."""
    numbers = ("Number", document.number, link.xero_number)
    revisions = ("Revision", document.revision, link.sent_revision or "")
    return [
        {"label": label, "ours": ours, "theirs": theirs, "differs": theirs not in ("", ours)}
        for label, ours, theirs in (numbers, revisions)
    ]


@require_safe
def permalink(request: HttpRequest, uid: str) -> HttpResponse:
    """Bring a member to the document that Xero's record links to."""
    documents = Document.objects.filter(workspace__in=workspaces_of(request.user))
    document = get_object_or_404(documents.select_related("workspace"), uid=uid)
    return redirect(record_address(document, document.workspace))
