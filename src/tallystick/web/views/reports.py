"""What is made in the background for a page: its progress, and the file that came of it."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tallystick.background.files import content_of
from tallystick.background.models import Task, TaskState
from tallystick.background.queue import TooMany, ask
from tallystick.sync.planned import FRESH
from tallystick.web.exports import EXPORT, export_of, question_of
from tallystick.web.spreadsheets import csv_answer
from tallystick.web.views.scope import person, workspace_or_404
from tallystick.workspaces.models import Workspace


def send_or_make(
    request: HttpRequest, workspace: Workspace, shown: type, *, of: str
) -> HttpResponseBase:
    """Send what a list shows as CSV, or have it made if that takes long."""
    question = question_of(shown, request.GET, of=of, today=timezone.localdate())
    export = export_of(workspace, question)
    if export.is_short():
        return csv_answer(export.head, export.rows(), name=export.name)
    try:
        task = ask(
            workspace=workspace,
            actor=person(request),
            kind=EXPORT,
            question=question,
            fresh=FRESH,
        )
    except TooMany as refused:
        return too_many(request, workspace, refused, title=f"{export.name}.csv")
    return redirect("report", workspace.slug, task.pk)


@require_safe
@never_cache
def show(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """How far the file is, and once it is made, where to get it."""
    workspace = workspace_or_404(request, slug)
    task = get_object_or_404(Task, workspace=workspace, kind=EXPORT, pk=pk)
    return making(request, workspace, task, title=f"{export_of(workspace, task.question).name}.csv")


@require_safe
def download(request: HttpRequest, slug: str, pk: int) -> StreamingHttpResponse:
    workspace = workspace_or_404(request, slug)
    task = get_object_or_404(Task, workspace=workspace, kind=EXPORT, state=TaskState.DONE, pk=pk)
    if not task.file_name:
        raise Http404("Nothing came of it.")
    answer = StreamingHttpResponse(content_of(task), content_type="text/csv; charset=utf-8")
    answer["Content-Length"] = str(task.file_bytes)
    answer["Content-Disposition"] = f'attachment; filename="{task.file_name}"'
    return answer


def making(request: HttpRequest, workspace: Workspace, task: Task, *, title: str) -> HttpResponse:
    """Show a task: its progress, its file, or why it failed."""
    context = {"workspace": workspace, "task": task, "title": title}
    return render(request, "web/pages/report.html", context)


def too_many(
    request: HttpRequest, workspace: Workspace, refused: TooMany, *, title: str
) -> HttpResponse:
    context = {"workspace": workspace, "title": title, "problem": str(refused)}
    status = HTTPStatus.TOO_MANY_REQUESTS
    return render(request, "web/pages/report.html", context, status=status)
