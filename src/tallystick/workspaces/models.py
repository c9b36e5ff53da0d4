"""Workspaces (tenants of ours), the people in them, what they may do, and what they did."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower, Now


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """Return whoever signs in under this e-mail address, in whatever letter case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in with an e-mail address; may belong to several workspaces."""

    #: In lower case always, so that nobody exists twice and sign-in ignores the case.
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_in_lower_case"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email


class Workspace(models.Model):
    """One business entity of ours; all data belongs to exactly one."""

    slug = models.CharField(
        max_length=40, unique=True, validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$")]
    )
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64, default="UTC")
    #: ISO 4217 code of new documents that name none.
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    INTEGRATION_MANAGER = "integration_manager", "Integration manager"
    BOOKKEEPER = "bookkeeper", "Bookkeeper"
    VIEWER = "viewer", "Viewer"


class Membership(models.Model):
    """What one person may do in one workspace."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=24, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="membership_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.workspace} as {self.get_role_display()}"


class AuditEntry(models.Model):
    """Who did what to what, and when; append-only."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="audit")
    #: None where the machine did it (an import job, a sweep).
    actor = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)
    #: A verb in the past tense with its room: `document.submitted`, `connection.connected`.
    action = models.CharField(max_length=60)
    #: The record's kind and key as text: `document` and `41`; both empty for the workspace itself.
    subject = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    #: One sentence for the timeline.
    message = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "subject", "subject_id", "id"], name="audit_subject")
        ]

    def __str__(self) -> str:
        return self.message


class UsedAllowance(models.Model):
    """Tries that are used up, of what `allowances` counts; a row of the past says nothing."""

    key = models.CharField(primary_key=True, max_length=64)
    full_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"full at {self.full_at}"
