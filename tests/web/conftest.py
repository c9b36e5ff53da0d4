import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from factories import make_workspace, owner_of
from tallystick.connections.models import Connection, ConnectionStatus, Organisation
from tallystick.sync.models import Link, LinkState
from tallystick.workspaces.models import User, Workspace


@pytest.fixture
def workspace(db: None) -> Workspace:
    return make_workspace("Harbour Goods")


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return owner_of(workspace)


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """Return a browser in which the person is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def browser(owner: User, signed_in: Callable[[User], Client]) -> Client:
    """The owner of `workspace`, signed in."""
    return signed_in(owner)


@pytest.fixture
def organisation(workspace: Workspace) -> Organisation:
    """The books in Xero that `workspace` is bound to, as our own tables hold them."""
    organisation = Organisation.objects.create(
        workspace=workspace,
        tenant_id=uuid.uuid4(),
        name="Demo Company (NZ)",
        country="NZ",
        currency="NZD",
        is_demo=True,
    )
    Connection.objects.update_or_create(
        workspace=workspace,
        defaults={"organisation": organisation, "status": ConnectionStatus.CONNECTED},
    )
    return organisation


@pytest.fixture
def put() -> Callable[..., Link]:
    """Put a document's link into a state, as the engine would."""

    def put(document_id: int, state: LinkState, **values: object) -> Link:
        link = Link.objects.get(document=document_id)
        Link.objects.filter(pk=link.pk).update(state=state, **values)
        link.refresh_from_db()
        return link

    return put


def problem(message: str, *, screen: str = "tax-mapping", code: str = "tax_not_mapped") -> dict:
    return {"code": code, "message": message, "remedy": "Choose one.", "screen": screen}
