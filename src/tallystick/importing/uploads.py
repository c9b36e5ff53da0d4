"""Files that people upload: kept, checked by a dry run in the background, imported when confirmed.

A file lies in the data directory until it is imported or a week old, the list of its bad rows for
three months; where web and worker run on several machines, they share that directory. A step that
died is begun again; what it made is not made twice.
"""

import contextlib
import json
from collections.abc import Iterable
from collections.abc import Mapping as Answers
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tallystick.background.kinds import TellProgress
from tallystick.background.models import Task
from tallystick.background.queue import TooMany, ask
from tallystick.failpoints import failpoint
from tallystick.importing.errors import ImportRefused, UnknownFormat
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.models import IMPORT, OPEN, Upload, UploadState
from tallystick.importing.questions import beyond, check
from tallystick.importing.report import ImportReport
from tallystick.importing.run import Lists, import_file
from tallystick.importing.saving import forget_one, refuse_unusable, remember, save_mapping
from tallystick.importing.tables.table import Beginning, Layout
from tallystick.workspaces.access import NotAllowed, Permission, require
from tallystick.workspaces.models import User, Workspace

MOST_MEGABYTES = 500
_KEPT = timedelta(days=7)
_DONE_KEPT = timedelta(days=90)
#: Whatever takes longer to arrive has died on the way.
_RECEIVING = timedelta(hours=1)
#: States in which a person may have it checked anew.
_WAITING = [UploadState.CHECKED, UploadState.REFUSED, UploadState.BROKEN_OFF]


def receive(
    *, workspace: Workspace, actor: User, file_name: str, chunks: Iterable[bytes], format: str = ""
) -> Upload:
    """Keep the file and begin its check.

    Raises NotAllowed, and ImportRefused if it is too big, cannot be kept, or too many wait.
    """
    require(actor, workspace, Permission.EDIT_BOOKS)
    received = _keep(chunks)
    try:
        with transaction.atomic():
            upload = Upload.objects.create(
                workspace=workspace, actor=actor, file_name=file_name[-255:], format=format
            )
            _have_it_done(upload)
            received.rename(path_of(upload))
    finally:
        received.unlink(missing_ok=True)
    return upload


def check_again(
    *,
    upload: Upload,
    actor: User,
    format: str | None = None,
    layout: Layout | None = None,
) -> None:
    """Check the file anew: read by another mapping, or where its table lies elsewhere in it.

    An empty `format` recognises it by the header. Raises ImportRefused for a layout that is none.
    """
    require(actor, upload.workspace, Permission.EDIT_BOOKS)
    changes: dict[str, object] = {}
    if format is not None:
        changes |= {"format": format, "tried": {}}
    if layout is not None:
        layout.check()
        # What was seen of the file by the layout before is not so any more.
        changes |= {"layout": msgspec.to_builtins(layout), "beginning": {}, "header": []}
    _begin(upload, _WAITING, state=UploadState.CHECKING, problem="", **changes)


@transaction.atomic
def read_by(
    *, upload: Upload, actor: User, mapping: Mapping, keep: bool, replaces: str = ""
) -> None:
    """Check the file by a mapping that a person made: kept from now on, or only tried on it.

    Raises InvalidRecord for one that cannot be kept; `replaces` is the own one that it changes.
    """
    workspace = upload.workspace
    require(actor, workspace, Permission.EDIT_BOOKS)
    changes: dict[str, object] = {"tried": msgspec.to_builtins(mapping)}
    if keep:
        save_mapping(workspace=workspace, actor=actor, mapping=mapping, replaces=replaces)
        changes = {"tried": {}, "format": mapping.name}
    else:
        refuse_unusable(workspace, mapping, replaces=replaces)
    answers = beyond(mapping, upload.answers)
    _begin(upload, _WAITING, state=UploadState.CHECKING, problem="", answers=answers, **changes)


@transaction.atomic
def keep_tried(*, upload: Upload, actor: User) -> None:
    """Save the mapping that was tried, with what was answered meanwhile; pressed twice, once.

    Raises ImportRefused at work, and InvalidRecord if it cannot be kept any more.
    """
    require(actor, upload.workspace, Permission.EDIT_BOOKS)
    upload = _locked(upload)
    if upload.is_open:
        raise ImportRefused(
            f"{upload} is being worked on.", remedy="Save its columns once that is done."
        )
    if mapping := tried_of(upload):
        workspace, name = upload.workspace, mapping.name
        save_mapping(workspace=workspace, actor=actor, mapping=mapping, replaces=name)
        remember(workspace=workspace, actor=actor, format=name, answers=upload.answers)
        Upload.objects.filter(pk=upload.pk).update(format=name, tried={})


def tried_of(upload: Upload) -> Mapping | None:
    """Return the mapping that is tried on the file and not kept yet, if any."""
    return msgspec.convert(upload.tried, Mapping) if upload.tried else None


def answer(*, upload: Upload, actor: User, answers: Answers[str, str]) -> None:
    """Take what a person says of the file, keep of it what counts for the next one, check anew.

    Raises ImportRefused for what is no answer.
    """
    require(actor, upload.workspace, Permission.EDIT_BOOKS)
    check(answers)
    given = upload.answers | dict(answers)
    _begin(upload, _WAITING, state=UploadState.CHECKING, problem="", answers=given)
    # Of a mapping that is only tried nothing is kept before itself is.
    if upload.report and not upload.tried:
        format = ImportReport.from_json(upload.report).format
        remember(workspace=upload.workspace, actor=actor, format=format, answers=answers)


@transaction.atomic
def ask_again(*, upload: Upload, actor: User, key: str) -> None:
    """Take back what was said under the key, of the file and of its format, and check anew."""
    require(actor, upload.workspace, Permission.EDIT_BOOKS)
    upload = _locked(upload)
    if upload.state != UploadState.CHECKED or not upload.report:
        return
    format = ImportReport.from_json(upload.report).format
    forget_one(workspace=upload.workspace, actor=actor, format=format, key=key)
    given = {each: value for each, value in upload.answers.items() if each != key}
    _begin(upload, [UploadState.CHECKED], state=UploadState.CHECKING, answers=given)


@transaction.atomic
def start(*, upload: Upload, actor: User, submit: bool, seen: str | None = None) -> None:
    """Import the checked file; pressed twice, it is imported once.

    `seen` is the look that the person had, as `look_of` names it; None asks for none.
    Raises ImportRefused before its questions are answered, and where it was read otherwise since.
    """
    require(actor, upload.workspace, Permission.EDIT_BOOKS)
    upload = _locked(upload)
    if upload.state == UploadState.CHECKED and seen not in (None, look_of(upload)):
        raise ImportRefused(
            f"{upload} was checked anew since you looked at it.",
            remedy="This is what it would make now; nothing was imported yet.",
        )
    if upload.report and ImportReport.from_json(upload.report).is_blocked:
        raise ImportRefused(
            f"{upload} cannot be imported before its questions are answered.",
            remedy="Answer them first.",
        )
    if upload.tried:
        raise ImportRefused(remedy=f"Save what the columns of {upload} mean, then import it.")
    _begin(upload, [UploadState.CHECKED], state=UploadState.IMPORTING, submit=submit, actor=actor)


def look_of(upload: Upload) -> str:
    """Return a name for what the check found, and how the file was read for it."""
    said = [upload.report, upload.format, upload.layout, upload.answers]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def discard(*, upload: Upload, actor: User) -> None:
    """Forget the upload and its file; documents that it made stay. Raises ImportRefused at work."""
    require(actor, upload.workspace, Permission.EDIT_BOOKS)
    upload.refresh_from_db(fields=["state"])
    if upload.is_open:
        raise ImportRefused(f"{upload} is being worked on.", remedy="Discard it once that is done.")
    _forget(upload)


def path_of(upload: Upload) -> Path:
    return _folder() / str(upload.pk)


def bad_rows_path_of(upload: Upload) -> Path:
    """Return where the CSV with every bad row of the last step lies."""
    return _folder() / f"{upload.pk}.bad-rows.csv"


def failed_path_of(upload: Upload) -> Path:
    """Return where the rows lie that were left out in the last step, to be imported alone."""
    return _folder() / f"{upload.pk}.left-out.csv"


def carry_out(task: Task, tell: TellProgress) -> None:
    """Do the step that the upload waits for; nothing where it waits for another one, or none."""
    found = Upload.objects.select_related("workspace", "actor", "task").filter(task=task)
    upload = found.first()
    if upload is None or not upload.is_open:
        return
    try:
        report = _import(upload, tell)
    except UnknownFormat as error:
        _end(upload, state=UploadState.REFUSED, problem=str(error), header=error.header)
    except (ImportRefused, NotAllowed) as error:
        _refuse(upload, str(error))
    except FileNotFoundError:
        _refuse(
            upload, "The file is not here any more. Upload it again; nothing is imported twice."
        )
    else:
        failpoint("import.before_end")
        # What was decided at the check may be open or otherwise by now: then nothing was made.
        is_done = not (report.dry_run or report.is_blocked)
        report.interruptions = task.fence - 1 if is_done else 0
        state = UploadState.DONE if is_done else UploadState.CHECKED
        _end(upload, state=state, report=report.as_json(), header=report.header)
        if is_done:
            path_of(upload).unlink(missing_ok=True)


def broke_off(task: Task) -> None:
    """Say on the upload that its step died too often, and what of it is here."""
    for upload in Upload.objects.filter(task=task, state__in=OPEN):
        said = "Working on the file was broken off three times, so it is not begun again by itself."
        if upload.state == UploadState.CHECKING:
            said += " Nothing was imported."
        elif task.progress.get("stage") == "writing":
            said += (
                f" {task.progress['done']:,} of its {task.progress['total']:,} records had been "
                "gone through: what of them could be imported is here, whole, the rest is not."
            )
        else:
            said += " What of it may be here is whole."
        said += (
            " Uploading the file again is safe: what is here is not imported twice, and what is "
            "missing is. If it breaks off again, part the file, or tell whoever runs Tallystick, "
            "who finds the cause in the log."
        )
        _end(upload, state=UploadState.BROKEN_OFF, problem=said)


def forget_old() -> None:
    """Remove uploads that are older than they are kept, and files that belong to none."""
    now = timezone.now()
    old = Q(created_at__lt=now - _KEPT) & ~Q(state=UploadState.DONE)
    very_old = Q(created_at__lt=now - _DONE_KEPT)
    for upload in Upload.objects.filter(old | very_old):
        _forget(upload)
    for path in _folder().glob("*"):
        # Left by a web server that died while it received the file.
        pk = path.name.partition(".")[0]
        is_known = pk.isdigit() and Upload.objects.filter(pk=pk).exists()
        if not is_known and path.stat().st_mtime < (now - _RECEIVING).timestamp():
            path.unlink(missing_ok=True)


def _import(upload: Upload, tell: TellProgress) -> ImportReport:
    with (
        bad_rows_path_of(upload).open("w", encoding="utf-8", newline="") as bad_rows,
        failed_path_of(upload).open("w", encoding="utf-8", newline="") as failed,
    ):
        return import_file(
            workspace=upload.workspace,
            actor=upload.actor,
            source=path_of(upload),
            file_name=upload.file_name,
            upload=upload,
            format=upload.format or None,
            tried=tried_of(upload),
            dry_run=upload.state == UploadState.CHECKING,
            submit=upload.submit,
            on_progress=lambda progress: tell(*progress),
            lists=Lists(bad_rows, failed),
            layout=msgspec.convert(upload.layout, Layout),
            answers=upload.answers,
            look=partial(_note_beginning, upload),
            as_looked=str((upload.report or {}).get("reading", "")),
        )


def _note_beginning(upload: Upload, beginning: Beginning) -> None:
    same = Upload.objects.filter(pk=upload.pk, state=UploadState.CHECKING)
    same.update(beginning=msgspec.to_builtins(beginning))


def _locked(upload: Upload) -> Upload:
    locked = Upload.objects.select_for_update(of=["self"], no_key=True)
    return locked.select_related("workspace").get(pk=upload.pk)


@transaction.atomic
def _begin(upload: Upload, waiting: list[UploadState], **changes: object) -> None:
    """Change the upload and have its step done, if it is in one of the states `waiting`."""
    if Upload.objects.filter(pk=upload.pk, state__in=waiting).update(**changes):
        _have_it_done(upload)


def _have_it_done(upload: Upload) -> None:
    try:
        task = ask(
            workspace=upload.workspace,
            actor=upload.actor,
            kind=IMPORT,
            question={"upload": upload.pk},
        )
    except TooMany as refused:
        raise ImportRefused(
            f"The file was not taken: {refused.message}", remedy=refused.remedy
        ) from None
    Upload.objects.filter(pk=upload.pk).update(task=task)


def _refuse(upload: Upload, problem: str) -> None:
    """End the step with a refusal; before a first try wrote anything, nothing was imported."""
    task = upload.task
    if upload.state == UploadState.IMPORTING and task and task.fence > 1:
        said = f"It was interrupted, and could not go on: {problem} What of it is here is whole."
        _end(upload, state=UploadState.BROKEN_OFF, problem=said)
    else:
        _end(upload, state=UploadState.REFUSED, problem=problem)


def _end(upload: Upload, **changes: object) -> None:
    # Another worker may have ended the same step before.
    same = Upload.objects.filter(pk=upload.pk, state=upload.state, task=upload.task_id)
    same.update(**changes)


def _keep(chunks: Iterable[bytes]) -> Path:
    """Write the file down and return where; the caller gives it its name. Raises ImportRefused."""
    path, size = _folder() / f"receiving.{uuid4().hex}", 0
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > MOST_MEGABYTES * 1_000_000:
                    raise ImportRefused.of_text(too_large())
                file.write(chunk)
    except BaseException as error:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise ImportRefused(
            f"The file could not be kept ({error.strerror}), so nothing was imported.",
            remedy="Whoever runs "
            "Tallystick must make room in its data folder, or let it write there; then upload again.",
        ) from error
    return path


def too_large() -> str:
    return (
        f"The file is larger than {MOST_MEGABYTES} MB. Pack it with gzip, part it, "
        "or import it with the command tallystick import."
    )


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "uploads"


def _forget(upload: Upload) -> None:
    path_of(upload).unlink(missing_ok=True)
    bad_rows_path_of(upload).unlink(missing_ok=True)
    failed_path_of(upload).unlink(missing_ok=True)
    upload.delete()
