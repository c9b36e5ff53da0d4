"""Column mappings that people made, files on their way in, and what each import made."""

import msgspec
from django.db import models
from django.db.models.functions import Now

from tallystick.background.models import Task
from tallystick.books.models import Allocation, Document, Payment
from tallystick.importing.formats.shipped import SHIPPED
from tallystick.importing.meaning.mapping import Mapping
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
        named = {"name": self.name, "title": self.name, "is_own": True}
        return msgspec.convert({**self.definition, **named}, Mapping)


def known_mappings(workspace: Workspace) -> list[Mapping]:
    """Return the workspace's own mappings and those that ship; its own come first."""
    saved = SavedMapping.objects.filter(workspace=workspace).order_by("name")
    return [*(each.mapping() for each in saved), *SHIPPED]


class Remembered(models.Model):
    """What a workspace said of files of one format, so that it is not asked again."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="remembered_answers")
    #: Name of a mapping that ships or of one of its own.
    format = models.CharField(max_length=60)
    #: Keys of questions to answers.
    answers = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "remembered"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "format"], name="remembered_once")
        ]

    def __str__(self) -> str:
        return self.format


def remembered(workspace: Workspace, format: str) -> dict[str, str]:
    """Return what was said before of files of the format."""
    found = Remembered.objects.filter(workspace=workspace, format=format).first()
    return dict(found.answers) if found else {}


class UploadState(models.TextChoices):
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Ready to import"
    IMPORTING = "importing", "Being imported"
    DONE = "done", "Imported"
    REFUSED = "refused", "Not imported"
    BROKEN_OFF = "broken_off", "Broken off"


#: What the tasks are called that do a step of an upload.
IMPORT = "import"
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
    #: Where and how the table lies in the file, as a Layout, where a person said so.
    layout = models.JSONField(default=dict, blank=True)
    #: What a person said of this file: keys of questions to answers.
    answers = models.JSONField(default=dict, blank=True)
    #: A Mapping as JSON that is tried on this file and not kept yet; empty where none is.
    tried = models.JSONField(default=dict, blank=True)
    #: How the file begins, as a Beginning; empty before it was read.
    beginning = models.JSONField(default=dict, blank=True)
    state = models.CharField(
        max_length=12, choices=UploadState.choices, default=UploadState.CHECKING
    )
    #: The step under way, or the last one; None where that is forgotten.
    task = models.ForeignKey(Task, models.SET_NULL, null=True, blank=True, related_name="+")
    #: The ImportReport of the last finished step as JSON; None before.
    report = models.JSONField(null=True, blank=True)
    #: Why it was refused or broken off, for the person.
    problem = models.TextField(blank=True)
    #: The names of the file's columns; empty where they could not be read.
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


class Import(models.Model):
    """One real run of an import, so that it can be looked at and undone as a whole."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="imports", db_index=False)
    #: None for the operator of the machine.
    actor = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    #: The upload that it imports, begun again after a death or not; None by command.
    upload = models.OneToOneField(
        Upload, models.SET_NULL, null=True, blank=True, related_name="made"
    )
    file_name = models.CharField(max_length=255)
    #: Name of the mapping that the file was read by.
    format = models.CharField(max_length=60)
    submit = models.BooleanField(default=False)
    started_at = models.DateTimeField(db_default=Now())
    #: None while it is at work, and where it broke off.
    ended_at = models.DateTimeField(null=True, blank=True)
    #: The ImportReport as JSON; None until it ended.
    report = models.JSONField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["workspace", "-id"], name="import_newest")]

    def __str__(self) -> str:
        return self.file_name


class How(models.TextChoices):
    """What an import did with a record."""

    MADE = "made", "Made"
    #: Made in place of a cancelled document, or of one that is credited.
    REPLACED = "replaced", "Made in place of another"
    #: A credit note over what was here.
    CREDITED = "credited", "Made to credit another"
    EDITED = "edited", "Edited"


class ImportedRecord(models.Model):
    """A document, payment or allocation that an import made or edited."""

    # The constraint on the document begins with it.
    of_import = models.ForeignKey(Import, models.CASCADE, related_name="records", db_index=False)
    document = models.ForeignKey(
        Document, models.CASCADE, null=True, blank=True, related_name="imported", db_index=False
    )
    payment = models.ForeignKey(
        Payment, models.CASCADE, null=True, blank=True, related_name="imported", db_index=False
    )
    allocation = models.ForeignKey(
        Allocation, models.CASCADE, null=True, blank=True, related_name="imported", db_index=False
    )
    how = models.CharField(max_length=8, choices=How.choices, default=How.MADE)
    #: Of the document, as the import left it: it was changed here since if that is another.
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["of_import", "document"], name="imported_document_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=[name],
                condition=models.Q((f"{name}__isnull", False)),
                name=f"imported_{name}",
            )
            for name in ("document", "payment", "allocation")
        ]

    def __str__(self) -> str:
        return f"{self.get_how_display()} by {self.of_import_id}"
