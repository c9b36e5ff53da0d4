"""How far the engine has come, read from its tables; and that it waits no longer than it must."""

from datetime import timedelta

from django.db.models import Q, Sum
from django.db.models.functions import Now

from tallystick.connections.models import Connection
from tallystick.sync.models import Batch, Check, Lane, Link, LinkState
from tallystick.sync.rounds.jobs import wake_due


def is_at_rest() -> bool:
    """Tell whether nothing is on its way in any workspace."""
    on_its_way = Q(state__in=[LinkState.QUEUED, LinkState.SENDING]) | ~Q(strays=[])
    held = Q(state__in=[LinkState.HELD, LinkState.FAILED])
    moving = Link.objects.filter(on_its_way).exclude(held)
    return not (moving.exists() or Batch.objects.filter(settled_at=None).exists())


def cut_back_offs_short() -> None:
    """Let no lane wait long after a failure, or a night would not do; no safety hangs on it."""
    Lane.objects.filter(blocked_until__gt=Now()).update(blocked_until=Now(), failures=0)
    wake_due()


def let_access_be_renewed() -> None:
    """Let every access be renewed at the next call, though the one there is still lasts a while."""
    soon = Now() + timedelta(minutes=2)
    Connection.objects.filter(access_expires_at__gt=soon).update(access_expires_at=soon)


def ask_for_check() -> None:
    """Let every organisation be looked through as soon as may be."""
    Lane.objects.update(check_due_at=Now(), check_reason="The run has ended.")


def is_checked() -> bool:
    return not Lane.objects.filter(check_due_at__lte=Now()).exists()


def second_copies() -> int:
    """Return how many second copies the checks have found."""
    return Check.objects.aggregate(count=Sum("strays"))["count"] or 0
