"""Goes to the stand-in Xero's consent page as a browser would, and connects workspaces that way."""

from urllib.parse import parse_qsl, urlsplit

import httpx2

from plain_http import NO_TLS
from tallystick.connections.binding import former_of
from tallystick.connections.consent import begin_consent, finish_consent
from tallystick.connections.models import Connection, OrganisationChoice
from tallystick.connections.switching import take
from tallystick.workspaces.models import User, Workspace
from xero_sandbox.organisations.demo import organisation_id

#: Organisations of the stand-in Xero, by their tenant ids.
NZ, UK = organisation_id("NZ"), organisation_id("UK")


def answer_consent(url: str, *, tenant_id: str = NZ, decision: str = "allow") -> dict[str, str]:
    """Press a button on the consent page; return the query that the browser is sent back with."""
    form = {"organisation": tenant_id, "decision": decision}
    with httpx2.Client(verify=NO_TLS) as browser:
        assert browser.get(url).status_code == 200
        response = browser.post(url, data=form)
    assert response.status_code in (302, 303), response.text
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query))


def connect(workspace: Workspace, user: User, *, tenant_id: str = NZ) -> Connection:
    """Connect the workspace to one of the stand-in's organisations by the whole journey.

    Where that is a question, the answer is yes.
    """
    chosen = choose(workspace, user, tenant_id=tenant_id)
    if isinstance(chosen, Connection):
        return chosen
    return take(
        workspace=workspace, user=user, choice_id=chosen.pk, instead_of=former_of(workspace)
    )


def choose(
    workspace: Workspace, user: User, *, tenant_id: str = NZ
) -> Connection | OrganisationChoice:
    """Choose the organisation at the stand-in; other books than before are a question then."""
    start = begin_consent(workspace=workspace, user=user)
    answer = answer_consent(start.url, tenant_id=tenant_id)
    return finish_consent(
        state=answer["state"],
        code=answer["code"],
        error="",
        cookie_nonce=start.cookie_nonce,
        user=user,
    )
