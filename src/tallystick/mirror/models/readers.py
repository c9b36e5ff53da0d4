"""Which database role reads which workspace's mirror."""

from django.db import models
from django.db.models.functions import Now

from tallystick.workspaces.models import Workspace


class SqlReader(models.Model):
    """The role that sees a workspace's rows in the views of the schema `xero`; see `mirror.views`."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="sql_reader")
    #: Its name on the server, which other databases may share.
    role = models.CharField(max_length=63, unique=True)
    #: We made it, so we drop it.
    is_ours = models.BooleanField()
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.role
