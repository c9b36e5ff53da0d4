"""Import: a file is uploaded, checked, looked at and, once confirmed, imported."""

from http import HTTPStatus
from pathlib import Path

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tallystick.books.errors import InvalidRecord
from tallystick.books.models import Kind
from tallystick.connections.bound import bound_organisation
from tallystick.importing import uploads
from tallystick.importing.errors import ImportRefused
from tallystick.importing.example import example
from tallystick.importing.models import Upload, UploadState, known_mappings
from tallystick.importing.report import CAUSES, ImportReport
from tallystick.importing.saving import save_mapping
from tallystick.mapping.naming import name_tax_codes, usual_sales_code
from tallystick.mapping.services import MappingRefused
from tallystick.web.forms.imports import ColumnsForm, UploadForm
from tallystick.web.forms.tax_names import TaxNamesForm
from tallystick.web.kinds import PAGES, KindPages
from tallystick.web.views.scope import person, workspace_or_404
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import Workspace

_SHOWN = 20
_DOING = {
    "reading": "Reading the file",
    "checking": "Checking what it holds",
    "writing": "Importing",
}


def show_all(request: HttpRequest, slug: str) -> HttpResponse:
    """The latest uploads, and the form for the next one."""
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    form = UploadForm(request.POST or None, request.FILES or None, known=known_mappings(workspace))
    if request.method == "POST" and form.is_valid():
        file: UploadedFile = form.cleaned_data["file"]
        try:
            upload = uploads.receive(
                workspace=workspace,
                actor=person(request),
                file_name=Path(file.name or "file.csv").name,
                chunks=file.chunks(),
                format=form.cleaned_data["format"],
            )
        except ImportRefused as refused:
            form.add_error("file", str(refused))
        else:
            return redirect("import-upload", slug, upload.pk)
    latest = Upload.objects.filter(workspace=workspace).select_related("actor").order_by("-pk")
    context = {"workspace": workspace, "form": form, "uploads": latest[:_SHOWN]}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "web/pages/imports.html", context, status=status)


@require_safe
@never_cache
def show(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What the check found, how far the import is, what it did."""
    workspace, upload = _upload_or_404(request, slug, pk)
    report = ImportReport.from_json(upload.report) if upload.report else None
    progress = upload.task.progress if upload.task else {}
    context = {
        "workspace": workspace,
        "upload": upload,
        "doing": _DOING.get(progress.get("stage", ""), "Waiting to begin"),
        "progress": progress,
        "report": report,
        "made": _made(report) if report else [],
        "left_out": [(CAUSES[cause], each) for cause, each in report.left_out.items()]
        if report
        else [],
        "lists": _lists(report) if report else [],
        "asked": _asked(None, workspace, upload, report),
        "organisation": bound_organisation(workspace),
        "has_list": uploads.bad_rows_path_of(upload).exists(),
    }
    return render(request, "web/pages/import.html", context)


def _made(report: ImportReport) -> list[tuple[str, int]]:
    """Return how many of each kind, in the order of the kinds of documents."""
    labels = {**dict(Kind.choices), report.noun: report.noun.capitalize()}
    return [
        (label, report.created[kind]) for kind, label in labels.items() if kind in report.created
    ]


def _lists(report: ImportReport) -> list[KindPages]:
    """Return the kinds of documents that were made; after an interruption all, as any may have been."""
    return [
        pages for kind, pages in PAGES.items() if kind in report.created or report.interruptions
    ]


def _asked(
    data: QueryDict | None, workspace: Workspace, upload: Upload, report: ImportReport | None
) -> TaxNamesForm | None:
    """Return the form that asks for the file's unknown tax codes, if there are any."""
    if report is None or not report.unknown_tax_codes or upload.state != UploadState.CHECKED:
        return None
    return TaxNamesForm(data, report.unknown_tax_codes, bound_organisation(workspace))


@require_POST
def name_taxes(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Make tax codes of the names that the file bears and nobody knew; it is checked anew then."""
    workspace, upload = _upload_or_404(request, slug, pk)
    report = ImportReport.from_json(upload.report) if upload.report else None
    form = _asked(request.POST, workspace, upload, report)
    if form is None:
        messages.info(request, "Nothing is asked about this file any more.")
    elif form.is_valid():
        _name(request, workspace, upload, form)
    else:
        messages.error(request, "Say of every code what it is; nothing was made.")
    return redirect("import-upload", slug, pk)


def _name(request: HttpRequest, workspace: Workspace, upload: Upload, form: TaxNamesForm) -> None:
    try:
        made = name_tax_codes(
            workspace=workspace,
            organisation=form.organisation,
            given=form.given(),
            actor=person(request),
        )
    except MappingRefused as refused:
        messages.error(request, str(refused))
        return
    count = f"{len(made):,} tax code{' was' if len(made) == 1 else 's were'} made."
    messages.success(request, f"{count} The file is checked again with what is known now.")
    uploads.check_again(upload=upload, actor=person(request))


@require_safe
def template(request: HttpRequest, slug: str) -> HttpResponse:
    """Our simple template with two example invoices, which can be imported as it is."""
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    organisation = bound_organisation(workspace)
    code = usual_sales_code(organisation) if organisation else None
    text = example(tax_code=code.code if code else "", today=timezone.localdate())
    return HttpResponse(
        # With a byte order mark, by which spreadsheets know that it is UTF-8.
        "\ufeff" + text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="tallystick-template.csv"'},
    )


@require_POST
def act(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Do what the pressed button says: `start`, `again` or `discard`."""
    _, upload = _upload_or_404(request, slug, pk)
    pressed, actor = request.POST.get("act"), person(request)
    try:
        if pressed == "start":
            uploads.start(upload=upload, actor=actor, submit="submit" in request.POST)
        elif pressed == "again":
            uploads.check_again(upload=upload, actor=actor)
        elif pressed == "discard":
            uploads.discard(upload=upload, actor=actor)
            messages.success(request, f"{upload} was discarded.{_left_of(upload)}")
            return redirect("import", slug)
    except ImportRefused as refused:
        messages.warning(request, str(refused))
    return redirect("import-upload", slug, pk)


def _left_of(upload: Upload) -> str:
    is_untouched = upload.state in (UploadState.CHECKED, UploadState.REFUSED)
    return " Nothing of it was imported." if is_untouched else " What was imported of it stays."


def columns(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say what the columns of a file mean that is not known; it is checked anew with that."""
    workspace, upload = _upload_or_404(request, slug, pk)
    if not upload.header:
        return redirect("import-upload", slug, pk)
    form = ColumnsForm(request.POST or None, header=upload.header)
    if request.method == "POST" and form.is_valid():
        actor, mapping = person(request), form.to_mapping()
        try:
            save_mapping(workspace=workspace, actor=actor, mapping=mapping)
        except InvalidRecord as refused:
            for problem in refused.problems:
                field = f"column-{problem.field}"
                form.add_error(field if field in form.fields else problem.field, problem.message)
        else:
            try:
                uploads.check_again(upload=upload, actor=actor, format=mapping.name)
            except ImportRefused as refused:
                messages.warning(request, str(refused))
            return redirect("import-upload", slug, pk)
    context = {"workspace": workspace, "upload": upload, "form": form}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "web/pages/import_columns.html", context, status=status)


@require_safe
def bad_rows(request: HttpRequest, slug: str, pk: int) -> FileResponse:
    """Every bad row of the last step as CSV."""
    _, upload = _upload_or_404(request, slug, pk)
    path = uploads.bad_rows_path_of(upload)
    if not path.exists():
        raise Http404("The list is not kept any more.")
    name = f"{Path(upload.file_name).stem} bad rows.csv"
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8"
    )


def _upload_or_404(request: HttpRequest, slug: str, pk: int) -> tuple[Workspace, Upload]:
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    found = Upload.objects.select_related("workspace", "actor", "task")
    return workspace, get_object_or_404(found, workspace=workspace, pk=pk)
