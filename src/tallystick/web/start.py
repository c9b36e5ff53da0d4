"""The way from an empty workspace to the first documents in Xero, step by step, for Home."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.urls import reverse

from tallystick.books.models import Document, Kind, Payment, Status, TaxCode
from tallystick.connections.models import ConnectionStatus, Organisation
from tallystick.connections.services import connection_of
from tallystick.mapping.models import Account, TaxMapping
from tallystick.sync.models import OPEN_STATES, Link, LinkState
from tallystick.web.checklist import without_default, without_method
from tallystick.web.kinds import pages_of
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class Step:
    """One step: how it stands, and the button that does it; without one it waits for another."""

    title: str
    told: str
    is_done: bool = False
    label: str = ""
    address: str = ""
    #: Pressing is a POST and changes something.
    acts: bool = False
    #: What a person must be allowed to press it.
    needs: Permission = Permission.MANAGE_SYNC


def steps_to_start(workspace: Workspace, organisation: Organisation | None) -> list[Step]:
    """Return all steps while nothing is in the organisation's books; none once something is.

    It is the one that the workspace is bound to, or was last.
    """
    if organisation and _arrived(organisation):
        return []
    return list(_Steps(workspace, organisation).all())


def _arrived(organisation: Organisation) -> bool:
    ended = [LinkState.SYNCED, LinkState.RETRACTED]
    links = Link.objects.filter(organisation=organisation, state__in=ended)
    return links.filter(kind__in=Kind.values).exists()


class _Steps:
    def __init__(self, workspace: Workspace, organisation: Organisation | None) -> None:
        self._workspace = workspace
        self._organisation = organisation
        status = connection_of(workspace).status
        #: Nothing goes to the organisation or comes from it until somebody reconnects.
        self._is_cut_off = organisation is not None and status == ConnectionStatus.ERROR
        self._is_bound = status != ConnectionStatus.DISCONNECTED
        self._documents = Document.objects.in_workspace(workspace)
        self._has_documents = self._documents.exists()
        self._is_read = bool(
            organisation and Account.objects.filter(organisation=organisation).exists()
        )

    def all(self) -> Iterator[Step]:
        yield self._connecting()
        if self._organisation is None or not self._is_read:
            told = "Come with connecting."
            if self._is_bound:
                told = (
                    "Come with reconnecting." if self._is_cut_off else "Are being read from Xero."
                )
            yield Step("Tax codes", told)
            yield Step("Accounts", told)
        elif self._is_bound:
            yield from self._choosing(self._organisation)
        else:
            # The pages show nothing to choose from meanwhile.
            for step in self._choosing(self._organisation):
                yield replace(step, label="", address="")
        yield self._first_documents()
        yield self._sending()

    def _choosing(self, organisation: Organisation) -> Iterator[Step]:
        yield self._tax_codes(organisation)
        yield self._accounts(organisation)
        if Payment.objects.in_workspace(self._workspace).live().exists():
            yield self._methods(organisation)

    def _connecting(self) -> Step:
        if self._is_cut_off:
            told = f"{self._organisation} needs reconnecting."
            return Step("Connect Xero", told, False, "Reconnect", self._page("integrations"))
        if self._organisation and self._is_bound:
            return Step("Connect Xero", f"{self._organisation} is connected.", is_done=True)
        told = "Sign in at Xero and choose the organisation whose books these are."
        if self._organisation:
            told = f"{self._organisation} was disconnected. What was chosen for it is kept."
        return Step("Connect Xero", told, False, "Connect Xero", self._page("integrations"))

    def _tax_codes(self, organisation: Organisation) -> Step:
        codes = TaxCode.objects.in_workspace(self._workspace)
        count = codes.count()
        mapped = TaxMapping.objects.filter(organisation=organisation, tax_code__in=codes)
        done = mapped.values("tax_code").distinct().count()
        page = self._page("tax-mapping")
        if not count and self._has_documents:
            return Step("Tax codes", "Your documents use none.", True)
        if not count:
            told = "You have none yet. Xero's own rates are a beginning."
            return Step("Tax codes", told, False, "See Xero's rates", page)
        told = f"{done:,} of {count:,} {'is' if done == 1 else 'are'} mapped to Xero's rates."
        return Step("Tax codes", told, done == count, "Map tax codes", page)

    def _accounts(self, organisation: Organisation) -> Step:
        lacking = without_default(organisation)
        told = "The default accounts are chosen."
        if lacking:
            told = f"No default account is chosen for {' and '.join(lacking)}."
        return Step("Accounts", told, not lacking, "Choose accounts", self._page("accounts"))

    def _methods(self, organisation: Organisation) -> Step:
        lacking = without_method(organisation)
        told = "Each has its account."
        if lacking:
            told = f"{len(lacking):,} without an account: payments by them wait."
        page = self._page("payment-methods")
        return Step("Payment methods", told, not lacking, "Choose accounts", page)

    def _first_documents(self) -> Step:
        if self._has_documents:
            return Step("First documents", "Are here.", is_done=True)
        told = "Import a file, or enter an invoice under Invoices."
        page = self._page("import")
        return Step(
            "First documents", told, False, "Import a file", page, needs=Permission.EDIT_BOOKS
        )

    def _sending(self) -> Step:
        title = "First sync"
        if self._organisation is None or not self._is_bound or not self._has_documents:
            return Step(title, "Comes last: what you submit goes to Xero.")
        links = Link.objects.filter(organisation=self._organisation, kind__in=Kind.values)
        if links.filter(state__in=[LinkState.FAILED, LinkState.HELD]).exists():
            told = "Something could not go out; what to do stands there."
            return Step(title, told, False, "See what needs you", self._page("needs-attention"))
        if links.filter(state__in=OPEN_STATES).exists():
            told = "go out once Xero is reconnected" if self._is_cut_off else "are on the way"
            return Step(title, f"The first documents {told}.")
        if links.filter(state=LinkState.WAITING).exists():
            told = "What is submitted waits for you to send it."
            return Step(title, told, False, "Sync now", self._page("sync-now"), acts=True)
        draft = self._documents.filter(status=Status.DRAFT).only("kind").first()
        if draft is None:
            return Step(title, "Nothing is submitted that would go to Xero.")
        page = f"{self._page(pages_of(draft.kind).list_name)}?status=draft"
        told = "Your documents are drafts: submit those that shall go to Xero."
        return Step(title, told, False, "Open the drafts", page, needs=Permission.EDIT_BOOKS)

    def _page(self, name: str) -> str:
        return reverse(name, args=[self._workspace.slug])
