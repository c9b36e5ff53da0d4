"""Column mappings that people made, and files on their way in."""

import msgspec
from django.db import models
from django.db.models.functions import Now

from tallystick.background.models import Task
from tallystick.importing.mappings import SHIPPED, Mapping
from tallystick.workspaces.models import User, Workspace


class SavedMapping(models.Model):
    """What the columns of a workspace's own kind of file mean."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="saved_mappings")
    name = models.CharField(max_length=60)
    #: A Mapping as JSON, without its name and title.
    definition = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="saved_mapping_unique")
        ]

    def __str__(self) -> str:
        return self.name

    def mapping(self) -> Mapping:
        return msgspec.convert({**self.definition, "name": self.name, "title": self.name}, Mapping)


def known_mappings(workspace: Workspace) -> list[Mapping]:
    """Return the workspace's own mappings and those that ship; its own come first."""
    saved = SavedMapping.objects.filter(workspace=workspace).order_by("name")
    return [*(each.mapping() for each in saved), *SHIPPED]


class UploadState(models.TextChoices):
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Ready to import"
    IMPORTING = "importing", "Being imported"
    DONE = "done", "Imported"
    REFUSED = "refused", "Not imported"
    BROKEN_OFF = "broken_off", "Broken off"


#: States in which a step is under way.
OPEN = (UploadState.CHECKING, UploadState.IMPORTING)


class Upload(models.Model):
    """A file that a person uploaded, on its way from the check to the import."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="uploads")
    actor = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)
    #: As the person's machine called it; for people only.
    file_name = models.CharField(max_length=255)
    #: Name of a mapping; empty to recognise it by the header.
    format = models.CharField(max_length=60, blank=True)
    submit = models.BooleanField(default=False)
    state = models.CharField(
        max_length=12, choices=UploadState.choices, default=UploadState.CHECKING
    )
    #: The step under way, or the last one; None where that is forgotten.
    task = models.ForeignKey(Task, models.SET_NULL, null=True, blank=True, related_name="+")
    #: The ImportReport of the last finished step as JSON; None before.
    report = models.JSONField(null=True, blank=True)
    #: Why it was refused or broken off, for the person.
    problem = models.TextField(blank=True)
    #: The columns of a file whose format is not known; empty otherwise.
    header = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["workspace", "-id"], name="upload_newest")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_open(self) -> bool:
        """Return whether a step of it is under way."""
        return self.state in OPEN
