"""Which records each import made, kept in the transactions that make them."""

from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from tallystick.importing.errors import ImportRefused
from tallystick.importing.models import How, Import, Upload
from tallystick.importing.report import ImportReport
from tallystick.workspaces.models import User, Workspace

# Locked, so that an undo waits for the chunk that is being written, and no chunk comes after it.
_NOTE = """
    WITH kept AS (
        SELECT id FROM importing_import WHERE id = %s AND undone_at IS NULL FOR SHARE
    )
    INSERT INTO importing_importedrecord (of_import_id, document_id, how, revision)
    SELECT kept.id, document.id, %s, document.revision
    FROM kept CROSS JOIN books_document AS document
    WHERE document.id = ANY(%s)
"""
_NOTE_ENTRIES = """
    WITH kept AS (
        SELECT id FROM importing_import WHERE id = %s AND undone_at IS NULL FOR SHARE
    )
    INSERT INTO importing_importedrecord (of_import_id, {}_id, how, revision)
    SELECT kept.id, entry, 'made', 1 FROM kept CROSS JOIN unnest(%s::bigint[]) AS entry
"""


def begin(
    *,
    workspace: Workspace,
    actor: User | None,
    file_name: str,
    format: str,
    submit: bool = False,
    upload: Upload | None = None,
) -> Import:
    """Return the import that is to be; that of an upload which is begun again is the same one."""
    given = {
        "workspace": workspace,
        "actor": actor,
        "file_name": file_name[-255:],
        "format": format,
        "submit": submit,
    }
    if upload is None:
        return Import.objects.create(**given)
    return Import.objects.get_or_create(upload=upload, defaults=given)[0]


def note(kept: Import, how: How, document_ids: Collection[int]) -> None:
    """Remember documents of the chunk that is being written, in its transaction.

    Raises ImportRefused where somebody has undone the import meanwhile.
    """
    _note(_NOTE, kept, [how, list(document_ids)], len(document_ids))


def note_entries(kept: Import, noun: str, ids: Collection[int]) -> None:
    """Remember payments or allocations, by `noun`, in the transaction that records them."""
    _note(_NOTE_ENTRIES.format(noun), kept, [list(ids)], len(ids))


def end(kept: Import, report: ImportReport) -> None:
    """Keep what the import has come to."""
    Import.objects.filter(pk=kept.pk).update(ended_at=Now(), report=report.as_json())


def imports_of(workspace: Workspace) -> QuerySet[Import]:
    """Return the workspace's imports, newest first."""
    imports = Import.objects.filter(workspace=workspace)
    return imports.select_related("actor", "undone_by").order_by("-pk")


def _note(statement: str, kept: Import, given: list[Any], count: int) -> None:
    if not count:
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, [kept.pk, *given])
        if cursor.rowcount < count:
            raise ImportRefused(
                f"The import of {kept} was undone while it was written, and stops here.",
                remedy="What it had made is undone; import the file again to have it.",
            )
