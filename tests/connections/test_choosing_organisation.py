"""Connecting other books than before is a question, on its page, with both answers pressed."""

import threading
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from consenting import NZ, UK, answer_consent, choose, connect
from factories import line, make_document, make_member, make_payment, make_workspace, owner_of
from tallystick.connections import errors
from tallystick.connections.binding import ChangedMeanwhile, former_of
from tallystick.connections.client import client_for
from tallystick.connections.models import (
    Connection,
    ConsentRequest,
    Organisation,
    OrganisationChoice,
)
from tallystick.connections.services import connection_of, disconnect, reencrypt_tokens
from tallystick.connections.switching import leave, open_choice, take
from tallystick.sync.acts.letting_in import let_in
from tallystick.sync.acts.sync_now import sync_now
from tallystick.sync.links.other_books import kept_out_of
from tallystick.sync.models import Link, LinkState
from tallystick.sync.reports.link_states import states_of
from tallystick.sync.reports.outlook import of_editing
from tallystick.workspaces.access import NotAllowed
from tallystick.workspaces.models import Role, User, Workspace
from xero_sandbox.organisations.demo import organisation_id
from xero_sandbox.server import Running

pytestmark = pytest.mark.django_db

GLOBAL = organisation_id("Global")


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(currency="GBP")


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return owner_of(workspace)


@pytest.fixture
def browser(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def in_uk(xero: Running, workspace: Workspace, owner: User) -> Organisation:
    """Connected to Demo Company (UK), and its facts read."""
    organisation = connect(workspace, owner, tenant_id=UK).organisation
    assert organisation is not None
    Organisation.objects.filter(pk=organisation.pk).update(country="GB", currency="GBP")
    organisation.refresh_from_db()
    return organisation


def at_xero(xero: Running) -> set[str]:
    with xero.sandbox.store.read() as books:
        return {row["organisation"] for row in books.execute("SELECT * FROM connection")}


def invoice(workspace: Workspace, number: str, state: LinkState | None = None, **values: object):
    """Submit an invoice of 100; with a state, its link in the books connected now has it."""
    lines = [line(unit_price="100")]
    document = make_document(workspace, number=number, lines=lines, currency="GBP", submitted=True)
    if state:
        Link.objects.filter(document=document).update(state=state, **values)
    return document


def in_xero(workspace: Workspace, number: str):
    return invoice(workspace, number, LinkState.SYNCED, xero_id=uuid4(), xero_status="DRAFT")


def address(workspace: Workspace, act: str = "choose/") -> str:
    return f"/w/{workspace.slug}/settings/integrations/{act}"


def go(browser: Client, workspace: Workspace, tenant_id: str) -> str:
    """Press Connect Xero, choose the organisation; return where the way back leads."""
    to_xero = browser.post(address(workspace, "connect/"))["Location"]
    answer = answer_consent(to_xero, tenant_id=tenant_id)
    return str(browser.get("/api/integrations/xero/callback", answer)["Location"])


def asked(browser: Client, workspace: Workspace) -> str:
    return " ".join(browser.get(address(workspace)).content.decode().split())


def press(browser: Client, workspace: Workspace, act: str, **changed: object):
    choice = OrganisationChoice.objects.without_tokens().get(request__workspace=workspace)
    former = former_of(workspace)
    form = {"choice": choice.pk, "instead_of": former.pk if former else "", "act": act, **changed}
    return browser.post(address(workspace), form, follow=True)


def test_other_books_are_a_question_that_tells_what_it_means_and_bind_nothing_yet(
    in_uk: Organisation, workspace: Workspace, browser: Client
) -> None:
    for n in range(3):
        in_xero(workspace, f"INV-{n}")
    invoice(workspace, "INV-8", LinkState.SENDING)
    invoice(workspace, "INV-9", LinkState.FAILED)

    where = go(browser, workspace, NZ)

    assert urlsplit(where).path == address(workspace)
    page = asked(browser, workspace)
    assert "Connect Demo Company (NZ) instead of Demo Company (UK)?" in page
    assert "3 documents stand in Demo Company (UK)" in page
    assert "1 is on the way to Demo Company (UK)" in page
    assert "1 submitted document is in no books yet" in page
    assert "Harbour Goods is kept in GBP, Demo Company (NZ) in NZD." in page
    assert "Tax rates of NZ are others than those of GB" in page
    for button in ("Connect Demo Company (NZ)</button>", "Keep Demo Company (UK)</button>"):
        assert button in page
    assert connection_of(workspace).organisation == in_uk
    assert Organisation.objects.count() == 1


def test_keeping_leaves_everything_as_it_was_and_lets_the_other_go_at_xero(
    xero: Running, in_uk: Organisation, workspace: Workspace, browser: Client
) -> None:
    before = Connection.objects.get(workspace=workspace)
    go(browser, workspace, NZ)
    assert at_xero(xero) == {UK, NZ}

    answer = press(browser, workspace, "keep")

    assert "Demo Company (UK) stays connected; nothing was changed." in answer.content.decode()
    after = Connection.objects.get(workspace=workspace)
    assert (after.refresh_token, after.generation) == (before.refresh_token, before.generation)
    assert after.organisation == in_uk
    assert at_xero(xero) == {UK}
    assert not OrganisationChoice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_after_keeping_the_old_tokens_still_call_and_renew(
    xero: Running, in_uk: Organisation, workspace: Workspace, owner: User
) -> None:
    chosen = choose(workspace, owner, tenant_id=NZ)
    leave(workspace=workspace, user=owner, choice_id=chosen.pk)

    assert client_for(in_uk).organisation().name == "Demo Company (UK)"
    Connection.objects.update(access_expires_at=timezone.now())
    assert client_for(in_uk).organisation().name == "Demo Company (UK)"


def test_connecting_binds_the_other_lets_the_former_go_and_tells_so(
    xero: Running, in_uk: Organisation, workspace: Workspace, browser: Client
) -> None:
    go(browser, workspace, NZ)

    answer = press(browser, workspace, "connect")

    assert "Demo Company (NZ) is connected" in answer.content.decode()
    assert str(connection_of(workspace).organisation) == "Demo Company (NZ)"
    assert at_xero(xero) == {NZ}
    assert not OrganisationChoice.objects.exists()


def test_nothing_that_stands_in_the_former_books_goes_to_the_new_ones(
    in_uk: Organisation, workspace: Workspace, owner: User
) -> None:
    standing, fresh = in_xero(workspace, "INV-1"), invoice(workspace, "INV-2", LinkState.FAILED)
    unknown = invoice(workspace, "INV-3", LinkState.SENDING)
    gone = in_xero(workspace, "INV-4")
    Link.objects.filter(document=gone).update(xero_status="VOIDED")
    paid = make_payment(standing, "40")

    nz = connect(workspace, owner, tenant_id=NZ).organisation
    late = make_payment(standing, "10")
    queued = sync_now(workspace=workspace, actor=owner)

    here = Link.objects.filter(organisation=nz)
    assert queued.count == 2
    for sent in (fresh, gone):
        assert here.get(document=sent).state == LinkState.QUEUED
    for kept in (here.get(document=standing), here.get(document=unknown)):
        assert (kept.state, kept.waits_for) == (LinkState.EXCLUDED, "elsewhere")
    assert {here.get(payment=one).state for one in (paid, late)} == {LinkState.EXCLUDED}
    assert of_editing(standing, here.get(document=standing)).endswith(
        "Its copy in Demo Company (UK) is not changed, for these are not connected now."
    )
    told = states_of([standing], nz)[standing.pk]
    assert told is not None
    assert told.tooltip == (
        "It stands in Demo Company (UK) and was not sent to Demo Company (NZ) as well."
    )


def test_what_stands_elsewhere_is_sent_here_too_only_when_a_person_asks_for_it(
    in_uk: Organisation, workspace: Workspace, owner: User, browser: Client
) -> None:
    standing = in_xero(workspace, "INV-1")
    nz = connect(workspace, owner, tenant_id=NZ).organisation
    assert nz is not None
    card = browser.get(address(workspace, "")).content.decode()
    assert "1 document stands in other books" in card

    answer = browser.post(address(workspace, "let-in/"), follow=True).content.decode()

    assert "1 document waits for Sync now, to go to Demo Company (NZ) as well." in answer
    assert Link.objects.get(document=standing, organisation=nz).state == LinkState.WAITING
    later = make_payment(standing, "40")
    assert Link.objects.get(payment=later, organisation=nz).state == LinkState.QUEUED
    assert let_in(workspace=workspace, organisation=nz, actor=owner) == 0


def test_back_in_the_first_books_what_went_to_the_others_meanwhile_is_kept_out(
    in_uk: Organisation, workspace: Workspace, owner: User
) -> None:
    waited = invoice(workspace, "INV-1", LinkState.QUEUED)
    payment = make_payment(waited, "40")
    nz = connect(workspace, owner, tenant_id=NZ).organisation
    there = Link.objects.filter(document=waited, organisation=nz)
    there.update(state=LinkState.SYNCED, xero_id=uuid4())

    back = connect(workspace, owner, tenant_id=UK).organisation

    assert back == in_uk
    assert Link.objects.get(document=waited, organisation=back).state == LinkState.EXCLUDED
    assert Link.objects.get(payment=payment, organisation=back).state == LinkState.EXCLUDED
    assert kept_out_of(in_uk).count() == 1


def test_the_same_organisation_again_stays_one_step(
    in_uk: Organisation, workspace: Workspace, owner: User, browser: Client
) -> None:
    disconnect(workspace=workspace, user=owner)

    where = go(browser, workspace, UK)

    assert urlsplit(where).query.startswith("xero=connected")
    assert connection_of(workspace).organisation == in_uk


def test_after_a_disconnect_other_books_are_a_question_too(
    in_uk: Organisation, workspace: Workspace, owner: User, browser: Client
) -> None:
    in_xero(workspace, "INV-1")
    disconnect(workspace=workspace, user=owner)

    go(browser, workspace, NZ)

    page = asked(browser, workspace)
    assert "1 document stands in Demo Company (UK)" in page
    assert "Do not connect it</button>" in page
    assert (
        "Nothing was connected; nothing was changed."
        in press(browser, workspace, "keep").content.decode()
    )
    assert connection_of(workspace).organisation is None


def test_first_books_in_another_currency_are_a_question(
    xero: Running, workspace: Workspace, browser: Client
) -> None:
    make_document(workspace, currency="GBP")

    go(browser, workspace, GLOBAL)

    page = asked(browser, workspace)
    assert "You chose books in another currency than this workspace's." in page
    assert "Here 1 document is in GBP. A document in another currency than USD" in page
    press(browser, workspace, "connect")
    assert str(connection_of(workspace).organisation) == "Demo Company (Global)"


def test_an_organisation_of_another_workspace_is_refused_without_a_question(
    in_uk: Organisation, owner: User
) -> None:
    other = make_workspace("Second Shop", owner=owner, currency="NZD")

    with pytest.raises(errors.TakenElsewhere):
        choose(other, owner, tenant_id=UK)

    assert not OrganisationChoice.objects.exists()


def test_another_workspace_that_was_quicker_is_told_at_the_answer(
    in_uk: Organisation, workspace: Workspace, owner: User, browser: Client
) -> None:
    go(browser, workspace, NZ)
    other = make_workspace("Second Shop", owner=owner, currency="NZD")
    connect(other, owner, tenant_id=NZ)

    answer = press(browser, workspace, "connect").content.decode()

    assert "Another workspace here is already connected to that organisation." in answer
    assert connection_of(workspace).organisation == in_uk
    assert str(connection_of(other).organisation) == "Demo Company (NZ)"


@pytest.mark.parametrize("act", ["connect", "keep"])
def test_a_second_press_changes_nothing_and_says_so(
    act: str, in_uk: Organisation, workspace: Workspace, browser: Client
) -> None:
    go(browser, workspace, NZ)
    choice = OrganisationChoice.objects.without_tokens().get()
    form = {"choice": choice.pk, "instead_of": in_uk.pk, "act": act}
    browser.post(address(workspace), form)
    before = connection_of(workspace)

    form["instead_of"] = before.organisation_id
    again = browser.post(address(workspace), form, follow=True).content.decode()

    assert "This question about the organisation has been answered already" in again
    after = connection_of(workspace)
    assert (after.organisation, after.generation) == (before.organisation, before.generation)
    # Nor does pressing Back show a question that is none any more.
    back = browser.get(address(workspace), follow=True).content.decode()
    assert "No question about the organisation is open." in back


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_the_same_moment_one_connects(
    in_uk: Organisation, workspace: Workspace, owner: User
) -> None:
    choice = choose(workspace, owner, tenant_id=NZ)
    together, outcomes = threading.Barrier(2), []

    def run() -> None:
        try:
            together.wait()
            given = {"choice_id": choice.pk, "instead_of": in_uk}
            outcomes.append(take(workspace=workspace, user=owner, **given).status)
        except (errors.ConsentError, ChangedMeanwhile) as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            database.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert max(outcomes) == "connected"
    assert outcomes.count("connected") == 1


def test_two_people_at_once_answer_each_their_own_and_the_later_looks_again(
    in_uk: Organisation, workspace: Workspace, owner: User, browser: Client
) -> None:
    colleague = make_member(workspace, Role.OWNER)
    go(browser, workspace, NZ)
    theirs = choose(workspace, colleague, tenant_id=GLOBAL)
    take(workspace=workspace, user=colleague, choice_id=theirs.pk, instead_of=in_uk)

    seen = {"instead_of": in_uk.pk, "act": "connect"}
    mine = OrganisationChoice.objects.without_tokens().get()
    answer = browser.post(address(workspace), {"choice": mine.pk, **seen}, follow=True)

    page = " ".join(answer.content.decode().split())
    assert "Other books were connected meanwhile, so nothing was changed." in page
    assert "Connect Demo Company (NZ) instead of Demo Company (Global)?" in page
    assert str(connection_of(workspace).organisation) == "Demo Company (Global)"


def test_a_question_is_its_persons_and_its_workspaces_alone(
    in_uk: Organisation, workspace: Workspace, owner: User
) -> None:
    choice = choose(workspace, owner, tenant_id=NZ)
    colleague = make_member(workspace, Role.OWNER)
    other = make_workspace("Second Shop", owner=owner, currency="GBP")

    assert open_choice(workspace=workspace, user=colleague) is None
    assert open_choice(workspace=other, user=owner) is None
    for where, who in ((workspace, colleague), (other, owner)):
        with pytest.raises(errors.AnsweredBefore):
            leave(workspace=where, user=who, choice_id=choice.pk)
        with pytest.raises(errors.AnsweredBefore):
            take(workspace=where, user=who, choice_id=choice.pk, instead_of=former_of(where))
    assert open_choice(workspace=workspace, user=owner) == choice


def test_whose_role_was_lowered_meanwhile_cannot_answer(
    in_uk: Organisation, workspace: Workspace, owner: User, browser: Client
) -> None:
    choice = choose(workspace, owner, tenant_id=NZ)
    owner.memberships.update(role=Role.BOOKKEEPER)

    with pytest.raises(NotAllowed):
        take(workspace=workspace, user=owner, choice_id=choice.pk, instead_of=in_uk)
    assert browser.post(address(workspace), {"act": "connect"}).status_code == 403


def test_after_25_minutes_the_answer_is_too_late_and_nothing_was_changed(
    xero: Running, in_uk: Organisation, workspace: Workspace, browser: Client
) -> None:
    go(browser, workspace, NZ)
    OrganisationChoice.objects.update(created_at=timezone.now() - timedelta(minutes=25, seconds=1))

    answer = press(browser, workspace, "connect").content.decode()

    assert "left open for more than 25 minutes" in answer
    assert connection_of(workspace).organisation == in_uk
    assert at_xero(xero) == {UK}


def test_choosing_anew_takes_the_place_of_what_was_never_answered(
    xero: Running, in_uk: Organisation, workspace: Workspace, owner: User
) -> None:
    choose(workspace, owner, tenant_id=NZ)

    choose(workspace, owner, tenant_id=GLOBAL)

    assert [str(one) for one in OrganisationChoice.objects.all()] == ["Demo Company (Global)"]
    assert at_xero(xero) == {UK, GLOBAL}


def test_the_form_needs_its_token_against_forgery(
    in_uk: Organisation, workspace: Workspace, owner: User
) -> None:
    choose(workspace, owner, tenant_id=NZ)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)

    assert strict.post(address(workspace), {"act": "connect"}).status_code == 403
    assert connection_of(workspace).organisation == in_uk


@pytest.mark.parametrize("sent", [{}, {"choice": "x"}, {"choice": "9" * 40, "act": "connect"}])
def test_an_answer_to_no_question_changes_nothing(
    sent: dict[str, str], in_uk: Organisation, workspace: Workspace, browser: Client
) -> None:
    answer = browser.post(address(workspace), {"instead_of": in_uk.pk, **sent}, follow=True)

    assert "has been answered already" in answer.content.decode()
    assert connection_of(workspace).organisation == in_uk


def test_waiting_tokens_are_encrypted_rotated_and_gone_with_their_request(
    in_uk: Organisation, workspace: Workspace, owner: User
) -> None:
    choice = choose(workspace, owner, tenant_id=NZ)
    assert isinstance(choice, OrganisationChoice)
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM connections_organisationchoice")
        stored = repr(cursor.fetchall())
    for secret in (choice.access_token, choice.refresh_token):
        assert secret
        assert secret not in stored
        assert secret not in f"{choice!r} {choice}"

    assert reencrypt_tokens() == 1 + 1 + ConsentRequest.objects.count()
    ConsentRequest.objects.filter(choice=choice).delete()

    assert not OrganisationChoice.objects.exists()
    assert Connection.objects.count() == 1
