"""Submitting, cancelling and retrying documents, one or all that match; and taking them out."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from tallystick.books.documents import cancel_documents, submit_documents
from tallystick.books.models import Document, DocumentQuerySet, Kind, Status
from tallystick.sync import queue
from tallystick.sync.models import Link, LinkState
from tallystick.sync.reading import with_states, word_of
from tallystick.web.filters import DocumentFilter
from tallystick.web.lists import Counted, Sums, spreadsheet_safe
from tallystick.web.templatetags.tallystick import money_text
from tallystick.web.views.scope import person, workspace_or_404
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

#: One act takes so many documents at most; what is left is taken by the next.
_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class _Act:
    """What a button of the bulk bar does and to which documents it applies."""

    verb: str
    statuses: tuple[str, ...]
    needs: Permission
    kind: str


_ACTS = {
    "submit": _Act("Submit", (Status.DRAFT,), Permission.EDIT_BOOKS, "primary"),
    "cancel": _Act("Cancel", (Status.DRAFT, Status.SUBMITTED), Permission.EDIT_BOOKS, "danger"),
    "retry": _Act("Retry", (Status.SUBMITTED, Status.CANCELLED), Permission.VIEW, "primary"),
}


@require_POST
def act(request: HttpRequest, slug: str) -> HttpResponse:
    """Do one act to the ticked documents, or to all that the filter shows; ask first if it counts."""
    workspace = workspace_or_404(request, slug)
    name = request.POST.get("act", "")
    chosen_act = _ACTS.get(name)
    if chosen_act is None:
        return HttpResponse("The form names no act. Go back and press a button.", status=400)
    require(request.user, workspace, chosen_act.needs)
    chosen = _chosen(request.POST, workspace).filter(status__in=chosen_act.statuses)
    if name == "retry":
        chosen = chosen.filter(links__state__in=[LinkState.FAILED, LinkState.HELD])
    asks = name == "cancel" or "everything" in request.POST
    if asks and "confirmed" not in request.POST:
        sums = Counted(chosen, exact=True).sums
        if sums.count:
            return _ask(request, workspace, name, chosen_act, sums)
    ids = list(chosen.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    messages.info(request, _DOING[name](workspace, ids, person(request)))
    return _back(request, workspace)


def _chosen(form: QueryDict, workspace: Workspace) -> DocumentQuerySet:
    if "everything" not in form:
        ids = [int(key) for key in form.getlist("id") if key.isascii() and key.isdigit()]
        return Document.objects.in_workspace(workspace).filter(pk__in=ids)
    shown = DocumentFilter.of(QueryDict(form.get("filter", "")), workspace)
    organisation = queue.bound_organisation(workspace)
    return shown.documents(workspace, Kind.SALES_INVOICE, organisation, today=timezone.localdate())


def _submit(workspace: Workspace, ids: list[int], actor: User) -> str:
    done = submit_documents(workspace=workspace, document_ids=ids, actor=actor)
    if not done:
        return "Nothing was submitted: none of these is a draft."
    if queue.bound_organisation(workspace):
        return f"{_invoices(len(done))} submitted and on the way to Xero."
    return f"{_invoices(len(done))} submitted. They go to Xero once it is connected."


def _cancel(workspace: Workspace, ids: list[int], actor: User) -> str:
    done = cancel_documents(workspace=workspace, document_ids=ids, actor=actor)
    if not done:
        return "Nothing was cancelled: all of these were cancelled before."
    return f"{_invoices(len(done))} cancelled. What had reached Xero is removed there."


def _retry(workspace: Workspace, ids: list[int], actor: User) -> str:
    links = Link.objects.filter(document__in=ids, organisation__workspace=workspace)
    done = queue.retry(
        workspace=workspace, link_ids=list(links.values_list("pk", flat=True)), actor=actor
    )
    if not done:
        return "Nothing to retry: none of these failed or waits for you."
    return f"{_invoices(done)} queued again."


_DOING = {"submit": _submit, "cancel": _cancel, "retry": _retry}


def _invoices(count: int) -> str:
    return "1 invoice was" if count == 1 else f"{count:,} invoices were"


def _ask(
    request: HttpRequest, workspace: Workspace, name: str, chosen: _Act, sums: Sums
) -> HttpResponse:
    count = min(sums.count, _AT_ONCE)
    noun = "1 invoice" if count == 1 else f"{count:,} invoices"
    totals = [f"{money_text(total, code)} {code}" for code, total in sums.totals]
    follows = {
        "cancel": "will be withdrawn here and, where Xero has them, removed there. This is final.",
        "submit": "will become final here and go to Xero as drafts, to be approved there.",
        "retry": "will be sent again.",
    }[name]
    kept = ("id", "everything", "filter", "next", "act")
    context = {
        "workspace": workspace,
        "title": f"{chosen.verb} {noun}?",
        "message": f"{noun.capitalize()} for {' and '.join(totals)} {follows}",
        "action": request.path,
        "hidden": [(key, value) for key in kept for value in request.POST.getlist(key)],
        "label": f"{chosen.verb} {noun}",
        "kind": chosen.kind,
        "back": _next(request, workspace),
        "keep": "Keep them" if name == "cancel" else "Go back",
    }
    template = "web/components/confirm.html" if request.htmx else "web/pages/confirm.html"  # type: ignore[attr-defined] # set by django-htmx
    return render(request, template, context)


def _back(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    target = _next(request, workspace)
    if request.htmx:  # type: ignore[attr-defined] # set by django-htmx
        return HttpResponseClientRedirect(target)
    return redirect(target)


def _next(request: HttpRequest, workspace: Workspace) -> str:
    target = request.POST.get("next", "")
    if target and url_has_allowed_host_and_scheme(target, {request.get_host()}):
        return target
    return resolve_url("invoice-list", workspace.slug)


_COLUMNS = (
    "Number", "Customer number", "Customer", "Issued", "Due", "Reference", "Status", "Xero",
    "Currency", "Subtotal", "Tax", "Total",
)  # fmt: skip


@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Send what the list shows as CSV, row by row however many there are."""
    workspace = workspace_or_404(request, slug)
    organisation = queue.bound_organisation(workspace)
    shown = DocumentFilter.of(request.GET, workspace)
    found = shown.documents(workspace, Kind.SALES_INVOICE, organisation, today=timezone.localdate())
    order = f"{'-' if shown.is_descending else ''}{shown.sort_field}"
    documents = with_states(found.select_related("party").order_by(order, "-pk"), organisation)
    response = StreamingHttpResponse(
        _csv(documents.iterator(chunk_size=2000)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="invoices-{workspace.slug}.csv"'
    return response


class _Echo:
    """A file for the csv module that hands each line back."""

    def write(self, line: str) -> str:
        return line


def _csv(documents: Iterator[Document]) -> Iterator[str]:
    # The mark that makes a spreadsheet read the file as UTF-8.
    yield "\N{ZERO WIDTH NO-BREAK SPACE}"
    writer = csv.writer(_Echo())
    yield writer.writerow(_COLUMNS)
    for document in documents:
        texts = (document.number, document.party.number, document.party.name)
        state = getattr(document, "sync_state", "")
        yield writer.writerow([
            *map(spreadsheet_safe, texts), document.issued_on, document.due_on,
            spreadsheet_safe(document.reference), document.get_status_display(),
            word_of(state) if state else "", document.currency, document.subtotal,
            document.tax, document.total,
        ])  # fmt: skip
