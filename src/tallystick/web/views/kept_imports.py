"""What each import made, and undoing it as a whole."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from tallystick.books.paging import keyset_page
from tallystick.english import verb, was_or_were
from tallystick.importing.imports import imports_of
from tallystick.importing.models import Import
from tallystick.sync.acts.undoing_imports import (
    ImportUndoing,
    NotUndone,
    import_preview,
    undo_import,
)
from tallystick.sync.links.record_sums import RecordSum
from tallystick.web.views.act_responses import ask, go_back
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission, may
from tallystick.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class UndonePart:
    """A part of an import, what it is, and what would become of it."""

    part: RecordSum
    what: str
    fate: str


@require_safe
def show_all(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    page = keyset_page(imports_of(workspace), request.GET, field="pk")
    context = {"workspace": workspace, "page": page, "imports": page.rows}
    return render(request, "web/pages/kept_imports.html", context)


@require_safe
def show(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One import: what is left of it, and what undoing it would do."""
    workspace = workspace_or_404(request, slug)
    kept = _import_or_404(workspace, pk)
    would = import_preview(kept)
    context = {
        "workspace": workspace,
        "kept": kept,
        "would": would,
        "rows": _rows(would),
        "asides": _asides(would),
        "may_undo": may(request.user, workspace, Permission.EDIT_BOOKS),
    }
    return render(request, "web/pages/kept_import.html", context)


@require_POST
def undo(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Undo the import, once the person has confirmed it."""
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    kept = _import_or_404(workspace, pk)
    back = resolve_url("kept-import", workspace.slug, kept.pk)
    would = import_preview(kept)
    if "confirmed" not in request.POST and not would.refusal:
        return ask(
            request,
            workspace,
            message=_what_would_follow(would),
            label=f"Undo this import: {would.all.counted}" if would.count else "Undo this import",
            is_final=True,
            back=back,
            keep="Keep it as it is",
        )
    try:
        done = undo_import(workspace=workspace, actor=person(request), import_id=kept.pk)
    except NotUndone as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, f"The import of {kept} was undone: {done.all}.")
    return go_back(request, back)


def _import_or_404(workspace: Workspace, pk: int) -> Import:
    return get_object_or_404(imports_of(workspace), pk=pk)


def _rows(would: ImportUndoing) -> list[UndonePart]:
    """Return each part of the import with what would become of it."""
    parts = (
        (would.removed, "Drafts", "removed; their numbers are free again"),
        (would.cancelled, "Submitted", "cancelled, and stay to be seen as cancelled"),
        (would.settlements, "Payments and allocations", "deleted"),
        (would.cancelled_before, "Cancelled before", "stay as they are"),
    )
    return [UndonePart(*row) for row in parts if row[0].count]


def _what_would_follow(would: ImportUndoing) -> str:
    told = [f"{row.part}: {row.fate}." for row in _rows(would)]
    return " ".join([*told, *_asides(would)])


def _asides(would: ImportUndoing) -> list[str]:
    """Return what a person should know before it is undone."""
    told = []
    if would.changed:
        told.append(f"{would.changed:,} of these {was_or_were(would.changed)} changed here since.")
    if would.edited:
        told.append(
            f"{would.edited:,} that the import edited {verb(would.edited, 'stay')} as "
            "edited: what they were before is not kept."
        )
    if would.cancelled_by:
        told.append(
            f"{would.cancelled_by:,} that the import cancelled "
            f"{verb(would.cancelled_by, 'stay')} cancelled: a file that has them "
            "makes them anew, if you say so when it is checked."
        )
    told.append("Customers and items that the import added stay.")
    return told
