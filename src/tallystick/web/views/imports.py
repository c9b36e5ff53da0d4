"""Import: a file is uploaded, checked, looked at and, once confirmed, imported."""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tallystick.books.models import Kind
from tallystick.connections.bound import bound_organisation
from tallystick.importing import uploads
from tallystick.importing.errors import ImportRefused
from tallystick.importing.example import example
from tallystick.importing.glimpse import beginning_of, may_be_text
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.meaning.zones import offered_zones
from tallystick.importing.models import Upload, UploadState, known_mappings
from tallystick.importing.report import CAUSES, ImportReport
from tallystick.importing.tables.table import Beginning
from tallystick.mapping.naming import usual_sales_code
from tallystick.web.forms.imports import UploadForm
from tallystick.web.kinds import PAGES, KindPages
from tallystick.web.views.import_answers import asked_taxes, report_of
from tallystick.web.views.workspace_access import person, upload_or_404, workspace_or_404
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import Workspace

_SHOWN = 20
_DOING = {
    "looking": "Looking through the file",
    "reading": "Reading the file",
    "checking": "Checking what it holds",
    "writing": "Importing",
}


@dataclass(frozen=True, slots=True)
class OtherReading:
    """How else a file can be read: from another row or sheet, by other columns or formats."""

    beginning: Beginning | None
    has_encoding: bool
    has_columns: bool
    formats: list[Mapping]


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
    workspace, upload = upload_or_404(request, slug, pk)
    report = report_of(upload)
    progress = upload.task.progress if upload.task else {}
    context = {
        "workspace": workspace,
        "upload": upload,
        "doing": _DOING.get(progress.get("stage", ""), "Waiting to begin"),
        "progress": progress,
        "report": report,
        "tried": uploads.tried_of(upload),
        "organisation": bound_organisation(workspace),
        "otherwise": _otherwise(workspace, upload, report),
        **(_look(workspace, upload, report) if report else {}),
    }
    return render(request, "web/pages/import.html", context)


def _look(workspace: Workspace, upload: Upload, report: ImportReport) -> dict[str, object]:
    """Return what the last step counted and left open."""
    is_checked = upload.state == UploadState.CHECKED
    asks_zone = any(question.takes_any_zone for question in report.questions)
    return {
        "zones": offered_zones() if asks_zone else [],
        "seen": uploads.look_of(upload),
        "made": _made(report),
        "left_out": [(CAUSES[cause], each) for cause, each in report.left_out.items()],
        "lists": _lists(report),
        "asked": asked_taxes(None, workspace, upload, report),
        # Those that block are alone on the page: nothing else can be pressed before.
        "questions": [each for each in report.questions if each.blocks or not report.is_blocked]
        if is_checked
        else [],
        "has_list": uploads.bad_rows_path_of(upload).exists(),
        "has_failed": bool(report.left_out or report.bad_rows)
        and uploads.failed_path_of(upload).exists(),
    }


def _otherwise(
    workspace: Workspace, upload: Upload, report: ImportReport | None
) -> OtherReading | None:
    """Return how else the file can be read; None while that cannot be asked for."""
    if upload.is_open or upload.state == UploadState.DONE or not uploads.path_of(upload).exists():
        return None
    beginning = beginning_of(upload)
    is_checked = upload.state == UploadState.CHECKED
    is_of_others = is_checked and report is not None and report.noun != "document"
    return OtherReading(
        beginning=beginning,
        has_encoding=not beginning.sheets if beginning else may_be_text(uploads.path_of(upload)),
        has_columns=bool(upload.header) and not is_of_others,
        formats=known_mappings(workspace) if upload.header else [],
    )


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


@require_safe
def bad_rows(request: HttpRequest, slug: str, pk: int) -> FileResponse:
    """Every bad value of the last step as CSV."""
    _, upload = upload_or_404(request, slug, pk)
    return _list(upload, uploads.bad_rows_path_of(upload), "bad rows")


@require_safe
def left_out(request: HttpRequest, slug: str, pk: int) -> FileResponse:
    """The rows of what was left out, with reasons, as a file that can be imported by itself."""
    _, upload = upload_or_404(request, slug, pk)
    return _list(upload, uploads.failed_path_of(upload), "left out")


def _list(upload: Upload, path: Path, what: str) -> FileResponse:
    if not path.exists():
        raise Http404("The list is not kept any more.")
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"{Path(upload.file_name).stem} {what}.csv",
        content_type="text/csv; charset=utf-8",
    )
