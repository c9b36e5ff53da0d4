"""How far a workspace has come from empty to its first documents in Xero."""

from enum import StrEnum
from functools import cached_property

from tallystick.books.document_queries import has_documents
from tallystick.books.models import Document, Kind, Payment, Status
from tallystick.connections.models import ConnectionStatus, Organisation
from tallystick.connections.services import connection_of
from tallystick.mapping.unchosen import mapped_codes, without_default, without_method
from tallystick.mirror.models import Account
from tallystick.sync.models import OPEN_STATES, Link, LinkState
from tallystick.workspaces.models import Workspace


class FirstSync(StrEnum):
    """How the first documents stand with Xero, before any is there."""

    STOPPED = "stopped"
    UNDER_WAY = "under way"
    WAITING = "waiting"
    #: Nothing is submitted that would go there.
    NOTHING = "nothing"


def has_arrived(organisation: Organisation) -> bool:
    """Tell whether any document has ever reached the organisation's books."""
    ended = [LinkState.SYNCED, LinkState.RETRACTED]
    links = Link.objects.filter(organisation=organisation, state__in=ended)
    return links.filter(kind__in=Kind.values).exists()


class FirstSteps:
    """The facts of each step; each is asked for once, and only where it is told."""

    def __init__(self, workspace: Workspace, organisation: Organisation | None) -> None:
        """Take the organisation that the workspace is bound to, or was last."""
        self.organisation = organisation
        self._workspace = workspace

    @property
    def is_cut_off(self) -> bool:
        """Nothing goes to the organisation or comes from it until somebody reconnects."""
        return self.organisation is not None and self._status == ConnectionStatus.ERROR

    @property
    def is_bound(self) -> bool:
        return self._status != ConnectionStatus.DISCONNECTED

    @cached_property
    def is_read(self) -> bool:
        """Xero's lists are here to choose from."""
        of_them = Account.objects.filter(organisation=self.organisation)
        return self.organisation is not None and of_them.exists()

    @cached_property
    def has_documents(self) -> bool:
        return has_documents(self._workspace)

    @cached_property
    def has_payments(self) -> bool:
        return Payment.objects.in_workspace(self._workspace).live().exists()

    @cached_property
    def mapped_codes(self) -> tuple[int, int]:
        """How many tax codes are mapped, and of how many."""
        return mapped_codes(self.organisation) if self.organisation else (0, 0)

    @cached_property
    def without_default(self) -> list[str]:
        """The directions in use without a default account."""
        return without_default(self.organisation) if self.organisation else []

    @cached_property
    def without_method(self) -> list[str]:
        """The payment methods in use without an account."""
        return without_method(self.organisation) if self.organisation else []

    @cached_property
    def first_sync(self) -> FirstSync:
        links = Link.objects.filter(organisation=self.organisation, kind__in=Kind.values)
        if links.filter(state__in=[LinkState.FAILED, LinkState.HELD]).exists():
            return FirstSync.STOPPED
        if links.filter(state__in=OPEN_STATES).exists():
            return FirstSync.UNDER_WAY
        if links.filter(state=LinkState.WAITING).exists():
            return FirstSync.WAITING
        return FirstSync.NOTHING

    @cached_property
    def draft_kind(self) -> Kind | None:
        """The kind of any draft; None where there is no draft."""
        drafts = Document.objects.in_workspace(self._workspace).with_status(Status.DRAFT)
        draft = drafts.only("kind").first()
        return Kind(draft.kind) if draft else None

    @cached_property
    def _status(self) -> str:
        return connection_of(self._workspace).status
