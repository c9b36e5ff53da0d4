"""Refresh: what a person wants read from Xero, or sent there, now; one act for each scope.

Sending is Sync now. Reading makes the kinds of the scope due at once; a worker reads them next.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from tallystick.connections.bound import NotConnected, bound_organisation
from tallystick.connections.cooldowns import SCOPES, Scope, press
from tallystick.connections.models import Organisation
from tallystick.connections.modules import Module, StepMissing, named, refusal_of
from tallystick.sync.acts.sync_now import sync_now
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.record_sums import RecordSum
from tallystick.sync.pull.open_kinds import kinds_of
from tallystick.sync.pull.schedule import make_due
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh set going."""

    scope: Scope
    #: What is read.
    modules: Sequence[Module] = ()
    #: What was put on the way, of a push.
    queued: RecordSum | None = None

    @property
    def message(self) -> str:
        if self.queued is None:
            said = named(self.modules)
            return f"{said[0].upper()}{said[1:]} are read from Xero next."
        return f"Put on the way: {self.queued}." if self.queued.count else NOTHING_WAITED


NOTHING_WAITED = "Nothing waited for Sync now."


@transaction.atomic
def refresh(
    *, workspace: Workspace, actor: User, scope: Scope, only: Module | None = None
) -> Refreshed:
    """Sync the scope now, as far as its modules are on; `only` one of them, where it is named.

    Raises NotAllowed for people who may not, NotConnected where there is no organisation,
    StepMissing where none of what is asked for can go on, and CoolingDown where somebody has
    pressed just before.
    """
    if scope == Scope.INVOICE_PUSH:
        return Refreshed(scope, queued=sync_now(workspace=workspace, actor=actor))
    require(actor, workspace, Permission.MANAGE_SYNC)
    organisation = bound_organisation(workspace)
    if organisation is None:
        raise NotConnected(workspace)
    modules = _open(organisation, [only] if only else SCOPES[scope].modules)
    press(organisation, scope)
    make_due(organisation, kinds_of(modules), why=f"{actor} asked for it.")
    audit.record(
        workspace=workspace,
        actor=actor,
        action="sync.refresh",
        subject=organisation,
        message=f"Asked for {named(modules)} from {organisation.name}.",
    )
    wake_lane(organisation.pk)
    return Refreshed(scope, modules)


def scope_of(module: Module) -> Scope:
    """Return the scope that a module is read with; accounts come with tax rates."""
    reading = [scope for scope in Scope if scope != Scope.INVOICE_PUSH]
    found = (scope for scope in reading if module in SCOPES[scope].modules)
    return next(found, Scope.TAX_RATES)


def _open(organisation: Organisation, modules: Sequence[Module]) -> list[Module]:
    """Return those that can go on. Raises StepMissing of the first, where none can."""
    refused: list[StepMissing] = []
    found = []
    for module in modules:
        if missing := refusal_of(organisation, module):
            refused.append(missing)
        else:
            found.append(module)
    if not found:
        raise refused[0]
    return found
