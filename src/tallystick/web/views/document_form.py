"""Writing and changing an invoice."""

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tallystick.books.documents import create_document, edit_document, submit_documents
from tallystick.books.errors import InvalidRecord, NotADraft
from tallystick.books.models import Document, Item, Kind, Party
from tallystick.money import Totals
from tallystick.web.forms.document import DocumentForm, totals_as_entered
from tallystick.web.forms.problems import show_problems
from tallystick.web.views.scope import person, workspace_or_404
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import Workspace

_OFFERED = 50
_MORE_LINES = {"add-line": 1, "add-lines": 10, "total": 0}


def new(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    if request.method == "POST":
        return _take(request, workspace, None)
    key = request.GET.get("party", "")
    parties = Party.objects.in_workspace(workspace)
    party = parties.filter(pk=key).first() if key.isascii() and key.isdigit() else None
    form = DocumentForm.to_begin(workspace, today=timezone.localdate(), party=party)
    return _show(request, workspace, form, None)


def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    documents = Document.objects.in_workspace(workspace).of_kind(Kind.SALES_INVOICE)
    document = get_object_or_404(documents.select_related("party", "workspace"), pk=pk)
    if not document.is_editable:
        messages.info(
            request,
            f"{document.number} is {document.get_status_display().lower()}. Only drafts can be "
            "edited: cancel it and write a new one.",
        )
        return redirect("invoice", slug, pk)
    if request.method == "POST":
        return _take(request, workspace, document)
    return _show(request, workspace, DocumentForm.of(document), document)


def _take(request: HttpRequest, workspace: Workspace, document: Document | None) -> HttpResponse:
    """Keep what was entered; or show it again, with more lines, sums or what is wrong."""
    act = request.POST.get("act", "save")
    if act in _MORE_LINES:
        again = DocumentForm.as_entered(workspace, request.POST, more=_MORE_LINES[act])
        totals = totals_as_entered(workspace, request.POST)
        return _show(request, workspace, again, document, totals=totals)
    form = DocumentForm(workspace, data=request.POST)
    if form.is_valid():
        try:
            saved = _save(request, workspace, form, document)
        except InvalidRecord as refused:
            show_problems(form.head, refused, lines=form.line_forms())
        except NotADraft as refused:
            form.head.add_error(None, str(refused))
        else:
            if act == "submit":
                ids = [saved.pk]
                submit_documents(workspace=workspace, document_ids=ids, actor=person(request))
            messages.success(
                request, f"{saved.number} was {'submitted' if act == 'submit' else 'saved'}."
            )
            return redirect("invoice", workspace.slug, saved.pk)
    totals = totals_as_entered(workspace, request.POST)
    return _show(request, workspace, form, document, totals=totals, status=422)


def _save(
    request: HttpRequest, workspace: Workspace, form: DocumentForm, document: Document | None
) -> Document:
    actor, given = person(request), form.to_input()
    if document is None:
        return create_document(workspace=workspace, actor=actor, document=given)
    return edit_document(workspace=workspace, actor=actor, document_id=document.pk, document=given)


def _show(
    request: HttpRequest,
    workspace: Workspace,
    form: DocumentForm,
    document: Document | None,
    *,
    totals: Totals | None = None,
    status: int = 200,
) -> HttpResponse:
    if totals is None and document is not None:
        totals = Totals(document.subtotal, document.tax, document.total)
    context = {
        "workspace": workspace,
        "form": form,
        "document": document,
        "totals": totals,
        "currency": _readable_currency(form.head["currency"].value()),
        "parties": Party.objects.in_workspace(workspace).order_by("name", "pk")[:_OFFERED],
        "items": Item.objects.filter(workspace=workspace).order_by("code")[:_OFFERED],
    }
    return render(request, "web/pages/document_form.html", context, status=status)


def _readable_currency(entered: object) -> str:
    """Return the code as entered if it is one; else none, for the field itself says what is wrong."""
    code = str(entered or "").upper()
    return code if re.fullmatch(r"[A-Z]{3}", code) else ""


@require_safe
def offer_parties(request: HttpRequest, slug: str) -> HttpResponse:
    """Return options that hold what has been typed so far."""
    workspace = workspace_or_404(request, slug)
    typed = request.GET.get("party_number", "")[:100]
    parties = Party.objects.in_workspace(workspace).matching(typed).order_by("name", "pk")
    return render(request, "web/pages/_party_options.html", {"parties": parties[:_OFFERED]})
