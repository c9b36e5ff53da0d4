"""The client for the organisation that a workspace is bound to, with tokens that stay fresh."""

from dataclasses import dataclass

from tallystick.connections import installation
from tallystick.connections.calls import recorder
from tallystick.connections.models import Organisation
from tallystick.connections.tokens import access_token, refresh_after_rejection
from tallystick.xero import XeroClient


@dataclass(frozen=True, slots=True)
class _StoredTokens:
    """Looks at the binding again before each call, so that none goes to books left behind."""

    organisation: Organisation

    def current(self) -> str:
        return access_token(self.organisation)

    def instead_of(self, rejected_token: str) -> str:
        return refresh_after_rejection(self.organisation, rejected_token)


def client_for(organisation: Organisation) -> XeroClient:
    """Return a client that calls this organisation, and nothing else, while it is connected.

    Each call raises `xero.NotConnected` once the workspace is bound to no or to another
    organisation, and RuntimeError inside a database transaction. Calls go to the API log.
    """
    return XeroClient(
        installation.api_pool(),
        installation.hosts(),
        _StoredTokens(organisation),
        str(organisation.tenant_id),
        on_call=recorder(organisation),
    )
