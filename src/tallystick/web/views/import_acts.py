"""What is done to an upload on its page: import it, check it anew, keep or leave what was tried."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tallystick.books.errors import InvalidRecord
from tallystick.importing import uploads
from tallystick.importing.errors import ImportRefused
from tallystick.importing.models import Upload, UploadState
from tallystick.web.views.workspace_access import person, upload_or_404


class ImportActName(StrEnum):
    """What forms call each act on an upload by."""

    START = "start"
    CHECK_AGAIN = "again"
    #: To read it by another format, to ask anew what was answered, to keep the columns that were
    #: tried, and to leave them.
    READ_BY = "format"
    ASK_AGAIN = "ask"
    KEEP_TRIED = "keep"
    LEAVE_TRIED = "leave"
    DISCARD = "discard"


def _start(upload: Upload, request: HttpRequest) -> None:
    form = request.POST
    uploads.start(
        upload=upload, actor=person(request), submit="submit" in form, seen=form.get("seen")
    )


def _read_by(upload: Upload, request: HttpRequest) -> None:
    name = request.POST.get("format", "")[:60]
    uploads.check_again(upload=upload, actor=person(request), format=name)


def _ask_again(upload: Upload, request: HttpRequest) -> None:
    key = request.POST.get("key", "")
    uploads.ask_again(upload=upload, actor=person(request), key=key)


def _leave_tried(upload: Upload, request: HttpRequest) -> None:
    uploads.check_again(upload=upload, actor=person(request), format=upload.format)


def _discard(upload: Upload, request: HttpRequest) -> None:
    uploads.discard(upload=upload, actor=person(request))
    messages.success(request, f"{upload} was discarded.{_left_of(upload)}")


def _left_of(upload: Upload) -> str:
    is_untouched = upload.state in (UploadState.CHECKED, UploadState.REFUSED)
    return " Nothing of it was imported." if is_untouched else " What was imported of it stays."


_ACTS: Mapping[str, Callable[[Upload, HttpRequest], None]] = MappingProxyType(
    {
        ImportActName.START: _start,
        ImportActName.CHECK_AGAIN: lambda upload, request: uploads.check_again(
            upload=upload, actor=person(request)
        ),
        ImportActName.READ_BY: _read_by,
        ImportActName.ASK_AGAIN: _ask_again,
        ImportActName.KEEP_TRIED: lambda upload, request: uploads.keep_tried(
            upload=upload, actor=person(request)
        ),
        ImportActName.LEAVE_TRIED: _leave_tried,
        ImportActName.DISCARD: _discard,
    }
)


@require_POST
def act(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Do the act that the pressed button names; nothing for a name of none."""
    _, upload = upload_or_404(request, slug, pk)
    name = request.POST.get("act", "")
    try:
        if name in _ACTS:
            _ACTS[name](upload, request)
    except (ImportRefused, InvalidRecord) as refused:
        messages.warning(request, str(refused))
    else:
        if name == ImportActName.DISCARD:
            return redirect("import", slug)
    return redirect("import-upload", slug, pk)
