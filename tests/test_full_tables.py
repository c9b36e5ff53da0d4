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
def test_what_somebody_still_sees_leaves_no_room_in_the_table(small_disk: Disk):
    workspace = make_workspace()
    somebody = psycopg.connect(database_url())
    somebody.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    somebody.execute("SELECT FROM auth_group")
    AuditEntry.objects.all().delete()
    threading.Timer(0.3, somebody.close).start()

    with tables_on(small_disk, "workspaces_auditentry"):
        small_disk.fill()
        with pytest.raises(OperationalError, match="No space left on device"):
            AuditEntry.objects.create(workspace=workspace, action="x", subject="x", message="x")
