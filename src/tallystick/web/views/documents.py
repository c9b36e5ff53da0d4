"""Lists of documents, one for each kind: what was made here and what became of it in Xero."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tallystick.books.document_queries import documents_within
from tallystick.books.models import Document, Kind, Status
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.sync.reports.document_filter import DocumentFilter
from tallystick.sync.reports.link_states import DocumentState, states_of
from tallystick.sync.reports.listed_records import list_documents
from tallystick.sync.reports.narrowing import PERIODS, STATES
from tallystick.sync.reports.xero_money import MoneyThere, money_there
from tallystick.web.addresses import record_address
from tallystick.web.kinds import pages_of
from tallystick.web.views.workspace_access import workspace_or_404
from tallystick.workspaces.access import workspaces_of
from tallystick.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """What a table of documents shows of one."""

    document: Document
    address: str
    state: DocumentState | None
    #: What Xero says of its money; None where that was never read.
    money: MoneyThere | None = None


@require_safe
def show_all(request: HttpRequest, slug: str, kind: Kind) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    organisation = bound_organisation(workspace)
    shown = DocumentFilter.of(request.GET, workspace)
    today = timezone.localdate()
    listed = list_documents(request.GET, shown, workspace, kind, organisation, today=today)
    page = listed.page
    context = {
        "workspace": workspace,
        "organisation": organisation,
        "kind": pages_of(kind),
        "shown": shown,
        "page": page,
        "rows": list(rows_of(page.rows, workspace, organisation)),
        "counted": listed.counted,
        "states": [(state.value, state.label) for state in STATES],
        "statuses": Status.choices,
        "periods": PERIODS.items(),
        "query": request.GET.urlencode(),
    }
    return render(request, "web/pages/documents.html", context)


def rows_of(
    documents: Sequence[Document], workspace: Workspace, organisation: Organisation | None
) -> Iterator[DocumentRow]:
    """Yield what a table of documents shows of each: the document, its address and state."""
    states, money = states_of(documents, organisation), money_there(documents, organisation)
    for document in documents:
        yield DocumentRow(
            document=document,
            address=record_address(document, workspace),
            state=states.get(document.pk),
            money=money.get(document.pk),
        )


@require_safe
def permalink(request: HttpRequest, uid: str) -> HttpResponse:
    """Bring a member to the document that Xero's record links to."""
    document = get_object_or_404(documents_within(workspaces_of(request.user)), uid=uid)
    return redirect(record_address(document, document.workspace))
