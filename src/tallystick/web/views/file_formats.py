"""Settings, File formats: the mappings that ship and the workspace's own, and what was answered."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from tallystick.books.errors import InvalidRecord
from tallystick.importing import saving
from tallystick.importing.errors import ImportRefused
from tallystick.importing.glimpse import glimpse_of_mapping
from tallystick.importing.meaning.fields import label_of
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.models import SavedMapping, known_mappings, remembered
from tallystick.importing.questions import answered, in_words
from tallystick.web.forms.columns import ColumnsForm
from tallystick.web.forms.field_messages import show_column_problems
from tallystick.web.views.act_responses import ask, go_back
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class ShownFormat:
    """A mapping, which columns it reads, and what is remembered of its files."""

    mapping: Mapping
    #: Of an own one.
    pk: int | None
    columns: list[tuple[str, str]]
    answers: list[str]


@require_safe
def show_all(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    keys = {saved.name: saved.pk for saved in workspace.saved_mappings.all()}
    said = {kept.format: kept.answers for kept in workspace.remembered_answers.all()}
    shown = [
        ShownFormat(
            mapping,
            keys.get(mapping.name) if mapping.is_own else None,
            [(label_of(field), name) for field, name in mapping.columns.items()],
            [in_words(key, value) for key, value in said.get(mapping.name, {}).items()],
        )
        for mapping in known_mappings(workspace)
    ]
    context = {
        "workspace": workspace,
        "own": [each for each in shown if each.pk],
        "shipped": [each for each in shown if not each.pk],
    }
    return render(request, "web/pages/file_formats.html", context)


def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change one of the workspace's own; the columns to choose from are those that it names."""
    workspace, saved = _own_or_404(request, slug, pk)
    base = answered(saved.mapping(), remembered(workspace, saved.name))
    form = ColumnsForm(
        request.POST or None, glimpse=glimpse_of_mapping(base), base=base, is_named=False
    )
    if request.method == "POST" and form.is_valid():
        mapping, actor = form.to_mapping(), person(request)
        try:
            saving.save_mapping(
                workspace=workspace, actor=actor, mapping=mapping, replaces=saved.name
            )
        except InvalidRecord as refused:
            show_column_problems(form, refused)
        else:
            messages.success(request, f"{mapping.name} was saved. The next files are read by it.")
            return redirect("file-formats", slug)
    context = {"workspace": workspace, "saved": saved, "form": form}
    status = 422 if form.errors else 200
    return render(request, "web/pages/file_format.html", context, status=status)


@require_POST
def copy(request: HttpRequest, slug: str) -> HttpResponse:
    """Make an own mapping of the one named, to be changed."""
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    try:
        saved = saving.copy_mapping(
            workspace=workspace, actor=person(request), name=request.POST.get("name", "")
        )
    except InvalidRecord as refused:
        messages.warning(request, " ".join(each.message for each in refused.problems))
    except ImportRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, f"{saved.name} was made. Change here what is different.")
        return redirect("file-format", slug, saved.pk)
    return redirect("file-formats", slug)


@require_POST
def ask_again(request: HttpRequest, slug: str) -> HttpResponse:
    """Forget what was said of files of the format named."""
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    name = request.POST.get("name", "")
    if any(each.name == name for each in known_mappings(workspace)):
        saving.forget(workspace=workspace, actor=person(request), format=name)
        messages.success(request, "The next file of this format is asked about again.")
    return redirect("file-formats", slug)


@require_POST
def delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Delete one of the workspace's own, once the person has confirmed it."""
    workspace, saved = _own_or_404(request, slug, pk)
    back = resolve_url("file-formats", slug)
    if "confirmed" not in request.POST:
        return ask(
            request,
            workspace,
            message=f"Files are not read by {saved} any more, and what was answered about them is "
            "forgotten. What they brought in stays.",
            label=f"Delete {saved}",
            is_final=True,
            back=back,
            keep="Keep it",
        )
    saving.delete_mapping(workspace=workspace, actor=person(request), name=saved.name)
    messages.success(request, f"{saved} was deleted.")
    return go_back(request, back)


def _own_or_404(request: HttpRequest, slug: str, pk: int) -> tuple[Workspace, SavedMapping]:
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    return workspace, get_object_or_404(SavedMapping, workspace=workspace, pk=pk)
