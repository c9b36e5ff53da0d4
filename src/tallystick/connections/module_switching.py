"""Switching modules on and off, with what they need."""

from django.db import transaction
from django.db.models.functions import Now

from tallystick.act_refused import ActRefused
from tallystick.connections.models import ModuleSwitch, Organisation
from tallystick.connections.modules import ROWS, Module, named, needed_by, needing, switched
from tallystick.connections.signals import modules_switched
from tallystick.english import listed
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User


class StillNeeded(ActRefused):
    """The module cannot be switched off, for others that are on need it."""

    code = "module_needed"

    def __init__(self, module: Module, by: list[Module]) -> None:
        super().__init__(
            f"{ROWS[module].words} cannot be switched off: {named(by)} need them.",
            remedy=f"Switch {named(by)} off first; nothing was changed.",
        )
        self.module = module
        self.by = by


@transaction.atomic
def switch_module(
    *, organisation: Organisation, module: Module, is_on: bool, actor: User
) -> list[Module]:
    """Switch the module on, and what it needs with it, or off; safe to repeat.

    Returns what was changed. What is queued of it waits while it is off, and goes on once it is on
    again. Raises NotAllowed, and StillNeeded where others that are on need it.
    """
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    # One at a time, or two people could leave on what needs something that is off.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    now = switched(organisation)
    if not is_on and (by := [one for one in needing(module) if now[one]]):
        raise StillNeeded(module, by)
    wanted = [*needed_by(module), module] if is_on else [module]
    changed = [one for one in wanted if now[one] != is_on]
    for one in changed:
        ModuleSwitch.objects.update_or_create(
            organisation=organisation,
            module=one,
            defaults={"is_on": is_on, "changed_by": actor, "changed_at": Now()},
        )
    if changed:
        audit.record(
            workspace=organisation.workspace,
            actor=actor,
            action="module.on" if is_on else "module.off",
            subject=organisation,
            message=_told(module, changed, is_on=is_on, organisation=organisation),
        )
        modules_switched.send(
            sender=Organisation,
            workspace=organisation.workspace,
            organisation_id=organisation.pk,
            modules=changed,
            is_on=is_on,
        )
    return changed


def switched_words(module: Module, changed: list[Module], *, is_on: bool) -> str:
    """Return what was done in a sentence, for pages and commands alike."""
    if not changed:
        return f"{ROWS[module].words} were {'on' if is_on else 'off'} already; nothing was changed."
    others = [one for one in changed if one != module]
    if not others:
        return f"{ROWS[module].words} are {'on' if is_on else 'off'}."
    if module not in changed:
        return (
            f"{listed([ROWS[one].words for one in others])} are on, which {named([module])} need."
        )
    return f"{ROWS[module].words} are on, and so are {named(others)}, which they need."


def _told(module: Module, changed: list[Module], *, is_on: bool, organisation: Organisation) -> str:
    others = [one for one in changed if one != module]
    with_them = f", and with them {named(others)}, which they need" if others else ""
    way = "on" if is_on else "off"
    return f"Switched {way} {ROWS[module].noun} for {organisation.name}{with_them}."
