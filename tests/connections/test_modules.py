"""The chain of modules: what is switched on with what, and what cannot be switched off."""

import pytest

from consenting import NZ, connect
from factories import make_member, make_workspace, owner_of
from tallystick.connections.consent import begin_consent
from tallystick.connections.models import ModuleSwitch, Organisation
from tallystick.connections.module_switching import StillNeeded, switch_module, switched_words
from tallystick.connections.modules import (
    ROWS,
    STEPS,
    Module,
    Step,
    StepMissing,
    _told_by,
    chain_of,
    modules_on,
    needed_by,
    needing,
    refusal_of,
    require_module,
)
from tallystick.connections.scopes import scopes_of_modules
from tallystick.workspaces.access import NotAllowed
from tallystick.workspaces.models import AuditEntry, Role, User, Workspace
from xero_sandbox.server import Running

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return owner_of(workspace)


@pytest.fixture
def organisation(workspace: Workspace) -> Organisation:
    return workspace.organisations.create(
        tenant_id="5f0e0d3a-2f3c-4c8e-9b7a-0a1b2c3d4e5f", name="Demo Company (NZ)"
    )


def switch(organisation: Organisation, module: Module, is_on: bool) -> list[Module]:
    actor = owner_of(organisation.workspace)
    return switch_module(organisation=organisation, module=module, is_on=is_on, actor=actor)


def switch_all_off(organisation: Organisation) -> None:
    for module in reversed(Module):
        if module in modules_on(organisation):
            switch(organisation, module, False)


def test_every_module_and_step_has_its_row_and_every_step_somebody_who_knows_it():
    assert list(ROWS) == list(Module)
    assert list(STEPS) == list(Step) == list(_told_by)


def test_the_chain_is_the_one_of_the_design():
    lists = [Module.ACCOUNTS, Module.TAX_RATES]
    assert chain_of(Module.TAX_RATES) == [Module.ACCOUNTS]
    for module in (Module.ITEMS, Module.CONTACTS):
        assert chain_of(module) == [*lists, Step.TAX_MAPPING]
    assert chain_of(Module.INVOICES)[-2:] == [Module.ITEMS, Module.CONTACTS]
    for module in (Module.CREDIT_NOTES, Module.PAYMENTS):
        assert chain_of(module)[-1] == Module.INVOICES
    for module in (Module.BILLS, Module.EXPENSES):
        assert chain_of(module) == [*lists, Step.TAX_MAPPING, Module.CONTACTS]


def test_all_but_expenses_is_on_at_first(organisation):
    assert set(Module) - set(modules_on(organisation)) == {Module.EXPENSES}
    assert modules_on(None) == modules_on(organisation)


@pytest.mark.parametrize("module", Module)
def test_switching_on_brings_what_is_needed(organisation, module):
    switch_all_off(organisation)
    assert modules_on(organisation) == []

    changed = switch(organisation, module, True)

    assert changed == [*needed_by(module), module]
    assert set(modules_on(organisation)) == set(changed)
    entry = AuditEntry.objects.filter(action="module.on").get()
    assert entry.message.startswith(f"Switched on {ROWS[module].noun} for Demo Company (NZ)")
    assert all(ROWS[one].noun in entry.message for one in changed)
    assert switch(organisation, module, True) == []


@pytest.mark.parametrize("module", [module for module in Module if needing(module)])
def test_what_is_needed_cannot_be_switched_off_and_what_needs_it_is_named(organisation, module):
    switch(organisation, Module.EXPENSES, True)

    with pytest.raises(StillNeeded) as refused:
        switch(organisation, module, False)

    assert refused.value.by == needing(module)
    assert all(ROWS[one].noun in str(refused.value) for one in needing(module))
    assert module in modules_on(organisation)
    assert not AuditEntry.objects.filter(action="module.off").exists()


def test_what_nothing_needs_is_switched_off_and_that_is_kept_in_the_audit(organisation, owner):
    assert switch(organisation, Module.PAYMENTS, False) == [Module.PAYMENTS]

    entry = AuditEntry.objects.get(action="module.off")
    assert (entry.actor, entry.message) == (
        owner,
        "Switched off payments for Demo Company (NZ).",
    )
    row = ModuleSwitch.objects.get(organisation=organisation)
    assert (row.module, row.is_on, row.changed_by) == ("payments", False, owner)


def test_a_bookkeeper_may_not_switch(organisation, workspace):
    bookkeeper = make_member(workspace, Role.BOOKKEEPER)

    with pytest.raises(NotAllowed):
        switch_module(organisation=organisation, module=Module.BILLS, is_on=False, actor=bookkeeper)

    assert Module.BILLS in modules_on(organisation)


def test_what_was_done_is_told():
    said = switched_words(Module.BILLS, [Module.CONTACTS, Module.BILLS], is_on=True)
    assert said == "Bills are on, and so are contacts, which they need."
    assert switched_words(Module.BILLS, [Module.BILLS], is_on=False) == "Bills are off."
    assert switched_words(Module.BILLS, [], is_on=True) == (
        "Bills were on already; nothing was changed."
    )


def test_a_refusal_names_the_first_missing_step_and_its_screen(organisation):
    Organisation.objects.update(taxes_mapped_at=None)
    organisation.refresh_from_db()

    missing = refusal_of(organisation, Module.INVOICES)

    assert missing is not None
    assert (missing.missing, missing.screen) == (Step.TAX_MAPPING, "tax-mapping")
    assert str(missing) == (
        "Invoices need the tax mapping first, which is not complete: there are no tax codes yet. "
        "Choose it under Settings, Tax mapping."
    )
    with pytest.raises(StepMissing, match="Invoices need the tax mapping"):
        require_module(organisation, Module.INVOICES)
    assert refusal_of(organisation, Module.TAX_RATES) is None


def test_expenses_are_asked_for_at_xero_only_once_they_are_on(
    xero: Running, workspace: Workspace, owner: User
):
    organisation = connect(workspace, owner, tenant_id=NZ).organisation
    assert organisation is not None
    Organisation.objects.update(taxes_mapped_at=organisation.bound_at)
    own = "accounting.banktransactions.read"
    assert own not in begin_consent(workspace=workspace, user=owner).url

    switch_module(organisation=organisation, module=Module.EXPENSES, is_on=True, actor=owner)

    missing = refusal_of(organisation, Module.EXPENSES)
    assert missing is not None
    assert (missing.missing, missing.screen) == (own, "integrations")
    assert own in begin_consent(workspace=workspace, user=owner).url
    connect(workspace, owner, tenant_id=NZ)
    assert refusal_of(organisation, Module.EXPENSES) is None


def test_no_scope_is_asked_for_that_nothing_needs():
    assert scopes_of_modules([Module.ACCOUNTS])[4:] == [
        "accounting.settings.read",
        "accounting.attachments",
    ]
