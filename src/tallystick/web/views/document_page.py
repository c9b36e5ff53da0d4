"""One document's page: what was made here, what Xero has, what waits for a decision, and why."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tallystick.books.balances import outstanding
from tallystick.books.document_queries import (
    documents_by_key,
    documents_of,
    lines_of,
    replacement_of,
)
from tallystick.books.models import Document, Kind, Status
from tallystick.books.pdf import document_pdf
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.mapping.payment_methods import chosen_methods
from tallystick.sync.links.problems import shows_sides
from tallystick.sync.lookup import three_sides
from tallystick.sync.models import Link, LinkState
from tallystick.sync.reports import link_states, outlook
from tallystick.sync.reports.record_decisions import (
    buttons_on,
    colliding_on,
    is_undoable_void,
)
from tallystick.sync.reports.record_links import link_of_document
from tallystick.sync.reports.xero_money import credits_there, money_there
from tallystick.web.compared_fields import shown
from tallystick.web.forms.settlements import AllocationForm, MatchForm, PaymentForm
from tallystick.web.kinds import pages_of
from tallystick.web.remedies import told
from tallystick.web.settlement_rows import rows_of_counterparts, rows_of_settlements
from tallystick.web.timeline import timeline_of
from tallystick.web.views.workspace_access import workspace_or_404
from tallystick.workspaces.models import Workspace


@require_safe
def show(request: HttpRequest, slug: str, kind: Kind, pk: int) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    return page(request, workspace, document_or_404(workspace, pk, kind=kind))


def document_or_404(workspace: Workspace, pk: int, *, kind: Kind | None = None) -> Document:
    """Return the workspace's document, with its party; of the kind, if one is named."""
    return get_object_or_404(documents_of(workspace, kind), pk=pk)


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
    link = link_of_document(document, organisation)
    state = link_states.states_of([document], organisation).get(document.pk)
    settlements = rows_of_settlements(document, workspace, organisation)
    context = {
        "workspace": workspace,
        "organisation": organisation,
        "kind": pages_of(document.kind),
        "document": document,
        "lines": lines_of(document),
        "amended_by": replacement_of(document),
        "state": state,
        "link": link,
        "settlements": settlements,
        "money": money_there([document], organisation).get(document.pk),
        "credits": credits_there(document, organisation) if link and link.xero_id else [],
        "undoes_void": is_undoable_void(link),
        "events": timeline_of([document, *(row.settlement for row in settlements)], organisation),
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
    drafts = documents_by_key(workspace, Kind(document.kind), [document.pk])
    ahead = outlook.before_submitting(workspace, drafts)
    told = f"{ahead.sentence(ahead=True)}{outlook.as_what(workspace, Kind(document.kind))}"
    return {
        "ahead": told if not ahead.kept_out else ahead.sentence(ahead=True),
        "goes_to_xero": not ahead.kept_out and not ahead.unconnected,
    }


def _problem(
    document: Document,
    link: Link | None,
    state: link_states.DocumentState | None,
    workspace: Workspace,
) -> dict[str, Any]:
    """Return what is wrong, what may be decided, and the sides that are to be compared."""
    problem = state.problem if state else None
    details: Mapping[str, Any] = (problem or {}).get("details", {})
    sides = [shown(side, document.currency) for side in three_sides.sides_of(link)] if link else []
    is_compared = bool(sides) and shows_sides((problem or {}).get("code", ""))
    xero_url = state.xero_url if state else ""
    return {
        "problems": list(told(problem, workspace, document, xero_url)),
        "decisions": buttons_on(link, name=document.number),
        "code": (problem or {}).get("code", ""),
        "candidates": details.get("candidates", []),
        "sides": sides,
        "told_since": three_sides.told_since(link) if sides and link and not is_compared else "",
        "looked_at": three_sides.looked_at(link) if sides and link else None,
        "differing": [side for side in sides if side.differs],
        "is_the_same": _is_the_same(link, sides),
        "colliding": colliding_on(link),
        "is_compared": is_compared,
        "why": _why(link, sides),
    }


def _is_the_same(link: Link | None, sides: Sequence[three_sides.ComparedField]) -> bool:
    """Tell whether Xero has what stands here, by the look at it that the page names."""
    if link is None or link.state != LinkState.SYNCED or link.kept_at or not sides:
        return False
    return link.is_in_xero and all(not side.differs for side in sides)


def _why(link: Link | None, sides: Sequence[three_sides.ComparedField]) -> list[dict[str, Any]]:
    """Return how each line was resolved when it was last sent, with what it said then."""
    texts = {side.label: side.sent for side in sides}
    found = three_sides.why_of(link) if link else []
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
    return {
        "outstanding": left,
        "payment": payment or PaymentForm.to_begin(left, today),
        "payment_refused": payment is not None,
        "allocation": allocation or AllocationForm(initial={"allocated_on": today}),
        "allocation_refused": allocation is not None,
        "counterpart": pages_of(Kind(document.kind).counterpart),
        "counterparts": rows_of_counterparts(document, left, entered) if left > 0 else [],
        "methods": chosen_methods(organisation),
    }


@require_safe
def as_pdf(request: HttpRequest, slug: str, pk: int) -> FileResponse:
    """Return the document as the PDF that goes beside its copy in Xero."""
    workspace = workspace_or_404(request, slug)
    document = get_object_or_404(documents_of(workspace), pk=pk)
    return FileResponse(
        io.BytesIO(document_pdf(document)),
        content_type="application/pdf",
        filename=f"{document.number}.pdf",
    )
