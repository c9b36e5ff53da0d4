"""Files that people upload: kept, checked by a dry run in the background, imported when confirmed.

A file lies in the data directory until it is imported or a week old, the list of its bad rows for
three months; where web and worker run on
several machines, they share that directory. A step that died is safe to begin again.
"""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from tallystick.importing.errors import ImportRefused, UnknownFormat
from tallystick.importing.models import Upload, UploadState
from tallystick.importing.report import ImportReport, Progress
from tallystick.importing.run import import_file
from tallystick.importing.tasks import work
from tallystick.workspaces.access import NotAllowed, Permission, require
from tallystick.workspaces.models import User, Workspace

MOST_MEGABYTES = 500
_KEPT = timedelta(days=7)
_DONE_KEPT = timedelta(days=90)
#: Without a sign of life for so long, a step has died.
_SILENCE = timedelta(seconds=60)


def receive(
    *, workspace: Workspace, actor: User, file_name: str, chunks: Iterable[bytes], format: str = ""
) -> Upload:
    """Keep the file and begin its check. Raises NotAllowed, and ImportRefused if it is too big."""
    require(actor, workspace, Permission.EDIT_BOOKS)
    _forget_old(workspace)
    with transaction.atomic():
        upload = Upload.objects.create(
            workspace=workspace, actor=actor, file_name=file_name[-255:], format=format
        )
        try:
            _keep(chunks, path_of(upload))
        except BaseException:
            path_of(upload).unlink(missing_ok=True)
            raise
        work.defer(upload_id=upload.pk)
    return upload


def check_again(*, upload: Upload, actor: User, format: str) -> None:
    """Check the file anew, read by the mapping named `format`."""
    require(actor, upload.workspace, Permission.EDIT_BOOKS)
    waiting = [UploadState.CHECKED, UploadState.REFUSED]
    _begin(upload, waiting, state=UploadState.CHECKING, format=format, problem="", header=[])


def start(*, upload: Upload, actor: User, submit: bool) -> None:
    """Import the checked file; pressed twice, it is imported once."""
    require(actor, upload.workspace, Permission.EDIT_BOOKS)
    _begin(upload, [UploadState.CHECKED], state=UploadState.IMPORTING, submit=submit, actor=actor)


def resume(*, upload: Upload, actor: User) -> None:
    """Begin the step that died again; what it made is not made twice."""
    require(actor, upload.workspace, Permission.EDIT_BOOKS)
    _begin(upload, [UploadState.CHECKING, UploadState.IMPORTING])


def discard(*, upload: Upload, actor: User) -> None:
    """Forget the upload and its file; documents that it made stay."""
    require(actor, upload.workspace, Permission.EDIT_BOOKS)
    _forget(upload)


def seems_dead(upload: Upload) -> bool:
    """Say whether the step under way has given no sign of life for long."""
    return upload.is_open and upload.changed_at < timezone.now() - _SILENCE


def path_of(upload: Upload) -> Path:
    return settings.DATA_DIR / "uploads" / str(upload.pk)


def bad_rows_path_of(upload: Upload) -> Path:
    """Return where the CSV with every bad row of the last step lies."""
    return settings.DATA_DIR / "uploads" / f"{upload.pk}.bad-rows.csv"


def carry_out(upload_id: int) -> None:
    """Do the step that the upload waits for; the job's whole work."""
    upload = Upload.objects.select_related("workspace", "actor").filter(pk=upload_id).first()
    if upload is None or not upload.is_open:
        return
    try:
        report = _import(upload)
    except UnknownFormat as error:
        _end(upload, state=UploadState.REFUSED, problem=str(error), header=error.header)
    except (ImportRefused, NotAllowed) as error:
        _end(upload, state=UploadState.REFUSED, problem=str(error))
    except FileNotFoundError:
        problem = "The file is not here any more. Upload it again; nothing is imported twice."
        _end(upload, state=UploadState.REFUSED, problem=problem)
    else:
        is_done = upload.state == UploadState.IMPORTING
        if is_done:
            path_of(upload).unlink(missing_ok=True)
        state = UploadState.DONE if is_done else UploadState.CHECKED
        _end(upload, state=state, report=report.as_json())


def _import(upload: Upload) -> ImportReport:
    def tell(progress: Progress) -> None:
        Upload.objects.filter(pk=upload.pk).update(progress=progress._asdict(), changed_at=Now())

    with bad_rows_path_of(upload).open("w", encoding="utf-8", newline="") as bad_rows:
        return import_file(
            workspace=upload.workspace,
            actor=upload.actor,
            source=path_of(upload),
            format=upload.format or None,
            dry_run=upload.state == UploadState.CHECKING,
            submit=upload.submit,
            on_progress=tell,
            bad_rows_to=bad_rows,
        )


@transaction.atomic
def _begin(upload: Upload, waiting: list[UploadState], **changes: object) -> None:
    """Change the upload and defer its work, if it is in one of the states `waiting`."""
    changed = Upload.objects.filter(pk=upload.pk, state__in=waiting).update(
        **changes, progress={}, changed_at=Now()
    )
    if changed:
        work.defer(upload_id=upload.pk)


def _end(upload: Upload, **changes: object) -> None:
    # Another worker may have ended the same step before.
    Upload.objects.filter(pk=upload.pk, state=upload.state).update(**changes, changed_at=Now())


def _keep(chunks: Iterable[bytes], path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    size = 0
    with path.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > MOST_MEGABYTES * 1_000_000:
                raise ImportRefused(
                    f"The file is larger than {MOST_MEGABYTES} MB. Pack it with gzip, part it, "
                    "or import it with the command tallystick import."
                )
            file.write(chunk)


def _forget_old(workspace: Workspace) -> None:
    now = timezone.now()
    old = Q(created_at__lt=now - _KEPT) & ~Q(state=UploadState.DONE)
    very_old = Q(created_at__lt=now - _DONE_KEPT)
    for upload in Upload.objects.filter(old | very_old, workspace=workspace):
        _forget(upload)


def _forget(upload: Upload) -> None:
    path_of(upload).unlink(missing_ok=True)
    bad_rows_path_of(upload).unlink(missing_ok=True)
    upload.delete()
