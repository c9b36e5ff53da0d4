"""What a person decides about a record that waits for them, each a decision of `sync.acts`."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from tallystick.books.documents import amend_document
from tallystick.books.errors import WrongState
from tallystick.books.parties import parties_of
from tallystick.connections.bound import NotConnected
from tallystick.sync.acts import decisions, undoing_voids
from tallystick.sync.reports.outlook import why_not_now
from tallystick.sync.reports.record_decisions import NOTHING, decide_here, is_decided_here
from tallystick.web.addresses import record_address
from tallystick.web.forms.settlements import MatchForm
from tallystick.web.kinds import pages_of
from tallystick.web.request_values import form_keys
from tallystick.web.views.act_responses import unnamed_act, way_back
from tallystick.web.views.document_page import document_or_404, page
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission


@require_POST
def decide(request: HttpRequest, slug: str) -> HttpResponse:
    """Do the act that the button names to the links named by `link`."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    act = request.POST.get("act", "")
    if not is_decided_here(act):
        return unnamed_act()
    keys = form_keys(request, "link")
    said = decide_here(act, workspace=workspace, actor=person(request), link_ids=keys)
    messages.info(request, said)
    return redirect(way_back(request, "needs-attention", workspace.slug))


@require_POST
def match(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say under which number the document stands in Xero already; the engine checks it."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    document = document_or_404(workspace, pk)
    form = MatchForm(request.POST)
    if form.is_valid():
        number = form.cleaned_data["number"]
        try:
            count = decisions.mark_as_in_xero(
                workspace=workspace, actor=person(request), document_id=pk, number=number
            )
        except NotConnected as refused:
            form.add_error(None, str(refused))
        else:
            said = f"Xero is asked whether its {number} is {document}; then they are linked."
            messages.info(request, said if count else NOTHING)
            return redirect(record_address(document, workspace))
    return page(request, workspace, document, match=form)


@require_POST
def use(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say which contact of Xero's the party is; named none, it is found or made anew."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    party = get_object_or_404(parties_of(workspace), pk=pk)
    contact = request.POST.get("contact", "")
    try:
        count = decisions.use_contact(
            workspace=workspace, actor=person(request), party_id=party.pk, contact_id=contact
        )
    except NotConnected as refused:
        messages.error(request, str(refused))
    else:
        linked = (
            f"{party} is linked to that contact once Xero has confirmed it."
            if contact
            else f"The contact of {party} is looked for in Xero, and made where there is none."
        )
        said = f"{linked} What waited for it goes out then.{why_not_now(workspace)}"
        messages.info(request, said if count else NOTHING)
    return redirect(way_back(request, "party", workspace.slug, party.pk))


@require_POST
def undo_void(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Restore a document that was cancelled here because somebody voided it in Xero."""
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    document = document_or_404(workspace, pk)
    done = undoing_voids.undo_void(workspace=workspace, actor=person(request), document_id=pk)
    said = f"{document} stands here again as it was. In Xero it is voided: choose what is to become of it."
    messages.info(request, said if done else NOTHING)
    return redirect(record_address(document, workspace))


@require_POST
def amend(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Make a draft copy of a cancelled document, and open it to be changed."""
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    document = document_or_404(workspace, pk)
    try:
        copy = amend_document(workspace=workspace, actor=person(request), document_id=pk)
    except WrongState as refused:
        messages.error(request, str(refused))
        return redirect(record_address(document, workspace))
    messages.success(request, f"{copy} is a draft in place of {document}. Change it and submit it.")
    return redirect(pages_of(copy.kind).edit_name, workspace.slug, copy.pk)
