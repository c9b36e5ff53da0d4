"""The way from an empty workspace to the first documents in Xero, step by step, for Home."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.urls import reverse

from tallystick.connections.models import Organisation
from tallystick.connections.modules import ROWS
from tallystick.english import counted, is_or_are, listed
from tallystick.sync.reports.first_steps import FirstSteps, FirstSync, has_arrived
from tallystick.web.kinds import pages_of
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class StartStep:
    """One step: how it stands, and the button that does it; without one it waits for another."""

    title: str
    told: str
    is_done: bool = False
    label: str = ""
    address: str = ""
    #: Pressing is a POST and changes something; with it goes this field.
    acts: bool = False
    field: tuple[str, str] = ("", "")
    #: What else may be chosen here, by a POST to this address with `act`.
    other_label: str = ""
    other_address: str = ""
    other_act: str = ""
    #: What a person must be allowed to press it.
    needs: Permission = Permission.MANAGE_SYNC
    #: Of the person who sees it: whether they may, and whether it is the first one that they can.
    may_press: bool = False
    is_next: bool = False


def steps_to_start(workspace: Workspace, organisation: Organisation | None) -> list[StartStep]:
    """Return all steps while nothing is in the organisation's books; none once something is.

    It is the one that the workspace is bound to, or was last.
    """
    if organisation and has_arrived(organisation):
        return []
    return list(_Steps(workspace, organisation).all())


class _Steps:
    def __init__(self, workspace: Workspace, organisation: Organisation | None) -> None:
        self._workspace = workspace
        self._organisation = organisation
        self._facts = FirstSteps(workspace, organisation)

    def all(self) -> Iterator[StartStep]:
        facts = self._facts
        yield self._connecting()
        if not facts.is_read:
            told = "Come with connecting."
            if facts.is_bound:
                told = (
                    "Come with reconnecting." if facts.is_cut_off else "Are being read from Xero."
                )
            for title in ("Tax rates", "Tax codes", "Accounts"):
                yield StartStep(title, told)
            yield StartStep("Items and contacts", "Come once the tax codes are mapped.")
        elif facts.is_bound:
            yield from self._choosing()
        else:
            # The pages show nothing to choose from meanwhile.
            for step in self._choosing():
                yield replace(step, label="", address="")
        yield self._first_documents()
        yield self._sending()

    def _choosing(self) -> Iterator[StartStep]:
        yield self._tax_rates()
        yield self._tax_codes()
        yield self._accounts()
        if self._facts.has_payments:
            yield self._methods()
        if self._facts.wanted:
            yield self._items_and_contacts()

    def _connecting(self) -> StartStep:
        if self._facts.is_cut_off:
            told = f"{self._organisation} needs reconnecting."
            return StartStep("Connect Xero", told, False, "Reconnect", self._page("integrations"))
        if self._organisation and self._facts.is_bound:
            return StartStep("Connect Xero", f"{self._organisation} is connected.", is_done=True)
        told = "Sign in at Xero and choose the organisation whose books these are."
        if self._organisation:
            told = f"{self._organisation} was disconnected. What was chosen for it is kept."
        return StartStep("Connect Xero", told, False, "Connect Xero", self._page("integrations"))

    def _tax_rates(self) -> StartStep:
        count = self._facts.rate_count
        if count:
            return StartStep(
                "Tax rates", f"{counted(count, 'rate')} of Xero's {is_or_are(count)} here.", True
            )
        told = "Xero has shown none that is in use."
        page = self._page("sync-scope")
        return StartStep(
            "Tax rates",
            told,
            False,
            "Read them again",
            page,
            acts=True,
            field=("scope", "tax_rates"),
        )

    def _items_and_contacts(self) -> StartStep:
        facts, title = self._facts, "Items and contacts"
        title = title if len(facts.wanted) > 1 else ROWS[facts.wanted[0]].words
        if facts.missing:
            return StartStep(title, str(facts.missing))
        act, label = (
            ("usual", "Let them be read by themselves")
            if facts.is_manual
            else ("manual", "Manual only")
        )
        here = listed([f"{count:,} {ROWS[one].noun}" for one, count in facts.here.items()])
        how = (
            "Read only when a button is pressed."
            if facts.is_manual
            else "They are read by themselves."
        )
        is_done = len(facts.arrived) == len(facts.wanted)
        told = f"{here} are here. {how}" if is_done else f"{here} are here so far. {how}"
        return StartStep(
            title,
            told,
            is_done,
            "Open Modules" if facts.is_manual else "",
            self._page("modules"),
            other_label=label,
            other_address=self._page("module-rhythm"),
            other_act=act,
        )

    def _tax_codes(self) -> StartStep:
        done, count = self._facts.mapped_codes
        page = self._page("tax-mapping")
        if not count and self._facts.has_documents:
            return StartStep("Tax codes", "Your documents use none.", True)
        if not count:
            told = "You have none yet. Xero's own rates are a beginning."
            return StartStep("Tax codes", told, False, "See Xero's rates", page)
        told = f"{done:,} of {count:,} {is_or_are(done)} mapped to Xero's rates."
        return StartStep("Tax codes", told, done == count, "Map tax codes", page)

    def _accounts(self) -> StartStep:
        lacking = self._facts.without_default
        told = "The default accounts are chosen."
        if lacking:
            told = f"No default account is chosen for {' and '.join(lacking)}."
        return StartStep("Accounts", told, not lacking, "Choose accounts", self._page("accounts"))

    def _methods(self) -> StartStep:
        lacking = self._facts.without_method
        told = "Each has its account."
        if lacking:
            told = f"{len(lacking):,} without an account: payments by them wait."
        page = self._page("payment-methods")
        return StartStep("Payment methods", told, not lacking, "Choose accounts", page)

    def _first_documents(self) -> StartStep:
        if self._facts.has_documents:
            return StartStep("First documents", "Are here.", is_done=True)
        told = "Import a file, or enter an invoice under Invoices."
        page = self._page("import")
        return StartStep(
            "First documents", told, False, "Import a file", page, needs=Permission.EDIT_BOOKS
        )

    def _sending(self) -> StartStep:
        title = "First sync"
        if self._organisation is None or not self._facts.is_bound or not self._facts.has_documents:
            return StartStep(title, "Comes last: what you submit goes to Xero.")
        stage = self._facts.first_sync
        if stage == FirstSync.STOPPED:
            told = "Something could not go out; what to do stands there."
            return StartStep(
                title, told, False, "See what needs you", self._page("needs-attention")
            )
        if stage == FirstSync.UNDER_WAY:
            told = "go out once Xero is reconnected" if self._facts.is_cut_off else "are on the way"
            return StartStep(title, f"The first documents {told}.")
        if stage == FirstSync.WAITING:
            told = "What is submitted waits for you to send it."
            return StartStep(title, told, False, "Sync now", self._page("sync-now"), acts=True)
        kind = self._facts.draft_kind
        if kind is None:
            return StartStep(title, "Nothing is submitted that would go to Xero.")
        page = f"{self._page(pages_of(kind).list_name)}?status=draft"
        told = "Your documents are drafts: submit those that shall go to Xero."
        return StartStep(title, told, False, "Open the drafts", page, needs=Permission.EDIT_BOOKS)

    def _page(self, name: str) -> str:
        return reverse(name, args=[self._workspace.slug])
