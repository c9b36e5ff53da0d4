"""Which books a workspace is bound to."""

from tallystick.act_refused import ActRefused
from tallystick.connections.models import Connection, ConnectionStatus, Organisation
from tallystick.workspaces.models import Workspace


def bound_organisation(workspace: Workspace) -> Organisation | None:
    """Return the organisation that the workspace's documents go to; None before connecting."""
    bound = (
        Connection.objects.without_tokens()
        .filter(workspace=workspace)
        .exclude(status=ConnectionStatus.DISCONNECTED)
    )
    found = bound.select_related("organisation").first()
    return found.organisation if found else None


class NotConnected(ActRefused):
    """The workspace is bound to no organisation."""

    code = "not_connected"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(
            f"{workspace} is not connected to Xero.",
            remedy="Connect it under Settings, Integrations; everything submitted is kept and waits.",
        )
