"""One document's page: what was made here, what Xero has, what waits for a decision, and why."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tallystick.books.balances import outstanding
from tallystick.books.models import Document, Kind, Status
from tallystick.books.pdf import document_pdf
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.mapping.models import MethodAccount
from tallystick.sync import comparing, outlook, reading
from tallystick.sync.models import Link
from tallystick.web.decisions import decisions_on
from tallystick.web.forms.entries import AllocationForm, MatchForm, PaymentForm
from tallystick.web.history import history_of
from tallystick.web.kinds import pages_of
from tallystick.web.remedies import told
from tallystick.web.sides import shown
from tallystick.web.standing import open_counterparts, rows_of_entries
from tallystick.web.views.scope import workspace_or_404
from tallystick.workspaces.models import Workspace

#: Problems that show both sides at once, above everything else.
_COMPARED = frozenset({"differs", "settled", "number_taken", "claim_differs"})


@require_safe
def show(request: HttpRequest, slug: str, kind: Kind, pk: int) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    return page(request, workspace, document_or_404(workspace, pk, kind=kind))


def document_or_404(workspace: Workspace, pk: int, *, kind: Kind | None = None) -> Document:
    """Return the workspace's document, with its party; of the kind, if one is named."""
    documents = Document.objects.in_workspace(workspace)
    if kind is not None:
        documents = documents.of_kind(kind)
    return get_object_or_404(
        documents.select_related("party", "submitted_by", "template", "amends"), pk=pk
    )


def page(
    request: HttpRequest,
    workspace: Workspace,
    document: Document,
    *,
    payment: PaymentForm | None = None,
    allocation: AllocationForm | None = None,
    match: MatchForm | None = None,
) -> HttpResponse:
    """Return the page, with the forms that were refused as they were filled in."""
    organisation = bound_organisation(workspace)
    link = _link(document, organisation)
    state = reading.states_of([document], organisation).get(document.pk)
    entries = rows_of_entries(document, workspace, organisation)
    context = {
        "workspace": workspace,
        "organisation": organisation,
        "kind": pages_of(document.kind),
        "document": document,
        "lines": document.lines.select_related("tax_code").order_by("position"),
        "amended_by": document.amended_by.exclude(status=Status.CANCELLED).first(),
        "state": state,
        "link": link,
        "entries": entries,
        "events": history_of([document, *(row.entry for row in entries)], organisation),
        **_ahead(document, workspace),
        **_problem(document, link, state, workspace),
        **_settling(document, organisation, payment, allocation, request.POST),
        "match": match or MatchForm(initial={"number": document.number}),
    }
    refused = any(form is not None for form in (payment, allocation, match))
    return render(request, "web/pages/document.html", context, status=422 if refused else 200)


def _ahead(document: Document, workspace: Workspace) -> dict[str, Any]:
    """Return what will become of a draft once it is submitted."""
    if document.status != Status.DRAFT:
        return {}
    ahead = outlook.before(workspace, Document.objects.filter(pk=document.pk))
    told = f"{ahead.sentence(ahead=True)}{outlook.as_what(workspace, Kind(document.kind))}"
    return {
        "ahead": told if not ahead.kept_out else ahead.sentence(ahead=True),
        "goes_to_xero": not ahead.kept_out and not ahead.unconnected,
    }


def _link(document: Document, organisation: Organisation | None) -> Link | None:
    if organisation is None:
        return None
    links = Link.objects.filter(document=document, organisation=organisation)
    return links.select_related("organisation", "document__party").first()


def _problem(
    document: Document,
    link: Link | None,
    state: reading.DocumentState | None,
    workspace: Workspace,
) -> dict[str, Any]:
    """Return what is wrong, what may be decided, and the sides that are to be compared."""
    problem = state.problem if state else None
    details: Mapping[str, Any] = (problem or {}).get("details", {})
    sides = [shown(side, document.currency) for side in comparing.sides_of(link)] if link else []
    is_compared = bool(sides) and (problem or {}).get("code") in _COMPARED
    xero_url = state.xero_url if state else ""
    return {
        "problems": list(told(problem, workspace, document, xero_url)),
        "decisions": decisions_on(link, name=document.number),
        "code": (problem or {}).get("code", ""),
        "candidates": details.get("candidates", []),
        "sides": sides,
        "told_since": comparing.told_since(link) if sides and link and not is_compared else "",
        "looked_at": comparing.looked_at(link) if sides and link else None,
        "differing": [side for side in sides if side.differs],
        "is_compared": is_compared,
        "why": _why(link, sides),
    }


def _why(link: Link | None, sides: Sequence[comparing.Side]) -> list[dict[str, Any]]:
    """Return how each line was resolved when it was last sent, with what it said then."""
    texts = {side.label: side.sent for side in sides}
    found = comparing.why_of(link) if link else []
    return [{**one, "text": texts.get(f"Line {one['position']}, description")} for one in found]


def _settling(
    document: Document,
    organisation: Organisation | None,
    payment: PaymentForm | None,
    allocation: AllocationForm | None,
    entered: Mapping[str, str],
) -> dict[str, Any]:
    """Return what is outstanding, and what can be paid and set against it."""
    if document.status != Status.SUBMITTED:
        return {"outstanding": None}
    left = outstanding(document)
    today = timezone.localdate()
    methods = MethodAccount.objects.filter(organisation=organisation).exclude(method="")
    return {
        "outstanding": left,
        "payment": payment or PaymentForm.to_begin(left, today),
        "payment_refused": payment is not None,
        "allocation": allocation or AllocationForm(initial={"allocated_on": today}),
        "allocation_refused": allocation is not None,
        "counterpart": pages_of(pages_of(document.kind).counterpart),
        "counterparts": open_counterparts(document, left, entered) if left > 0 else [],
        "methods": methods.order_by("method").values_list("method", flat=True),
    }


@require_safe
def as_pdf(request: HttpRequest, slug: str, pk: int) -> FileResponse:
    """Return the document as the PDF that goes beside its copy in Xero."""
    workspace = workspace_or_404(request, slug)
    documents = Document.objects.in_workspace(workspace).select_related("workspace", "party")
    document = get_object_or_404(documents, pk=pk)
    return FileResponse(
        io.BytesIO(document_pdf(document)),
        content_type="application/pdf",
        filename=f"{document.number}.pdf",
    )
