"""The journey to Xero's consent page and back, on the real page of the stand-in over HTTP."""

import socket
import threading
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.signing import Signer
from django.db import connection as database
from django.utils import timezone
from pytest_django.fixtures import Settings

from consenting import NZ, UK, answer_consent, connect
from factories import make_member, make_user, make_workspace, owner_of
from tallystick.connections import errors
from tallystick.connections.consent import ConsentStart, begin_consent, finish_consent
from tallystick.connections.models import Connection, ConnectionStatus, ConsentRequest, Organisation
from tallystick.connections.scopes import scopes_needed
from tallystick.connections.services import connection_of
from tallystick.connections.signals import organisation_connected
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


def finish(
    start: ConsentStart,
    answer: dict[str, str],
    user: User | AnonymousUser,
    **other: str,
) -> Connection:
    given = {"code": "", "error": "", "cookie_nonce": start.cookie_nonce} | answer | other
    given = {name: given[name] for name in ("state", "code", "error", "cookie_nonce")}
    return finish_consent(user=user, **given)


def test_the_organisation_chosen_on_the_page_is_the_one_connected(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    connection = connect(workspace, owner, tenant_id=UK)

    assert connection.status == ConnectionStatus.CONNECTED
    assert connection.organisation is not None
    assert str(connection.organisation.tenant_id) == UK
    assert connection.organisation.name == "Demo Company (UK)"
    assert connection.connected_by == owner
    assert connection.access_expires_at is not None
    assert connection.access_expires_at > timezone.now() + timedelta(minutes=29)
    entry = AuditEntry.objects.get(workspace=workspace, action="connection.connected")
    assert (entry.actor, entry.message) == (owner, "Connected to Demo Company (UK) in Xero.")


def test_the_address_asks_for_no_more_than_what_is_switched_on_and_shows_no_secret(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    start = begin_consent(workspace=workspace, user=owner)

    query = parse_qs(urlsplit(start.url).query)
    assert query["scope"][0].split() == [
        *("openid", "profile", "email", "offline_access"),
        *("accounting.invoices", "accounting.payments", "accounting.contacts"),
        *("accounting.settings.read", "accounting.attachments"),
    ]
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == ["http://localhost:8000/api/integrations/xero/callback"]
    request = ConsentRequest.objects.get()
    for secret in (start.cookie_nonce, request.code_verifier, "sandbox-secret"):
        assert secret not in start.url
    assert start.cookie_nonce not in repr(start)


def test_contacts_alone_need_no_right_to_invoices() -> None:
    assert scopes_needed(["contacts"])[4:] == ["accounting.contacts"]


def test_bills_and_credit_notes_need_the_right_that_invoices_need_and_payments_their_own() -> None:
    assert scopes_needed(["bills", "credit_notes"])[4:] == ["accounting.invoices"]
    assert scopes_needed(["payments"])[4:] == ["accounting.payments"]


def test_people_who_may_not_connect_are_told_who_can(workspace: Workspace) -> None:
    bookkeeper = make_member(workspace, Role.BOOKKEEPER)

    with pytest.raises(NotAllowed, match="Ask Ada Lovelace"):
        begin_consent(workspace=workspace, user=bookkeeper)


def test_without_a_client_id_the_message_names_the_settings(
    workspace: Workspace, owner: User, settings: Settings
) -> None:
    settings.XERO_CLIENT_ID = ""

    with pytest.raises(errors.NotSetUp, match="XERO_CLIENT_ID and XERO_CLIENT_SECRET"):
        begin_consent(workspace=workspace, user=owner)


def test_a_declined_consent_changes_nothing_and_cannot_be_used_again(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    start = begin_consent(workspace=workspace, user=owner)
    answer = answer_consent(start.url, decision="deny")

    with pytest.raises(errors.Declined, match=r"You declined access.*Nothing was changed"):
        finish(start, answer, owner)

    assert connection_of(workspace).status == ConnectionStatus.DISCONNECTED
    with pytest.raises(errors.Replayed):
        finish(start, answer, owner)


@pytest.mark.parametrize("state", ["", "1", "1:forged", "x:y:z"])
def test_a_forged_state_is_refused_and_spends_nothing(
    state: str, xero: Running, workspace: Workspace, owner: User
) -> None:
    start = begin_consent(workspace=workspace, user=owner)
    answer = answer_consent(start.url)

    with pytest.raises(errors.Forged) as caught:
        finish(start, answer | {"state": state}, owner)

    assert caught.value.workspace is None
    assert finish(start, answer, owner).is_connected


def test_a_state_signed_for_another_purpose_is_refused(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    start = begin_consent(workspace=workspace, user=owner)
    elsewhere = Signer(salt="elsewhere").sign(str(ConsentRequest.objects.get().pk))

    with pytest.raises(errors.Forged):
        finish(start, {"state": elsewhere, "code": "x"}, owner)


def test_a_replayed_callback_is_refused_and_leaves_the_connection_as_it_was(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    start = begin_consent(workspace=workspace, user=owner)
    answer = answer_consent(start.url)
    finish(start, answer, owner)
    before = Connection.objects.get(workspace=workspace)

    with pytest.raises(errors.Replayed) as caught:
        finish(start, answer, owner)

    assert caught.value.workspace == workspace
    after = Connection.objects.get(workspace=workspace)
    assert (after.generation, after.refresh_token) == (before.generation, before.refresh_token)


def test_an_answer_after_ten_minutes_is_too_old(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    start = begin_consent(workspace=workspace, user=owner)
    answer = answer_consent(start.url)
    ConsentRequest.objects.update(created_at=timezone.now() - timedelta(minutes=10, seconds=1))

    with pytest.raises(errors.TooOld, match="More than ten minutes"):
        finish(start, answer, owner)


@pytest.mark.parametrize("nonce", ["", "nonce-of-another-browser"])
def test_another_browser_cannot_finish_and_the_right_one_still_can(
    nonce: str, xero: Running, workspace: Workspace, owner: User
) -> None:
    start = begin_consent(workspace=workspace, user=owner)
    answer = answer_consent(start.url)

    with pytest.raises(errors.AnotherBrowser):
        finish(start, answer, owner, cookie_nonce=nonce)

    assert finish(start, answer, owner).is_connected


def test_another_person_cannot_finish_even_in_the_same_browser(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    colleague = make_member(workspace, Role.OWNER)
    start = begin_consent(workspace=workspace, user=owner)
    answer = answer_consent(start.url)

    with pytest.raises(errors.AnotherUser):
        finish(start, answer, colleague)
    with pytest.raises(errors.SignedOut):
        finish(start, answer, AnonymousUser())


def test_a_person_whose_role_was_lowered_on_the_way_cannot_finish(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    start = begin_consent(workspace=workspace, user=owner)
    answer = answer_consent(start.url)
    owner.memberships.update(role=Role.BOOKKEEPER)

    with pytest.raises(errors.NotPermitted):
        finish(start, answer, owner)


def test_a_code_that_xero_does_not_take_is_explained(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    start = begin_consent(workspace=workspace, user=owner)
    answer = answer_consent(start.url)

    with pytest.raises(errors.CodeRefused):
        finish(start, answer | {"code": "not-the-code"}, owner)


def test_a_wrong_client_secret_is_explained_to_whoever_runs_the_installation(
    xero: Running, workspace: Workspace, owner: User, settings: Settings
) -> None:
    start = begin_consent(workspace=workspace, user=owner)
    answer = answer_consent(start.url)
    settings.XERO_CLIENT_SECRET = "mistyped"

    with pytest.raises(errors.AppNotAccepted, match="XERO_CLIENT_SECRET"):
        finish(start, answer, owner)


def test_a_xero_that_is_away_on_the_way_back_is_explained(
    xero: Running, workspace: Workspace, owner: User, settings: Settings
) -> None:
    start = begin_consent(workspace=workspace, user=owner)
    answer = answer_consent(start.url)
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    settings.XERO_IDENTITY_URL = f"http://127.0.0.1:{port}"

    with pytest.raises(errors.Unreachable, match="Wait a minute"):
        finish(start, answer, owner)


def test_an_organisation_taken_away_before_we_ask_is_explained(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    start = begin_consent(workspace=workspace, user=owner)
    answer = answer_consent(start.url)
    with xero.sandbox.store.write() as books:
        books.execute("DELETE FROM connection")

    with pytest.raises(errors.NoOrganisation):
        finish(start, answer, owner)


def test_two_organisations_from_one_consent_are_refused_and_both_let_go(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    start = begin_consent(workspace=workspace, user=owner)
    answer = answer_consent(start.url)
    with xero.sandbox.store.write() as books:
        books.execute(
            "INSERT INTO connection SELECT lower(hex(randomblob(16))), client_id, user_id, ?, "
            "auth_event_id, created, updated FROM connection",
            (UK,),
        )
        books.execute(
            "UPDATE connection SET id = '11111111-2222-4333-8444-555555555555' "
            "WHERE organisation = ?",
            (UK,),
        )

    with pytest.raises(errors.SeveralOrganisations):
        finish(start, answer, owner)

    assert connected_at_xero(xero) == []


def test_an_organisation_of_another_workspace_is_refused_and_stays_connected_there(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    connect(workspace, owner, tenant_id=NZ)
    other = make_workspace("Second Shop", owner=owner)

    with pytest.raises(errors.TakenElsewhere):
        connect(other, owner, tenant_id=NZ)

    assert connection_of(workspace).is_connected
    assert not connection_of(other).is_connected
    assert not Organisation.objects.filter(workspace=other).exists()
    assert connected_at_xero(xero) == [NZ]


def test_reconnecting_the_same_organisation_finds_it_again_with_new_tokens(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    first = connect(workspace, owner, tenant_id=NZ)
    second = connect(workspace, owner, tenant_id=NZ)

    assert second.pk == first.pk
    assert second.organisation_id == first.organisation_id
    assert second.generation == first.generation + 1
    assert second.refresh_token != first.refresh_token
    assert Connection.objects.get(workspace=workspace).refresh_token == second.refresh_token


def test_connecting_another_organisation_starts_fresh_and_lets_the_former_go_at_xero(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    first = connect(workspace, owner, tenant_id=NZ)
    second = connect(workspace, owner, tenant_id=UK)
    back = connect(workspace, owner, tenant_id=NZ)

    assert second.organisation_id != first.organisation_id
    assert back.organisation_id == first.organisation_id
    assert connected_at_xero(xero) == [NZ]


def test_a_listener_that_raises_leaves_nothing_connected(
    xero: Running, workspace: Workspace, owner: User
) -> None:
    def refuse(**_: object) -> None:
        raise ValueError("not today")

    organisation_connected.connect(refuse)
    try:
        with pytest.raises(ValueError, match="not today"):
            connect(workspace, owner)
    finally:
        organisation_connected.disconnect(refuse)

    assert not Organisation.objects.exists()
    assert not Connection.objects.exists()


def test_tokens_and_verifiers_are_never_in_clear_in_the_database_in_logs_or_in_reprs(
    xero: Running, workspace: Workspace, owner: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")

    connection = connect(workspace, owner)

    request = ConsentRequest.objects.get()
    secrets = [connection.access_token, connection.refresh_token, request.code_verifier]
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM connections_connection, connections_consentrequest")
        stored = repr(cursor.fetchall())
    for secret in secrets:
        assert secret not in stored
        assert secret not in caplog.text
        assert secret not in f"{connection!r} {connection} {request!r}"


def test_every_failure_has_its_own_code_and_words() -> None:
    assert len(errors.BY_CODE) == 18
    for kind in errors.BY_CODE.values():
        assert "Nothing was changed." in str(kind())


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_the_same_moment_only_one_is_taken(xero: Running) -> None:
    workspace = make_workspace(owner=make_user())
    owner = owner_of(workspace)
    start = begin_consent(workspace=workspace, user=owner)
    answer = answer_consent(start.url)
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def run() -> None:
        try:
            together.wait()
            outcomes.append(finish(start, answer, owner).status)
        except errors.ConsentError as refusal:
            outcomes.append(refusal.code)
        finally:
            database.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["connected", "replayed"]


def connected_at_xero(xero: Running) -> list[str]:
    with xero.sandbox.store.read() as books:
        return [row["organisation"] for row in books.execute("SELECT * FROM connection")]
