"""Writing and changing a document of any kind."""

import re
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tallystick.books.document_queries import documents_of
from tallystick.books.documents import create_document, edit_document, submit_documents
from tallystick.books.errors import InvalidRecord, WrongState
from tallystick.books.given_values import key_in
from tallystick.books.items import items_of
from tallystick.books.lookups import find_record
from tallystick.books.models import Document, Kind, Status
from tallystick.books.parties import parties_of
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.money import Money, Totals
from tallystick.sync.reports import outlook
from tallystick.sync.reports.record_links import link_of_document
from tallystick.web.forms.document import DocumentForm, totals_as_entered
from tallystick.web.forms.field_messages import show_problems
from tallystick.web.forms.picker import options_of_lines
from tallystick.web.kinds import KindPages, pages_of
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import Workspace

_OFFERED = 50
_MORE_LINES = {"add-line": 1, "add-lines": 10, "total": 0}


def new(request: HttpRequest, slug: str, kind: Kind) -> HttpResponse:
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    pages = pages_of(kind)
    if request.method == "POST":
        return _take(request, workspace, pages, None)
    key = key_in(request.GET.get("party", ""))
    party = find_record(parties_of(workspace), key)
    form = DocumentForm.to_begin(workspace, pages, today=timezone.localdate(), party=party)
    return _show(request, workspace, form, None)


def edit(request: HttpRequest, slug: str, kind: Kind, pk: int) -> HttpResponse:
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    pages = pages_of(kind)
    document = get_object_or_404(documents_of(workspace, kind), pk=pk)
    if not document.is_editable:
        messages.info(
            request,
            f"{document.number} is cancelled and stays as it is. Amend it: that makes a draft "
            "copy with a new number.",
        )
        return redirect(pages.name, slug, pk)
    if request.method == "POST":
        return _take(request, workspace, pages, document)
    return _show(request, workspace, DocumentForm.of(document, pages), document)


def _take(
    request: HttpRequest, workspace: Workspace, pages: KindPages, document: Document | None
) -> HttpResponse:
    """Keep what was entered; or show it again, with more lines, sums or what is wrong."""
    act, entered = request.POST.get("act", "save"), request.POST
    totals, told = totals_as_entered(workspace, entered)
    if act in _MORE_LINES:
        again = DocumentForm.as_entered(
            workspace, pages, entered, document=document, more=_MORE_LINES[act]
        )
        return _show(request, workspace, again, document, totals=totals, told=told)
    form = DocumentForm(workspace, pages, document=document, data=entered)
    if form.is_valid():
        try:
            saved = _save(request, workspace, form, document)
        except InvalidRecord as refused:
            show_problems(form.head, refused, lines=form.line_forms())
        except WrongState as refused:
            form.head.add_error(None, str(refused))
        else:
            return _saved(
                request,
                workspace,
                pages,
                saved,
                submit=act == "submit",
                total_before=Money(document.total, document.currency) if document else None,
                told=form.dropped_tax(),
            )
    return _show(request, workspace, form, document, totals=totals, told=told, status=422)


def _save(
    request: HttpRequest, workspace: Workspace, form: DocumentForm, document: Document | None
) -> Document:
    actor, given = person(request), form.to_input()
    if document is None:
        return create_document(workspace=workspace, actor=actor, document=given)
    return edit_document(workspace=workspace, actor=actor, document_id=document.pk, document=given)


def _saved(
    request: HttpRequest,
    workspace: Workspace,
    pages: KindPages,
    saved: Document,
    *,
    submit: bool,
    total_before: Money | None,
    told: Sequence[str],
) -> HttpResponse:
    is_submitted = submit and submit_documents(
        workspace=workspace, document_ids=[saved.pk], actor=person(request)
    )
    becomes = outlook.after_submitting(workspace, [saved.pk]).sentence()
    verb = "submitted" if is_submitted else "saved"
    other = "" if is_submitted else _other_total(saved, total_before)
    said = "".join(f" {sentence}" for sentence in told)
    messages.success(request, f"{saved.number} was {verb}.{said}{other}{becomes}")
    return redirect(pages.name, workspace.slug, saved.pk)


def _other_total(saved: Document, before: Money | None) -> str:
    """Tell that an edit changed what the document comes to, for a tax code may have done it."""
    now = Money(saved.total, saved.currency)
    return "" if before in (None, now) else f" It comes to {now} now, instead of {before}."


def _show(
    request: HttpRequest,
    workspace: Workspace,
    form: DocumentForm,
    document: Document | None,
    *,
    totals: Totals | None = None,
    told: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    if totals is None and document is not None:
        totals = Totals(document.subtotal, document.tax, document.total)
    context = {
        "workspace": workspace,
        "kind": form.pages,
        "form": form,
        "document": document,
        "is_draft": document is None or document.status == Status.DRAFT,
        "totals": totals,
        "told": told,
        "currency": _readable_currency(form.head["currency"].value()),
        "parties": parties_of(workspace, role=form.pages.party)[:_OFFERED],
        "items": items_of(workspace)[:_OFFERED],
        **_from_xero(workspace, document),
    }
    return render(request, "web/pages/document_form.html", context, status=status)


def _from_xero(workspace: Workspace, document: Document | None) -> dict[str, Any]:
    """Return what Xero's lists offer for the lines, and what an edit brings about there."""
    organisation = bound_organisation(workspace)
    if organisation is None:
        return {}
    return {
        **options_of_lines(organisation),
        "outlook": _outlook(document, organisation) if document else "",
    }


def _outlook(document: Document, organisation: Organisation) -> str:
    return outlook.of_editing(document, link_of_document(document, organisation))


def _readable_currency(entered: object) -> str:
    """Return the code as entered if it is one; else none, for the field itself says what is wrong."""
    code = str(entered or "").upper()
    return code if re.fullmatch(r"[A-Z]{3}", code) else ""


@require_safe
def offer_parties(request: HttpRequest, slug: str) -> HttpResponse:
    """Return options that hold what has been typed so far."""
    workspace = workspace_or_404(request, slug)
    typed = request.GET.get("q", "")[:100]
    role = "supplier" if request.GET.get("role") == "supplier" else "customer"
    parties = parties_of(workspace, text=typed, role=role)
    return render(request, "web/pages/_party_options.html", {"parties": parties[:_OFFERED]})


@require_safe
def offer_items(request: HttpRequest, slug: str) -> HttpResponse:
    """Return options that hold what has been typed so far."""
    workspace = workspace_or_404(request, slug)
    items = items_of(workspace, text=request.GET.get("q", "")[:100])
    return render(request, "web/pages/_item_options.html", {"items": items[:_OFFERED]})
