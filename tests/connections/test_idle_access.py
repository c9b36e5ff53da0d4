"""Access that nobody uses is renewed before Xero forgets it, though nothing is ever sent or read."""

from datetime import timedelta

import pytest
from django.db.models import F
from procrastinate.contrib.django.models import ProcrastinateJob

from consenting import connect
from factories import make_workspace, owner_of
from tallystick.connections.models import ApiCall, CallPurpose, Connection, ConnectionStatus
from tallystick.connections.renewal import idle_organisations
from tallystick.sync.models import Pulse, Reading
from tallystick.sync.rounds.jobs import renew, sweep
from xero_sandbox.server import Running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bound(xero: Running) -> Connection:
    """A connection of which nothing is read or sent."""
    workspace = make_workspace()
    found = connect(workspace, owner_of(workspace))
    Reading.objects.update(due_at=None, slice_due_at=None, is_by_hand=True)
    return found


def let_days_pass(xero: Running, days: int) -> None:
    """Let the time pass, here and at Xero."""
    xero.sandbox.clock.advance(days * 86_400)
    Connection.objects.update(access_expires_at=F("access_expires_at") - timedelta(days=days))


def jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name="connection.renew").count()


def test_a_month_without_a_call_has_the_access_renewed_and_so_on_for_half_a_year(xero, bound):
    for month in range(1, 7):
        let_days_pass(xero, 31)
        assert idle_organisations() == [bound.organisation_id]
        renew(bound.organisation_id)
        now = Connection.objects.get()
        assert (now.status, now.generation) == (
            ConnectionStatus.CONNECTED,
            bound.generation + month,
        )
        assert idle_organisations() == []
    assert ApiCall.objects.filter(purpose=CallPurpose.ACCESS, error="").count() == 6


def test_without_that_xero_would_have_forgotten_it(xero, bound):
    let_days_pass(xero, 61)

    renew(bound.organisation_id)

    assert Connection.objects.get().status == ConnectionStatus.ERROR
    assert idle_organisations() == []


def test_the_sweep_asks_for_it_once(xero, bound):
    Pulse.objects.all().delete()
    sweep()
    assert jobs() == 0

    let_days_pass(xero, 31)
    sweep()
    sweep()

    assert jobs() == 1


def test_what_xero_could_not_renew_is_tried_again_later_and_not_at_each_sweep(xero, bound):
    let_days_pass(xero, 31)
    xero.sandbox.faults.add(
        {"match": {"path": "/connect/token", "nth": 1}, "action": "status", "status": 503}
    )

    renew(bound.organisation_id)

    assert Connection.objects.get().status == ConnectionStatus.CONNECTED
    assert idle_organisations() == []
    Connection.objects.update(refreshing_until=F("refreshing_until") - timedelta(minutes=11))
    assert idle_organisations() == [bound.organisation_id]
    renew(bound.organisation_id)
    assert Connection.objects.get().generation == bound.generation + 1
