"""Items: what is sold, at which price and with which tax."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from tallystick.books import items as books_items
from tallystick.books.errors import InvalidRecord
from tallystick.books.items import create_item, edit_item, items_of
from tallystick.books.models import LONGEST_ACCOUNT, Item
from tallystick.books.ownership import owned_of
from tallystick.books.paging import keyset_page
from tallystick.connections.bound import bound_organisation
from tallystick.english import counted
from tallystick.mapping.broken_choices import broken_choices
from tallystick.mapping.problems import ITEMS
from tallystick.sync.reports.record_sides import side_of
from tallystick.sync.reports.waiting_sums import released_by
from tallystick.web.forms.field_messages import show_problems
from tallystick.web.forms.picker import options_of_lines
from tallystick.web.forms.records import ItemForm
from tallystick.web.release_words import released_words
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import Workspace


@require_safe
def show_all(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    q = request.GET.get("q", "").strip()[:100]
    account = request.GET.get("account", "").strip()[:LONGEST_ACCOUNT]
    items = items_of(workspace, text=q)
    if account:
        items = items.on_account(account)
    page = keyset_page(items, request.GET, field="code", descending=False)
    context: dict[str, Any] = {"workspace": workspace, "q": q, "page": page, "account": account}
    organisation = bound_organisation(workspace)
    if account and organisation:
        broken = [one for one in broken_choices(organisation) if one.screen == ITEMS]
        context["broken"] = [one for one in broken if one.value == account]
        context |= options_of_lines(organisation)
    return render(request, "web/pages/items.html", context)


@require_POST
def change_account(request: HttpRequest, slug: str) -> HttpResponse:
    """Name another account on every item that names this one."""
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    old = request.POST.get("old", "").strip()[:LONGEST_ACCOUNT]
    new = request.POST.get("new", "").strip()
    back = f"{resolve_url('item-list', workspace.slug)}?{urlencode({'account': old})}"
    if not new or new == old:
        messages.error(request, "Name the account that these items go to instead.")
        return redirect(back)
    counts: list[int] = []

    def change() -> None:
        counts.append(
            books_items.change_account(workspace=workspace, actor=person(request), old=old, new=new)
        )

    try:
        released = released_by(change, bound_organisation(workspace))
    except InvalidRecord as refused:
        messages.error(request, str(refused))
        return redirect(back)
    messages.success(
        request,
        f"{counted(counts[0], 'item')} {'goes' if counts[0] == 1 else 'go'} to account {new} now."
        f"{released_words(released, workspace)}",
    )
    return redirect("item-list", workspace.slug)


def new(request: HttpRequest, slug: str) -> HttpResponse:
    return _take(request, workspace_or_404(request, slug, to=Permission.EDIT_BOOKS), None)


def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    return _take(request, workspace, get_object_or_404(items_of(workspace), pk=pk))


def _take(request: HttpRequest, workspace: Workspace, item: Item | None) -> HttpResponse:
    initial = ItemForm.values_of(item) if item else None
    form = ItemForm(request.POST or None, initial=initial, workspace=workspace)
    form.only_read(owned_of(item) if item else None)
    if request.method == "POST" and form.is_valid():
        actor, given = person(request), form.to_input()
        save = partial(create_item, workspace=workspace, actor=actor, item=given)
        if item:
            save = partial(edit_item, workspace=workspace, actor=actor, item_id=item.pk, item=given)
        try:
            released = released_by(save, bound_organisation(workspace))
        except InvalidRecord as refused:
            show_problems(form, refused)
        else:
            messages.success(
                request, f"{given.code} was saved.{released_words(released, workspace)}"
            )
            return redirect("item-list", workspace.slug)
    status = 422 if request.method == "POST" else 200
    context = {
        "workspace": workspace,
        "form": form,
        "item": item,
        "side": side_of(item) if item else None,
        **_offered(workspace),
    }
    return render(request, "web/pages/item_form.html", context, status=status)


def _offered(workspace: Workspace) -> dict[str, Any]:
    """Return what Xero's lists offer for an item."""
    organisation = bound_organisation(workspace)
    return {**options_of_lines(organisation)} if organisation else {}
