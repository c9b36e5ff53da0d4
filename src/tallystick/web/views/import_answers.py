"""Answering what a file leaves open; it is checked anew with that."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tallystick.books.tax_codes import tax_codes_of
from tallystick.connections.bound import bound_organisation
from tallystick.english import counted, was_or_were
from tallystick.importing import uploads
from tallystick.importing.errors import ImportRefused
from tallystick.importing.models import Upload, UploadState
from tallystick.importing.questions import Ask, key_of
from tallystick.importing.report import ImportReport
from tallystick.mapping.naming import name_tax_codes
from tallystick.mapping.services import MappingRefused
from tallystick.web.forms.tax_names import TaxNamesForm
from tallystick.web.views.workspace_access import person, upload_or_404
from tallystick.workspaces.models import Workspace

_NOTHING_ASKED = "Nothing is asked about this file any more."
#: Of the workspace's tax codes, so many are offered.
_MOST_CODES = 200


def report_of(upload: Upload) -> ImportReport | None:
    return ImportReport.from_json(upload.report) if upload.report else None


@require_POST
def answer(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take the answers to what the last check asked; each stands under `answer-` and its key."""
    _, upload = upload_or_404(request, slug, pk)
    report = report_of(upload)
    if report is None or not report.questions or upload.state != UploadState.CHECKED:
        messages.info(request, _NOTHING_ASKED)
        return redirect("import-upload", slug, pk)
    answers = {
        asked.key: choice.value
        for asked in report.questions
        for choice in asked.choices
        if request.POST.get(f"answer-{asked.key}") == choice.value
    }
    answers |= {
        asked.key: other
        for asked in report.questions
        if asked.takes_any_zone and (other := request.POST.get(f"other-{asked.key}"))
    }
    if not answers:
        messages.warning(request, "Choose an answer first. Nothing was changed.")
    else:
        _take(request, upload, answers)
    return redirect("import-upload", slug, pk)


def _take(request: HttpRequest, upload: Upload, answers: dict[str, str]) -> None:
    try:
        uploads.answer(upload=upload, actor=person(request), answers=answers)
    except ImportRefused as refused:
        messages.warning(request, str(refused))


def asked_taxes(
    data: QueryDict | None, workspace: Workspace, upload: Upload, report: ImportReport | None
) -> TaxNamesForm | None:
    """Return the form that asks for the file's unknown tax codes, if there are any."""
    if report is None or not report.unknown_tax_codes or upload.state != UploadState.CHECKED:
        return None
    codes = tax_codes_of(workspace)[:_MOST_CODES]
    return TaxNamesForm(data, report.unknown_tax_codes, bound_organisation(workspace), codes)


@require_POST
def name_taxes(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say of names that the file bears and nobody knew which codes they are, or make them."""
    workspace, upload = upload_or_404(request, slug, pk)
    form = asked_taxes(request.POST, workspace, upload, report_of(upload))
    if form is None:
        messages.info(request, _NOTHING_ASKED)
    elif form.is_valid():
        _name(request, workspace, upload, form)
    else:
        messages.error(request, "Say of every code what it is; nothing was made.")
    return redirect("import-upload", slug, pk)


def _name(request: HttpRequest, workspace: Workspace, upload: Upload, form: TaxNamesForm) -> None:
    new, ours = form.given()
    try:
        made = name_tax_codes(
            workspace=workspace, organisation=form.organisation, given=new, actor=person(request)
        )
    except MappingRefused as refused:
        messages.error(request, str(refused))
        return
    count = len(made)
    told = f"{counted(count, 'tax code')} {was_or_were(count)} made. " if new else ""
    messages.success(request, f"{told}The file is checked again with what is known now.")
    if ours:
        _take(request, upload, {key_of(Ask.TAX, name): code for name, code in ours.items()})
    else:
        uploads.check_again(upload=upload, actor=person(request))
