"""How far a workspace has come from empty to its first documents in Xero."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property

from tallystick.books.document_queries import has_documents
from tallystick.books.models import Document, Kind, Payment, Status
from tallystick.connections.models import ConnectionStatus, Organisation, Rhythm
from tallystick.connections.modules import Module, StepMissing, refusal_of, switched
from tallystick.connections.schedules import Way, schedules_of
from tallystick.connections.services import connection_of
from tallystick.mapping.unchosen import mapped_codes, without_default, without_method
from tallystick.mirror.models import Account, MirroredContact, MirroredItem, TaxRate
from tallystick.sync.models import OPEN_STATES, Link, LinkState, PulledKind, Reading
from tallystick.sync.pull.open_kinds import kinds_of
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
    def rate_count(self) -> int:
        """How many tax rates of Xero's are here."""
        return TaxRate.objects.filter(organisation=self.organisation, status="ACTIVE").count()

    @cached_property
    def wanted(self) -> list[Module]:
        """Which of items and contacts are switched on."""
        is_on = switched(self.organisation) if self.organisation else {}
        return [module for module in (Module.ITEMS, Module.CONTACTS) if is_on.get(module)]

    @cached_property
    def missing(self) -> StepMissing | None:
        """Why items and contacts do not come yet."""
        if self.organisation is None or not self.wanted:
            return None
        return refusal_of(self.organisation, self.wanted[0])

    @cached_property
    def arrived(self) -> list[PulledKind]:
        """Which of items and contacts were read to the end."""
        read = Reading.objects.filter(
            organisation=self.organisation,
            kind__in=kinds_of(self.wanted),
            whole_at__isnull=False,
        )
        return [PulledKind(kind) for kind in read.values_list("kind", flat=True)]

    @cached_property
    def here(self) -> Mapping[Module, int]:
        """How many items and contacts are here."""
        items = MirroredItem.objects.filter(organisation=self.organisation)
        contacts = MirroredContact.objects.filter(organisation=self.organisation)
        found = {Module.ITEMS: items.count(), Module.CONTACTS: contacts.count()}
        return {module: found[module] for module in self.wanted}

    @cached_property
    def is_manual(self) -> bool:
        """Items and contacts are read by a button only."""
        schedules = schedules_of(self.organisation) if self.organisation else {}
        chosen = [schedules[module, Way.PULL] for module in self.wanted if schedules]
        return bool(chosen) and all(one.rhythm == Rhythm.MANUAL for one in chosen)

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
