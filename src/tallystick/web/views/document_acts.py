"""What is done to documents of a kind, one or all that match: submit, cancel, retry, keep out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tallystick.books.counting import Counted, Sums
from tallystick.books.document_queries import documents_by_key
from tallystick.books.errors import HasSettlements
from tallystick.books.models import DocumentQuerySet, Kind
from tallystick.english import was_or_were
from tallystick.sync.reports.document_acts import (
    AT_ONCE,
    DocumentAct,
    document_act_named,
    keys_at_once,
    shown_documents,
    taken_by,
)
from tallystick.sync.reports.document_filter import DocumentFilter
from tallystick.web.kinds import pages_of
from tallystick.web.request_values import form_keys, list_query
from tallystick.web.views.act_responses import ask, go_back, unnamed_act, way_back
from tallystick.web.views.reports import send_or_make
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import require
from tallystick.workspaces.models import Workspace


@require_POST
def act(request: HttpRequest, slug: str, kind: Kind) -> HttpResponse:
    """Do one act to the ticked documents, or to all that the filter shows; ask first if it counts."""
    workspace = workspace_or_404(request, slug)
    chosen_act = document_act_named(request.POST.get("act", ""))
    if chosen_act is None:
        return unnamed_act()
    require(request.user, workspace, chosen_act.needs)
    chosen = taken_by(chosen_act, _chosen(request, workspace, kind))
    back = way_back(request, pages_of(kind).list_name, workspace.slug)
    asks = chosen_act.is_final or list_query(request) is not None
    if asks and "confirmed" not in request.POST:
        sums = Counted(chosen, exact=True).sums
        if sums.count:
            ahead = chosen_act.ahead(workspace, kind, chosen)
            return _ask(request, workspace, kind, chosen_act, sums, ahead, back)
    ids = keys_at_once(chosen)
    try:
        count = chosen_act.do(workspace, ids, person(request))
    except HasSettlements as refused:
        messages.error(request, str(refused))
    else:
        done = f"{pages_of(kind).counted(count)} {was_or_were(count)} {chosen_act.done}"
        said = f"{done}{chosen_act.after(workspace, ids)}" if count else chosen_act.nothing
        messages.info(request, said)
    return go_back(request, back)


def _chosen(request: HttpRequest, workspace: Workspace, kind: Kind) -> DocumentQuerySet:
    query = list_query(request)
    if query is None:
        return documents_by_key(workspace, kind, form_keys(request))
    shown = DocumentFilter.of(query, workspace)
    return shown_documents(workspace, kind, shown, today=timezone.localdate())


def _ask(
    request: HttpRequest,
    workspace: Workspace,
    kind: Kind,
    chosen: DocumentAct,
    sums: Sums,
    ahead: str,
    back: str,
) -> HttpResponse:
    noun = pages_of(kind).counted(min(sums.count, AT_ONCE))
    return ask(
        request,
        workspace,
        message=f"{noun} for {sums.money} {chosen.asks}{ahead}",
        label=chosen.label.format(noun),
        is_final=chosen.is_final,
        back=back,
        keep="Keep them" if chosen.is_final else "Go back",
    )


@require_safe
def export(request: HttpRequest, slug: str, kind: Kind) -> HttpResponseBase:
    """Send what the list shows as CSV."""
    return send_or_make(request, workspace_or_404(request, slug), DocumentFilter, of=kind)
