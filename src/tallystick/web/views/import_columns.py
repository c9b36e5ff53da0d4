"""Saying what the columns of a file mean, and where in it the table begins."""

from http import HTTPStatus
from pathlib import Path

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tallystick.books.errors import InvalidRecord
from tallystick.importing import uploads
from tallystick.importing.errors import ImportRefused
from tallystick.importing.glimpse import beginning_of, glimpse_of_file
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.meaning.recognising import guess
from tallystick.importing.models import Upload, UploadState, known_mappings, remembered
from tallystick.importing.questions import answered, kept
from tallystick.importing.report import ImportReport
from tallystick.importing.saving import name_for
from tallystick.importing.tables.table import Layout
from tallystick.web.forms.columns import ColumnsForm
from tallystick.web.forms.field_messages import show_column_problems
from tallystick.web.forms.imports import LayoutForm
from tallystick.web.views.workspace_access import person, upload_or_404
from tallystick.workspaces.models import Workspace

#: Of a record that may be the header, so many cells are shown.
_MOST_CELLS = 12
#: What the page can begin with, besides `=` and the name of a mapping.
_TRIED, _GUESSED = "tried", "guessed"


def columns(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say what the columns mean: `act` tries it on the file, or saves it and checks anew."""
    workspace, upload = upload_or_404(request, slug, pk)
    if not upload.header:
        return redirect("import-upload", slug, pk)
    known = {each.name: each for each in known_mappings(workspace) if each.holds == "documents"}
    asked = request.POST.get("begun") or request.GET.get("begun", "")
    begun = asked or _usual(upload, known)
    base = _base(workspace, upload, known, begun)
    own = base.name if base.name in known and known[base.name].is_own else ""
    form = ColumnsForm(
        request.POST or None, glimpse=glimpse_of_file(upload), base=base, is_named=bool(own)
    )
    if request.method == "POST" and form.is_valid():
        keep = request.POST.get("act") != "try"
        try:
            uploads.read_by(
                upload=upload,
                actor=person(request),
                mapping=form.to_mapping(),
                keep=keep,
                replaces=own,
            )
        except InvalidRecord as refused:
            show_column_problems(form, refused)
        except ImportRefused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("import-upload", slug, pk)
    context = {
        "workspace": workspace,
        "upload": upload,
        "form": form,
        "begun": begun,
        "beginnings": [
            (_GUESSED, "Guesses"),
            *((f"={each.name}", each.title) for each in known.values()),
        ],
        "own": own,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "web/pages/import_columns.html", context, status=status)


def _usual(upload: Upload, known: dict[str, Mapping]) -> str:
    """Return what to begin with: what is tried, what recognised the file, what was chosen, guesses."""
    if upload.tried:
        return _TRIED
    names = [upload.format]
    if upload.report and upload.state == UploadState.CHECKED:
        names.insert(0, ImportReport.from_json(upload.report).format)
    return next((f"={name}" for name in names if name in known), _GUESSED)


def _base(workspace: Workspace, upload: Upload, known: dict[str, Mapping], begun: str) -> Mapping:
    """Return the mapping that the page begins from, with what was answered since it was made."""
    tried, name = uploads.tried_of(upload), begun.removeprefix("=")
    if begun == _TRIED and tried:
        return answered(tried, kept(upload.answers))
    if begun.startswith("=") and name in known:
        said = remembered(workspace, name) | kept(upload.answers)
        mapping = answered(known[name], said)
        return mapping if mapping.is_own else _renamed(workspace, mapping, mapping.title)
    guessed = guess(upload.header, known.values())
    mapping = Mapping(name="", title="", columns=guessed)
    return _renamed(workspace, mapping, Path(upload.file_name).stem)


def _renamed(workspace: Workspace, mapping: Mapping, wished: str) -> Mapping:
    name = name_for(workspace, wished[:50].strip() or "My files")
    return msgspec.structs.replace(mapping, name=name, title=name)


def layout(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say which row names the columns, which sheet, encoding or delimiter it is; checked anew."""
    workspace, upload = upload_or_404(request, slug, pk)
    if upload.is_open or upload.state == UploadState.DONE:
        return redirect("import-upload", slug, pk)
    beginning, chosen = beginning_of(upload), msgspec.convert(upload.layout, Layout)
    form = LayoutForm(request.POST or None, layout=chosen, beginning=beginning)
    if request.method == "POST" and form.is_valid():
        try:
            uploads.check_again(upload=upload, actor=person(request), layout=form.to_layout())
        except ImportRefused as refused:
            messages.warning(request, str(refused))
        return redirect("import-upload", slug, pk)
    records = beginning.records if beginning else []
    context = {
        "workspace": workspace,
        "upload": upload,
        "form": form,
        "width": min(_MOST_CELLS + 1, max((len(cells) for _, cells in records), default=1)),
        "chosen": chosen.header_line,
        "beginning": beginning,
        "records": [
            (line, cells[:_MOST_CELLS], max(0, len(cells) - _MOST_CELLS)) for line, cells in records
        ],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "web/pages/import_layout.html", context, status=status)
