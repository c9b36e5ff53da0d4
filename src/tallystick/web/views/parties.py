"""Customers and suppliers: who they are, what passed between us, and their contact in Xero."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from tallystick.books.counting import Counted
from tallystick.books.document_queries import documents_with
from tallystick.books.errors import InvalidRecord
from tallystick.books.models import Party
from tallystick.books.ownership import owned_of
from tallystick.books.paging import keyset_page
from tallystick.books.parties import create_party, edit_party, parties_of
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.sync.acts.decisions import set_do_not_sync
from tallystick.sync.reports.record_links import link_of_party
from tallystick.sync.reports.record_sides import side_of
from tallystick.sync.reports.waiting_sums import released_by
from tallystick.web.forms.field_messages import show_problems
from tallystick.web.forms.records import PartyForm
from tallystick.web.kinds import PAGES, KindPages
from tallystick.web.release_words import released_words
from tallystick.web.timeline import timeline_of
from tallystick.web.views.documents import DocumentRow, rows_of
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import Workspace

_SHOWN = 20
_ROLES = {"customer": "Customers", "supplier": "Suppliers"}


@dataclass(frozen=True, slots=True)
class KindSection:
    """The newest documents of one kind that a party has, and how many there are."""

    kind: KindPages
    rows: list[DocumentRow]
    counted: Counted


@require_safe
def show_all(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    q = request.GET.get("q", "").strip()[:100]
    role = request.GET.get("role", "")
    page = keyset_page(
        parties_of(workspace, text=q, role=role), request.GET, field="name", descending=False
    )
    context = {
        "workspace": workspace,
        "q": q,
        "page": page,
        "role": role if role in _ROLES else "",
        "roles": _ROLES.items(),
    }
    return render(request, "web/pages/parties.html", context)


@require_safe
def show(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    party = get_object_or_404(parties_of(workspace), pk=pk)
    organisation = bound_organisation(workspace)
    link = link_of_party(party, organisation)
    problem = (link.problem or {}) if link else {}
    context = {
        "workspace": workspace,
        "party": party,
        "address": _address(party),
        "sections": _sections(party, workspace, organisation),
        "kinds": [pages for pages in PAGES.values() if getattr(party, f"is_{pages.party}")],
        "organisation": organisation,
        "link": link,
        "side": side_of(party),
        "candidates": problem.get("details", {}).get("candidates", []),
        "events": timeline_of([party], organisation),
    }
    return render(request, "web/pages/party.html", context)


def _sections(
    party: Party, workspace: Workspace, organisation: Organisation | None
) -> list[KindSection]:
    """Return the newest documents of each kind that the party has any of."""
    sections = []
    for pages in PAGES.values():
        documents = documents_with(party, pages.kind)
        latest = list(documents[:_SHOWN])
        if latest:
            rows = list(rows_of(latest, workspace, organisation))
            sections.append(KindSection(pages, rows, Counted(documents)))
    return sections


def _address(party: Party) -> list[str]:
    """Return the lines of the address that are not empty."""
    place = " ".join(filter(None, [party.postal_code, party.city, party.region]))
    return [line for line in (party.address, place, party.country) if line]


def new(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    return _take(request, workspace, None)


def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    return _take(request, workspace, get_object_or_404(parties_of(workspace), pk=pk))


def _take(request: HttpRequest, workspace: Workspace, party: Party | None) -> HttpResponse:
    form = PartyForm(request.POST or None, initial=_initial(request, party))
    form.only_read(owned_of(party) if party else None)
    if request.method == "POST" and form.is_valid():
        saved: list[Party] = []
        try:
            released = released_by(
                lambda: saved.append(_save(request, workspace, form, party)),
                bound_organisation(workspace),
            )
        except InvalidRecord as refused:
            show_problems(form, refused)
        else:
            messages.success(
                request, f"{saved[0].name} was saved.{released_words(released, workspace)}"
            )
            return redirect("party", workspace.slug, saved[0].pk)
    status = 422 if request.method == "POST" else 200
    context = {"workspace": workspace, "form": form, "party": party}
    return render(request, "web/pages/party_form.html", context, status=status)


def _initial(request: HttpRequest, party: Party | None) -> dict[str, Any]:
    if party:
        return PartyForm.values_of(party)
    is_supplier = request.GET.get("role") == "supplier"
    return {"is_supplier": is_supplier, "is_customer": not is_supplier}


def _save(
    request: HttpRequest, workspace: Workspace, form: PartyForm, party: Party | None
) -> Party:
    actor = person(request)
    keep_out = form.cleaned_data["do_not_sync"]
    # A new one that is kept out must not be on its way for a moment.
    given = form.to_input(kept_out=party.do_not_sync if party else keep_out)
    if party is None:
        saved = create_party(workspace=workspace, actor=actor, party=given)
    else:
        saved = edit_party(workspace=workspace, actor=actor, party_id=party.pk, party=given)
    set_do_not_sync(workspace=workspace, actor=actor, value=keep_out, party_ids=[saved.pk])
    return saved
