"""Access tokens: fresh, renewed by one process at a time, healed after a crash, dead ones told."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from connection_processes import start_process
from cryptography.fernet import Fernet
from django.db import connection as database
from django.db import transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from consenting import NZ, UK, connect
from factories import make_workspace, owner_of
from strict_sandbox import gather
from tallystick.connections.client import client_for
from tallystick.connections.models import ApiCall, Connection, ConnectionStatus, Organisation
from tallystick.connections.problems import mark_error
from tallystick.connections.services import (
    connection_of,
    forget_unreadable_tokens,
    judge_stored_tokens,
)
from tallystick.connections.tokens import (
    RenewalUnderWay,
    access_token,
    refresh_after_rejection,
)
from tallystick.workspaces.models import AuditEntry
from tallystick.xero import ConsentRevoked, NotConnected, ScopeMissing, TryLater
from xero_sandbox.server import Running

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN_PATH = "/connect/token"
ASK_FOR_TOKEN = """
from tallystick.connections.models import Organisation
from tallystick.connections.tokens import access_token
access_token(Organisation.objects.get(pk=int(sys.argv[1])))
"""


@pytest.fixture
def organisation(xero: Running) -> Organisation:
    """A connected organisation; the journal of requests begins after connecting."""
    workspace = make_workspace()
    bound = connect(workspace, owner_of(workspace)).organisation
    assert bound is not None
    gather()
    xero.sandbox.journal.clear()
    return bound


def stored() -> Connection:
    return Connection.objects.get()


def expiring(**left: float) -> Connection:
    """Leave the access token that much time; return the connection as it stands then."""
    Connection.objects.update(access_expires_at=timezone.now() + timedelta(**left))
    return stored()


def renewals(xero: Running) -> list[int]:
    """Statuses of the requests for tokens that reached Xero."""
    entries = xero.sandbox.journal.entries({"path": TOKEN_PATH}, after=0, limit=100)
    return [entry["status"] for entry in entries]


def hold_token_endpoint(xero: Running, action: str = "hold_before") -> int:
    fault = {"match": {"path": TOKEN_PATH, "nth": 1}, "action": action}
    return int(xero.sandbox.faults.add(fault)["id"])


def wait_until_held(xero: Running) -> None:
    wait_until(lambda: any(fault["holding"] for fault in xero.sandbox.faults.listed()))


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_token_with_more_than_five_minutes_left_is_used_without_asking_xero(
    xero: Running, organisation: Organisation
) -> None:
    held = expiring(minutes=5, seconds=10)

    assert access_token(organisation) == held.access_token
    assert renewals(xero) == []


def test_a_token_within_five_minutes_of_its_end_is_renewed_and_the_rolled_one_saved(
    xero: Running, organisation: Organisation
) -> None:
    held = expiring(minutes=4, seconds=50)

    token = access_token(organisation)

    after = stored()
    assert renewals(xero) == [200]
    assert token == after.access_token != held.access_token
    assert after.refresh_token != held.refresh_token
    assert (after.generation, after.refreshing_until) == (held.generation + 1, None)
    assert after.access_expires_at is not None
    assert after.access_expires_at > timezone.now() + timedelta(minutes=29)


def test_a_token_is_never_asked_for_inside_a_transaction(organisation: Organisation) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        access_token(organisation)


def test_while_one_renews_the_others_go_on_with_the_old_token(
    xero: Running, organisation: Organisation
) -> None:
    held = expiring(minutes=3)
    fault = hold_token_endpoint(xero)

    with ThreadPoolExecutor(1) as pool:
        renewed = pool.submit(in_thread, organisation)
        wait_until_held(xero)
        meanwhile = access_token(organisation)
        xero.sandbox.faults.release(fault)
        token = renewed.result()

    assert meanwhile == held.access_token
    assert token == stored().access_token != held.access_token
    assert renewals(xero) == [200]


def test_without_a_living_token_the_others_are_told_when_to_come_back(
    xero: Running, organisation: Organisation
) -> None:
    expiring(seconds=-1)
    fault = hold_token_endpoint(xero)

    with ThreadPoolExecutor(1) as pool:
        renewed = pool.submit(in_thread, organisation)
        wait_until_held(xero)
        with pytest.raises(RenewalUnderWay) as caught:
            access_token(organisation)
        xero.sandbox.faults.release(fault)
        renewed.result()

    assert caught.value.retry_after_seconds is not None
    assert 1 <= caught.value.retry_after_seconds <= 30
    assert renewals(xero) == [200]


def test_eight_threads_at_once_renew_exactly_once(
    xero: Running, organisation: Organisation
) -> None:
    held = expiring(minutes=1)
    together = threading.Barrier(8)

    def run() -> str:
        together.wait()
        return in_thread(organisation)

    with ThreadPoolExecutor(8) as pool:
        tokens = {future.result() for future in [pool.submit(run) for _ in range(8)]}

    assert renewals(xero) == [200]
    assert tokens <= {held.access_token, stored().access_token}
    assert stored().generation == held.generation + 1


def test_two_processes_at_once_renew_exactly_once(
    xero: Running, organisation: Organisation
) -> None:
    expiring(minutes=1)
    fault = hold_token_endpoint(xero)

    processes = [start_process(ASK_FOR_TOKEN, xero, organisation.pk) for _ in range(2)]
    wait_until_held(xero)
    wait_until(lambda: any(process.poll() == 0 for process in processes))
    xero.sandbox.faults.release(fault)

    assert [process.wait(timeout=30) for process in processes] == [0, 0]
    assert renewals(xero) == [200]
    assert stored().generation == 2


@pytest.mark.parametrize(
    "failpoint", ["token.before_claim", "token.claimed", "token.answered", "token.before_commit"]
)
def test_a_process_killed_before_its_answer_is_saved_is_healed_by_the_next(
    failpoint: str, xero: Running, organisation: Organisation
) -> None:
    before = expiring(minutes=1)
    process = start_process(ASK_FOR_TOKEN, xero, organisation.pk, TALLYSTICK_FAILPOINT=failpoint)
    assert process.wait(timeout=30) == -9
    assert stored().refresh_token == before.refresh_token

    Connection.objects.filter(refreshing_until__isnull=False).update(
        refreshing_until=timezone.now()
    )
    token = access_token(organisation)

    assert token == stored().access_token != before.access_token
    assert client_for(organisation).organisation().organisation_id == NZ


def test_a_process_killed_after_saving_loses_nothing(
    xero: Running, organisation: Organisation
) -> None:
    before = expiring(minutes=1)

    process = start_process(
        ASK_FOR_TOKEN, xero, organisation.pk, TALLYSTICK_FAILPOINT="token.saved"
    )

    assert process.wait(timeout=30) == -9
    assert access_token(organisation) == stored().access_token != before.access_token
    assert renewals(xero) == [200]


def test_an_answer_lost_on_the_way_is_healed_by_the_old_refresh_token(
    xero: Running, organisation: Organisation
) -> None:
    held = expiring(minutes=1)
    xero.sandbox.faults.add({"match": {"path": TOKEN_PATH, "nth": 1}, "action": "cut_after"})

    assert access_token(organisation) == held.access_token
    assert access_token(organisation) == held.access_token, "the claim is a pause"
    Connection.objects.update(refreshing_until=timezone.now())
    token = access_token(organisation)

    assert token == stored().access_token != held.access_token


def test_a_xero_that_is_away_is_asked_again_later_when_no_token_lives(
    xero: Running, organisation: Organisation
) -> None:
    expiring(seconds=-1)
    xero.sandbox.faults.add({"match": {"path": TOKEN_PATH}, "action": "status", "status": 503})

    with pytest.raises(TryLater):
        access_token(organisation)

    assert stored().status == ConnectionStatus.CONNECTED


def test_a_dead_refresh_token_turns_the_connection_to_error_and_says_why(
    xero: Running, organisation: Organisation
) -> None:
    expiring(minutes=1)
    xero.sandbox.clock.advance(61 * 86_400)

    with pytest.raises(ConsentRevoked, match="What waits is kept"):
        access_token(organisation)

    after = stored()
    assert after.status == ConnectionStatus.ERROR
    assert after.problem.startswith("Xero no longer accepts our access to Demo Company (NZ)")
    assert AuditEntry.objects.filter(action="connection.failed", message=after.problem).exists()
    with pytest.raises(NotConnected):
        access_token(organisation)


def test_a_refusal_that_another_process_overtook_is_no_error(
    xero: Running, organisation: Organisation
) -> None:
    expiring(minutes=1)
    fault = hold_token_endpoint(xero, "hold_after")
    with xero.sandbox.store.write() as books:
        books.execute("DELETE FROM refresh_token")

    with ThreadPoolExecutor(1) as pool:
        refused = pool.submit(in_thread, organisation)
        wait_until_held(xero)
        workspace = organisation.workspace
        again = connect(workspace, owner_of(workspace))
        xero.sandbox.faults.release(fault)
        token = refused.result()

    assert token == again.access_token
    assert stored().status == ConnectionStatus.CONNECTED


def test_an_answer_that_a_new_consent_overtook_does_not_replace_it(
    xero: Running, organisation: Organisation
) -> None:
    expiring(minutes=1)
    fault = hold_token_endpoint(xero, "hold_after")

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(in_thread, organisation)
        wait_until_held(xero)
        workspace = organisation.workspace
        again = connect(workspace, owner_of(workspace))
        xero.sandbox.faults.release(fault)
        token = late.result()

    assert token == stored().access_token == again.access_token


def test_a_rejected_token_is_renewed_once_and_the_call_made_again(
    xero: Running, organisation: Organisation
) -> None:
    client = client_for(organisation)
    xero.sandbox.clock.advance(31 * 60)

    assert client.organisation().organisation_id == NZ

    assert renewals(xero) == [200]
    calls = ApiCall.objects.order_by("pk").values_list("endpoint", "status", "error")
    assert list(calls) == [
        ("Organisation", 401, "AccessTokenExpired"),
        ("connect/token", 200, ""),
        ("Organisation", 200, ""),
    ]


def test_a_token_that_somebody_else_replaced_is_not_renewed_again(
    xero: Running, organisation: Organisation
) -> None:
    assert refresh_after_rejection(organisation, "an older token") == stored().access_token
    assert renewals(xero) == []


def test_nothing_is_sent_to_books_that_the_workspace_has_left(
    xero: Running, organisation: Organisation
) -> None:
    client = client_for(organisation)
    workspace = organisation.workspace
    connect(workspace, owner_of(workspace), tenant_id=UK)
    gather()
    xero.sandbox.journal.clear()

    with pytest.raises(NotConnected) as caught:
        client.organisation()

    assert xero.sandbox.journal.entries({}, after=0, limit=10) == []
    assert "not connected to Demo Company (NZ) now" in str(caught.value)


def test_a_late_refusal_from_books_left_behind_does_not_touch_the_new_connection(
    organisation: Organisation,
) -> None:
    workspace = organisation.workspace
    connect(workspace, owner_of(workspace), tenant_id=UK)

    assert not mark_error(organisation, ScopeMissing("no", request="GET Accounts"))

    assert connection_of(workspace).is_connected


def test_access_removed_in_xero_is_told_on_the_card(
    xero: Running, organisation: Organisation
) -> None:
    with xero.sandbox.store.write() as books:
        books.execute("DELETE FROM connection")

    with pytest.raises(NotConnected) as caught:
        client_for(organisation).organisation()
    mark_error(organisation, caught.value)

    assert stored().problem == "Access to Demo Company (NZ) was removed in Xero."


def test_a_call_that_cannot_be_recorded_goes_well_all_the_same(
    xero: Running, organisation: Organisation, caplog: pytest.LogCaptureFixture
) -> None:
    with database.cursor() as cursor:
        cursor.execute("ALTER TABLE connections_apicall RENAME TO hidden")
    try:
        found = client_for(organisation).organisation()
    finally:
        with database.cursor() as cursor:
            cursor.execute("ALTER TABLE hidden RENAME TO connections_apicall")

    assert found.organisation_id == NZ
    assert "api_call_not_recorded" in caplog.text


def test_tokens_that_no_key_reads_turn_the_connection_to_error_until_one_does(
    organisation: Organisation, settings: Settings
) -> None:
    keys = settings.ENCRYPTION_KEYS
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(NotConnected, match="cannot be read"):
        access_token(organisation)

    told = connection_of(organisation.workspace)
    assert told.status == ConnectionStatus.ERROR
    assert "brings the key back" in told.problem
    settings.ENCRYPTION_KEYS = keys
    judge_stored_tokens()  # as a worker does when it starts
    assert connection_of(organisation.workspace).problem == ""
    assert access_token(organisation) == stored().access_token


def test_of_two_organisations_the_one_whose_tokens_can_be_read_goes_on(
    organisation: Organisation, settings: Settings
) -> None:
    keys, other = settings.ENCRYPTION_KEYS, make_workspace("Second Shop")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    readable = connect(other, owner_of(other), tenant_id=UK).organisation
    assert readable is not None

    judge_stored_tokens()

    assert connection_of(organisation.workspace).status == ConnectionStatus.ERROR
    assert access_token(readable)
    settings.ENCRYPTION_KEYS = keys


def test_forgotten_tokens_leave_a_connection_that_a_reconnect_mends(
    organisation: Organisation, settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    forgotten = forget_unreadable_tokens()

    assert [one.workspace for one in forgotten] == [organisation.workspace]
    assert connection_of(organisation.workspace).status == ConnectionStatus.ERROR
    connect(organisation.workspace, owner_of(organisation.workspace))
    assert access_token(organisation)
    assert forget_unreadable_tokens() == []


def test_no_token_is_shown_by_errors_or_logs_of_a_renewal(
    xero: Running, organisation: Organisation, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    held = expiring(minutes=1)
    xero.sandbox.faults.add({"match": {"path": TOKEN_PATH, "nth": 1}, "action": "garbage"})

    access_token(organisation)
    Connection.objects.update(refreshing_until=None)
    with xero.sandbox.store.write() as books:
        books.execute("DELETE FROM refresh_token")
    with pytest.raises(ConsentRevoked) as caught:
        access_token(organisation)

    told = f"{caught.value} {caught.value!r} {caplog.text}"
    for secret in (held.access_token, held.refresh_token, settings.XERO_CLIENT_SECRET):
        assert secret not in told


def in_thread(organisation: Organisation) -> str:
    try:
        return access_token(organisation)
    finally:
        database.close()
