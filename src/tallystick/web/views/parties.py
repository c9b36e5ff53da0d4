"""Customers: who they are, what they were billed, and their contact in Xero."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from tallystick.books.errors import InvalidRecord
from tallystick.books.models import Document, Kind, Party
from tallystick.books.parties import create_party, edit_party
from tallystick.sync.models import Link
from tallystick.sync.queue import bound_organisation
from tallystick.web.forms.problems import show_problems
from tallystick.web.forms.records import PartyForm
from tallystick.web.history import history_of
from tallystick.web.lists import Counted, keyset_page
from tallystick.web.views.documents import rows_of
from tallystick.web.views.scope import person, workspace_or_404
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import Workspace

_SHOWN = 20


@require_safe
def show_all(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    q = request.GET.get("q", "").strip()[:100]
    parties = Party.objects.in_workspace(workspace).matching(q)
    page = keyset_page(parties, request.GET, field="name", descending=False)
    context = {"workspace": workspace, "q": q, "page": page}
    return render(request, "web/pages/parties.html", context)


@require_safe
def show(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    party = get_object_or_404(Party.objects.in_workspace(workspace), pk=pk)
    organisation = bound_organisation(workspace)
    invoices = Document.objects.in_workspace(workspace).filter(party=party, kind=Kind.SALES_INVOICE)
    latest = list(invoices.newest_first().select_related("party")[:_SHOWN])
    link = Link.objects.filter(party=party, organisation=organisation).first()
    context = {
        "workspace": workspace,
        "party": party,
        "address": _address(party),
        "rows": list(rows_of(latest, workspace, organisation)),
        "counted": Counted(invoices),
        "organisation": organisation,
        "link": link,
        "events": history_of(party, link),
    }
    return render(request, "web/pages/party.html", context)


def _address(party: Party) -> list[str]:
    """Return the lines of the address that are not empty."""
    place = " ".join(filter(None, [party.postal_code, party.city, party.region]))
    return [line for line in (party.address, place, party.country) if line]


def new(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    return _take(request, workspace, None)


def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    return _take(
        request, workspace, get_object_or_404(Party.objects.in_workspace(workspace), pk=pk)
    )


def _take(request: HttpRequest, workspace: Workspace, party: Party | None) -> HttpResponse:
    initial = PartyForm.values_of(party) if party else None
    form = PartyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, workspace, form, party)
        except InvalidRecord as refused:
            show_problems(form, refused)
        else:
            messages.success(request, f"{saved.name} was saved.")
            return redirect("party", workspace.slug, saved.pk)
    status = 422 if request.method == "POST" else 200
    context = {"workspace": workspace, "form": form, "party": party}
    return render(request, "web/pages/party_form.html", context, status=status)


def _save(
    request: HttpRequest, workspace: Workspace, form: PartyForm, party: Party | None
) -> Party:
    actor, given = person(request), form.to_input()
    if party is None:
        return create_party(workspace=workspace, actor=actor, party=given)
    return edit_party(workspace=workspace, actor=actor, party_id=party.pk, party=given)
