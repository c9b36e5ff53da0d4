import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction

from factories import PASSWORD, make_user, make_workspace, owner_of
from tallystick.workspaces import audit
from tallystick.workspaces.models import AuditEntry, Membership, Role, User
from tallystick.workspaces.services import InvalidEntry, add_member, create_user, create_workspace

pytestmark = pytest.mark.django_db


def test_a_person_signs_in_by_e_mail_in_whatever_case():
    user = create_user(" Ada@Example.com", PASSWORD, "Ada  Lovelace ")

    assert authenticate(username="ADA@example.COM ", password=PASSWORD) == user
    assert authenticate(username="ada@example.com", password="wrong") is None
    assert str(user) == "Ada Lovelace"


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("ada", PASSWORD, "valid email"),
        ("ada@example.com", "abc", "too short"),
        ("BO@example.com", PASSWORD, "signs in as bo@example.com already"),
    ],
)
def test_a_person_who_cannot_be_made_is_refused_in_words(email, password, said):
    make_user(email="bo@example.com")

    with pytest.raises(InvalidEntry, match=said):
        create_user(email, password, "Ada")


def test_the_database_itself_refuses_a_second_spelling_of_an_address():
    make_user(email="ada@example.com")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="Ada@example.com")


def test_a_workspace_comes_with_its_owner_and_an_address_of_its_own():
    owner = make_user()

    first = create_workspace(name="Café Röd", currency="SEK", timezone="UTC", owner=owner)
    second = create_workspace(name="Café  Röd", currency="SEK", timezone="UTC", owner=owner)

    assert (first.slug, second.slug) == ("cafe-rod", "cafe-rod-2")
    assert first.memberships.get().role == Role.OWNER
    assert AuditEntry.objects.filter(workspace=first, action="workspace.created").count() == 1


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": " "}, "needs a name"),
        ({"currency": "pounds"}, "pounds"),
        ({"timezone": "Mars/Olympus"}, "no time zone"),
        ({"slug": "Not An Address"}, "valid value"),
    ],
)
def test_a_workspace_that_cannot_be_made_is_refused_in_words(values, said):
    given = {"name": "A", "currency": "NZD", "timezone": "UTC", "owner": make_user()}

    with pytest.raises(InvalidEntry, match=said):
        create_workspace(**(given | values))


def test_a_second_role_replaces_the_first():
    workspace = make_workspace()
    bo = make_user("Bo Chen")
    add_member(workspace=workspace, user=bo, role=Role.VIEWER, actor=None)

    add_member(workspace=workspace, user=bo, role=Role.BOOKKEEPER, actor=owner_of(workspace))

    assert Membership.objects.get(user=bo).role == Role.BOOKKEEPER
    assert AuditEntry.objects.last().message == "Bo Chen became bookkeeper."


def test_many_entries_of_the_audit_cost_one_statement(django_assert_num_queries):
    workspace = make_workspace()
    people = {pk: f"Person {pk} waved." for pk in range(500)}

    with django_assert_num_queries(1):
        audit.record_each(
            workspace=workspace, actor=None, action="user.waved", subject=User, messages=people
        )

    written = AuditEntry.objects.filter(workspace=workspace, action="user.waved")
    assert written.count() == 500
    assert written.get(subject="user", subject_id="41").message == "Person 41 waved."
