"""What is made in the background for a page: its progress, and the file that came of it."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tallystick.background.files import content_of
from tallystick.background.models import Task, TaskState
from tallystick.background.queue import TooMany, ask
from tallystick.books.models import Kind
from tallystick.sync.preview.plan_tasks import FRESH
from tallystick.web.exports import COMPARE, EXPORT, export_of, question_of
from tallystick.web.kinds import pages_of
from tallystick.web.spreadsheets import csv_answer
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.models import Workspace

#: Lists that are of no kind of document: title, and the names of the addresses of list and file.
_LISTS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "payments": ("Payments", "payment-list", "payment-export"),
        COMPARE: ("Compare", "compare", "compare-export"),
    }
)


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
        back = _list_of(workspace, question)
        return too_many(request, workspace, refused, title=f"{export.name}.csv", back=back)
    return redirect("report", workspace.slug, task.pk)


@require_safe
@never_cache
def show(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """How far the file is, and once it is made, where to get it."""
    workspace = workspace_or_404(request, slug)
    task = get_object_or_404(Task, workspace=workspace, kind=EXPORT, pk=pk)
    title = f"{export_of(workspace, task.question).name}.csv"
    back = _list_of(workspace, task.question)
    again = _address_of(workspace, task.question, of_file=True)
    return making(request, workspace, task, title=title, back=back, again=again)


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


def making(
    request: HttpRequest,
    workspace: Workspace,
    task: Task,
    *,
    title: str,
    back: tuple[str, str],
    again: str,
) -> HttpResponse:
    """Show a task: its progress, its file, or why it failed.

    `back` is address and name of the page before, `again` the address that asks anew.
    """
    context = {"workspace": workspace, "task": task, "title": title, "back": back, "again": again}
    return render(request, "web/pages/report.html", context)


def too_many(
    request: HttpRequest,
    workspace: Workspace,
    refused: TooMany,
    *,
    title: str,
    back: tuple[str, str],
) -> HttpResponse:
    again = request.get_full_path()
    context = {
        "workspace": workspace, "title": title, "back": back, "again": again,
        "problem": str(refused),
    }  # fmt: skip
    status = HTTPStatus.TOO_MANY_REQUESTS
    return render(request, "web/pages/report.html", context, status=status)


def _list_of(workspace: Workspace, question: Mapping[str, str]) -> tuple[str, str]:
    """Return address and name of the list that a file is of."""
    name = _LISTS[question["of"]][0] if question["of"] in _LISTS else ""
    name = name or pages_of(Kind(question["of"])).title
    return _address_of(workspace, question, of_file=False), name


def _address_of(workspace: Workspace, question: Mapping[str, str], *, of_file: bool) -> str:
    if question["of"] in _LISTS:
        _, of_list, of_export = _LISTS[question["of"]]
        name = of_export if of_file else of_list
    else:
        pages = pages_of(Kind(question["of"]))
        name = pages.export_name if of_file else pages.list_name
    return f"{reverse(name, args=[workspace.slug])}?{question['query']}"
