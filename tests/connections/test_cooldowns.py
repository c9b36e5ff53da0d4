"""Cooldowns are held by the server, for every process alike, and told with the seconds left."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F

from factories import make_workspace
from tallystick.connections.cooldowns import (
    SCOPES,
    CoolingDown,
    Scope,
    cooling_seconds,
    press,
    pressed_at,
    seconds_left,
)
from tallystick.connections.models import Organisation, ScopePress


def books(name: str = "Harbour Goods") -> Organisation:
    workspace = make_workspace(name)
    tenant = "5f0e0d3a-2f3c-4c8e-9b7a-0a1b2c3d4e5f"
    return workspace.organisations.create(tenant_id=tenant, name=name)


def let_pass(seconds: int) -> None:
    ScopePress.objects.update(pressed_at=F("pressed_at") - timedelta(seconds=seconds))


def test_every_scope_has_its_row_and_its_seconds():
    assert {scope: row.seconds for scope, row in SCOPES.items()} == {
        Scope.CONTACTS: 60,
        Scope.ITEMS: 60,
        Scope.TAX_RATES: 60,
        Scope.INVOICE_PUSH: 5,
        Scope.INVOICE_PULL: 10,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("scope", Scope)
def test_a_scope_is_refused_with_the_seconds_left_and_free_again_after(scope):
    organisation, seconds = books(), SCOPES[scope].seconds
    press(organisation, scope)

    with pytest.raises(CoolingDown, match=f"again in {seconds} seconds") as refused:
        press(organisation, scope)
    assert (refused.value.scope, refused.value.seconds) == (scope, seconds)
    let_pass(seconds - 1)
    with pytest.raises(CoolingDown, match="again in 1 second;"):
        press(organisation, scope)
    let_pass(1)

    assert cooling_seconds(organisation, scope) == 0
    press(organisation, scope)
    assert ScopePress.objects.count() == 1


@pytest.mark.django_db
def test_each_scope_and_each_organisation_cools_down_for_itself():
    one, other = books(), books("Second Shop")
    press(one, Scope.CONTACTS)

    press(one, Scope.ITEMS)
    press(other, Scope.CONTACTS)

    assert set(seconds_left(one)) == set(pressed_at(one)) == {Scope.CONTACTS, Scope.ITEMS}
    assert set(seconds_left(other)) == {Scope.CONTACTS}


@pytest.mark.django_db(transaction=True)
def test_of_presses_at_once_in_several_processes_one_gets_through():
    organisation = books()
    ends: list[str] = []
    together = threading.Barrier(4)

    def person() -> None:
        try:
            with transaction.atomic():
                together.wait()
                press(organisation, Scope.CONTACTS)
            ends.append("pressed")
        except CoolingDown:
            ends.append("refused")
        finally:
            connection.close()

    people = [threading.Thread(target=person) for _ in range(4)]
    for one in people:
        one.start()
    for one in people:
        one.join()

    assert sorted(ends) == ["pressed", "refused", "refused", "refused"]
