"""Why nothing is sent to an organisation just now."""

from zoneinfo import ZoneInfo

from django.utils import timezone

from tallystick.connections.models import Connection, ConnectionStatus, Organisation
from tallystick.sync.models import Lane


def why_nothing_goes(organisation: Organisation) -> str:
    """Return the told reason for which nothing is sent just now; empty where sending is free."""
    connection = Connection.objects.without_tokens().filter(organisation=organisation).first()
    if connection is None or connection.status != ConnectionStatus.CONNECTED:
        problem = connection.problem if connection else ""
        return problem or f"This workspace is not connected to {organisation}."
    lane = Lane.objects.filter(organisation=organisation, blocked_until__gt=timezone.now()).first()
    if lane is None or lane.blocked_until is None:
        return ""
    until = lane.blocked_until.astimezone(ZoneInfo(organisation.workspace.timezone))
    is_today = until.date() == timezone.now().astimezone(until.tzinfo).date()
    at = f"{until:%H:%M}" if is_today else f"{until:%H:%M} on {until:%d %b}"
    return f"{lane.blocked_reason} The next try is at {at}."
