"""A table on a full disk takes no row more, whoever looked at it just before."""

import threading

import psycopg
import pytest
from django.db import OperationalError

from databases import database_url
from disks import Disk
from factories import make_workspace
from full_tables import tables_on
from tallystick.workspaces.models import AuditEntry


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("looking", ["SELECT FROM auth_group", "SELECT pg_current_xact_id()"])
def test_what_somebody_still_sees_leaves_no_room_in_the_table(looking, small_disk: Disk):
    """Whoever looked before the rows were deleted, and whoever writes since before, may see them."""
    workspace = make_workspace()
    somebody = psycopg.connect(database_url())
    isolation = "REPEATABLE READ" if "FROM" in looking else "READ COMMITTED"
    somebody.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
    somebody.execute(looking)
    AuditEntry.objects.all().delete()
    threading.Timer(0.3, somebody.close).start()

    with tables_on(small_disk, "workspaces_auditentry"):
        small_disk.fill()
        with pytest.raises(OperationalError, match="No space left on device"):
            AuditEntry.objects.create(workspace=workspace, action="x", subject="x", message="x")
