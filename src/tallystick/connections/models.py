"""Our right to act for one set of books in Xero: consent, tokens, health, calls."""

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from tallystick.connections.fields import EncryptedTextField
from tallystick.workspaces.models import User, Workspace
from tallystick.xero import TokenSet, XeroConnection


class Organisation(models.Model):
    """One set of books in Xero as one workspace knows it; outlives a disconnect, with its links."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="organisations")
    #: Xero's id of the organisation, sent as `xero-tenant-id`.
    tenant_id = models.UUIDField()
    name = models.CharField(max_length=255)
    country = models.CharField(max_length=2, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    #: IANA name made from Xero's own; days of documents are days here.
    timezone = models.CharField(max_length=64, default="UTC")
    short_code = models.CharField(max_length=20, blank=True)
    is_demo = models.BooleanField(default=False)
    period_lock_date = models.DateField(null=True, blank=True)
    end_of_year_lock_date = models.DateField(null=True, blank=True)
    #: When organisation, accounts and tax rates were last read whole.
    read_at = models.DateTimeField(null=True, blank=True)
    #: When the workspace was last connected to it; the newest is the one that it was bound to last.
    bound_at = models.DateTimeField(null=True, blank=True)
    #: When the tax mapping was complete for the first time: what hangs on it is free since.
    taxes_mapped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "tenant_id"], name="organisation_unique")
        ]

    def __str__(self) -> str:
        return self.name


class ConnectionStatus(models.TextChoices):
    DISCONNECTED = "disconnected", "Disconnected"
    CONNECTED = "connected", "Connected"
    ERROR = "error", "Needs reconnecting"


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def without_tokens(self) -> Self:
        """Leave the tokens in the database: all that pages need, and possible without the key."""
        return self.defer("access_token", "refresh_token")


class Connection(models.Model):
    """The binding of a workspace to an organisation, with its tokens."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="connection")
    #: None while disconnected.
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: The organisation's id in Xero: two workspaces never write to one set of books.
    tenant_id = models.UUIDField(null=True, blank=True, unique=True)
    status = models.CharField(
        max_length=12, choices=ConnectionStatus.choices, default=ConnectionStatus.DISCONNECTED
    )
    #: Why status is `error`: one sentence for the card; empty otherwise.
    problem = models.TextField(blank=True)
    #: Xero's id of the connection, needed to remove it there.
    xero_connection_id = models.UUIDField(null=True, blank=True)
    access_token = EncryptedTextField(blank=True)
    access_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_token = EncryptedTextField(blank=True)
    scopes = models.JSONField(default=list, blank=True)
    #: Counts token sets; a refresh saves its answer only onto the generation it began with.
    generation = models.PositiveIntegerField(default=0)
    #: One process refreshes at a time: until then nobody else may try.
    refreshing_until = models.DateTimeField(null=True, blank=True)
    connected_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)
    connected_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)

    #: How much longer the access token lasts by the database's clock; see `tokens`.
    access_left: timedelta | None
    #: The refresh token as it is stored; see `services`.
    stored: str

    objects: ClassVar[models.Manager["Connection"]] = ConnectionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.workspace} with {self.organisation or 'no organisation'}"

    @property
    def is_connected(self) -> bool:
        return self.status == ConnectionStatus.CONNECTED


class ConsentRequest(models.Model):
    """One journey of one person to Xero's consent page; used once, then spent."""

    workspace = models.ForeignKey(Workspace, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE)
    #: SHA-256 of the nonce in the browser's cookie.
    nonce_digest = models.BinaryField(max_length=32)
    code_verifier = EncryptedTextField()
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user} for {self.workspace}"


def forget_journeys(requests: models.QuerySet[ConsentRequest]) -> None:
    """Delete them, whether or not the key of their secrets is still known."""
    requests.defer("code_verifier").delete()


class OrganisationChoiceQuerySet(models.QuerySet["OrganisationChoice"]):
    def without_tokens(self) -> Self:
        """As for connections: possible without the key."""
        return self.defer("access_token", "refresh_token")


class OrganisationChoice(models.Model):
    """Other books than before, chosen at Xero: a question until the person has answered it.

    Gone once it is answered. Holds what binding needs, and what the question tells.
    """

    request = models.OneToOneField(ConsentRequest, models.CASCADE, related_name="choice")
    #: Xero's id of the organisation.
    tenant_id = models.UUIDField()
    name = models.CharField(max_length=255)
    country = models.CharField(max_length=2, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    is_demo = models.BooleanField(default=False)
    #: Xero's id of the connection, needed to remove it there.
    xero_connection_id = models.UUIDField()
    access_token = EncryptedTextField()
    access_expires_at = models.DateTimeField()
    refresh_token = EncryptedTextField()
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(db_default=Now())

    objects = OrganisationChoiceQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def tokens(self) -> TokenSet:
        return TokenSet(
            access_token=self.access_token,
            refresh_token=self.refresh_token,
            expires_at=self.access_expires_at,
            scopes=frozenset(self.scopes),
            authentication_event_id=None,
        )

    def xero_connection(self) -> XeroConnection:
        return XeroConnection(
            connection_id=str(self.xero_connection_id),
            tenant_id=str(self.tenant_id),
            tenant_type="ORGANISATION",
            tenant_name=self.name,
        )


class CallPurpose(models.TextChoices):
    """What a call to Xero was for."""

    READING = "reading", "Reading what Xero has"
    ASKING = "asking", "Looking before and after sending"
    SENDING = "sending", "Sending"
    ACCESS = "access", "Renewing the access"


class ApiCall(models.Model):
    """One call to Xero as it went; the API log is made of these. Holds no token and no body."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="calls")
    at = models.DateTimeField()
    method = models.CharField(max_length=6)
    endpoint = models.CharField(max_length=200)
    #: HTTP status; None where no answer came.
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    #: Class of the error in words; empty where the call went well.
    error = models.CharField(max_length=200, blank=True)
    milliseconds = models.PositiveIntegerField()
    request_bytes = models.PositiveIntegerField(default=0)
    response_bytes = models.PositiveIntegerField(default=0)
    day_remaining = models.PositiveIntegerField(null=True, blank=True)
    minute_remaining = models.PositiveIntegerField(null=True, blank=True)
    correlation_id = models.CharField(max_length=64, blank=True)
    #: Empty: nothing of these, or from before it was noted.
    purpose = models.CharField(
        max_length=10, choices=CallPurpose.choices, blank=True, db_default=""
    )

    class Meta:
        indexes = [models.Index(fields=["organisation", "id"], name="api_call_log")]

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint} {self.status or self.error}"


class ModuleSwitch(models.Model):
    """A module that a person has switched on or off; without a row it is as at first (`modules`)."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="module_switches")
    #: One of `modules.Module`.
    module = models.CharField(max_length=20)
    is_on = models.BooleanField()
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "module"], name="module_switch_unique")
        ]

    def __str__(self) -> str:
        return f"{self.module} {'on' if self.is_on else 'off'} for {self.organisation}"


class Rhythm(models.TextChoices):
    INTERVAL = "interval", "Every so many minutes"
    HOURS = "hours", "At hours of the day"
    MANUAL = "manual", "Manual only"


class ModuleSchedule(models.Model):
    """When a module goes one way by itself; without a row as at first (`schedules`)."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="schedules")
    #: One of `modules.Module`, and of `schedules.Way`.
    module = models.CharField(max_length=20)
    way = models.CharField(max_length=4)
    rhythm = models.CharField(max_length=8, choices=Rhythm.choices, default=Rhythm.INTERVAL)
    #: For the interval.
    minutes = models.PositiveSmallIntegerField(default=15)
    #: For hours of the day, in the organisation's zone: such as ["09:00", "17:30"].
    hours = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "module", "way"], name="module_schedule_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.module} {self.way} of {self.organisation}: {self.rhythm}"


class ScopePress(models.Model):
    """When a scope was last synced by a press, for its cooldown; see `cooldowns`."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="presses")
    #: One of `cooldowns.Scope`.
    scope = models.CharField(max_length=20)
    pressed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "scope"], name="scope_press_unique")
        ]

    def __str__(self) -> str:
        return f"{self.scope} of {self.organisation} at {self.pressed_at:%H:%M:%S}"
