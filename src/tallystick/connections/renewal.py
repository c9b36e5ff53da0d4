"""Keeping access alive where nothing is ever sent or read: Xero forgets what is unused for 60 days."""

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from tallystick.connections.models import Connection, ConnectionStatus

#: Half of the time that Xero allows: a machine may be off for a month.
RENEW_AFTER = timedelta(days=30)
#: After a try that brought nothing.
_AGAIN_AFTER = timedelta(minutes=10)


def idle_organisations() -> list[int]:
    """Return the connected organisations whose access was renewed so long ago that it is time again.

    An access token lasts half an hour from its renewal, so its end tells when that was.
    """
    tried_long_ago = Q(refreshing_until=None) | Q(refreshing_until__lte=Now() - _AGAIN_AFTER)
    idle = Connection.objects.filter(
        tried_long_ago,
        status=ConnectionStatus.CONNECTED,
        organisation__isnull=False,
        access_expires_at__lte=Now() - RENEW_AFTER,
    )
    return list(idle.order_by("pk").values_list("organisation", flat=True))
