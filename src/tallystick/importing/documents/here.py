"""What the books have of documents whose numbers a file names: them, or what came in their place."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from django.db import connection

from tallystick.books.models import Status
from tallystick.workspaces.models import Workspace

# Of a family the newest that is not cancelled, else the newest. What an import made and nobody
# changed since has the revision that the import left it at.
_HERE = """
    WITH RECURSIVE family (root, id) AS (
        SELECT id, id FROM books_document WHERE id = ANY(%(ids)s)
        UNION ALL
        SELECT family.root, later.id
        FROM family JOIN books_document AS later ON later.amends_id = family.id
    )
    SELECT DISTINCT ON (family.root)
        family.root, here.id, here.number, here.status, here.import_digest,
        (here.cancelled_at AT TIME ZONE %(zone)s)::date,
        here.revision <> coalesce(
            (SELECT max(revision) FROM importing_importedrecord WHERE document_id = here.id), 1
        )
    FROM family JOIN books_document AS here USING (id)
    ORDER BY family.root, here.status = 'cancelled', here.id DESC
"""


class Here(NamedTuple):
    """The document of the books that the file's document meets."""

    document_id: int
    number: str
    status: str
    #: Fingerprint of what a file said of it; None where it came by another way.
    digest: bytes | None
    #: In the workspace's zone.
    cancelled_on: date | None
    #: Somebody changed it here since it was imported.
    is_changed: bool

    @property
    def is_cancelled(self) -> bool:
        return self.status == Status.CANCELLED


def here_by_root(workspace: Workspace, roots: Collection[int]) -> dict[int, Here]:
    """Return what stands for each of the documents now, by the key of what bears the number."""
    if not roots:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_HERE, {"ids": list(roots), "zone": workspace.timezone})
        return {
            root: Here(pk, number, status, digest and bytes(digest), cancelled_on, is_changed)
            for root, pk, number, status, digest, cancelled_on, is_changed in cursor.fetchall()
        }
