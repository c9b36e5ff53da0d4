"""A person connects a workspace to an organisation, through Xero's consent page."""

from urllib.parse import parse_qsl, urlsplit

import httpx2

from chaos.shaken_machine import ShakenMachine
from tallystick.connections.consent import begin_consent, finish_consent
from tallystick.connections.errors import ConsentError
from tallystick.connections.models import (
    Connection,
    ConnectionStatus,
    Organisation,
    OrganisationChoice,
)
from tallystick.workspaces.models import User, Workspace


def connect(workspace: Workspace, actor: User, organisation: str) -> Organisation:
    start = begin_consent(workspace=workspace, user=actor)
    answer = _give_consent(start.url, organisation)
    connection = finish_consent(
        state=answer["state"],
        code=answer["code"],
        error="",
        cookie_nonce=start.cookie_nonce,
        user=actor,
    )
    if isinstance(connection, OrganisationChoice) or connection.organisation is None:
        raise RuntimeError(f"{workspace} was not connected.")
    return connection.organisation


def reconnect(machine: ShakenMachine, organisation: Organisation, actor: User) -> bool:
    """Go to Xero's consent page again, if Tallystick has lost its access; tell if that was done."""
    workspace = organisation.workspace
    lost = Connection.objects.filter(workspace=workspace, status=ConnectionStatus.ERROR)
    if not machine.surely(lost.exists):
        return False
    try:
        connect(workspace, actor, str(organisation.tenant_id))
    except ConsentError:
        return False  # Xero broke off here too; they try again later.
    return True


def _give_consent(address: str, organisation: str) -> dict[str, str]:
    """Press "Allow access" on Xero's consent page; return what the browser is sent back with."""
    with httpx2.Client(timeout=60) as browser:
        browser.get(address).raise_for_status()
        answer = browser.post(address, data={"organisation": organisation, "decision": "allow"})
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
