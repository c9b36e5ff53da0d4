"""Access tokens: stored ones while they are fresh, renewed by exactly one process at a time.

Xero rolls the refresh token with each renewal, so two renewals at once could lose the newest.
The order is:
1. Claim the renewal: one conditional UPDATE, committed, good for 30 seconds. No lock is held.
2. Ask Xero.
3. Save the answer, committed, onto the generation the claim began with; only then use it.
A process that dies after 2 loses its answer. When its claim has run out, the next one renews with
the same old refresh token, which Xero still takes for 30 minutes.
"""

from datetime import UTC, datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import Now

from tallystick.connections import installation
from tallystick.connections.calls import calling_for, recorder
from tallystick.connections.fields import Undecryptable
from tallystick.connections.models import (
    CallPurpose,
    Connection,
    ConnectionStatus,
    Organisation,
)
from tallystick.connections.problems import UNREADABLE, mark_error, mark_unreadable
from tallystick.failpoints import failpoint
from tallystick.xero import ConsentRevoked, NotConnected, TokenSet, TryLater, refresh

log = structlog.get_logger(__name__)

#: A token with less left is renewed before it is used.
MARGIN = timedelta(minutes=5)
#: How long one process may take to renew; longer than the token endpoint is waited for.
CLAIM = timedelta(seconds=30)


class RenewalUnderWay(TryLater):
    """Another process is renewing the access; what it gets can be used `retry_after_seconds` on."""


def bound_connection(organisation: Organisation) -> Connection:
    """Return the live connection of the organisation's workspace, if it is to this organisation.

    Raises NotConnected where the workspace is bound to no or to another organisation by now, or no
    key here reads its tokens; the connection is then in error.
    Raises RuntimeError inside a transaction, because what follows is a call to Xero.
    """
    try:
        with transaction.atomic(durable=True):
            rows = Connection.objects.filter(
                workspace=organisation.workspace_id,
                organisation=organisation,
                status=ConnectionStatus.CONNECTED,
            )
            left = ExpressionWrapper(F("access_expires_at") - Now(), DurationField())
            # The model declares it, so that its readers know its type.
            found = rows.annotate(access_left=left).first()  # type: ignore[no-redef]
    except Undecryptable:
        mark_unreadable(organisation)
        raise NotConnected(UNREADABLE, request="(none)") from None
    if found is None:
        raise NotConnected(
            f"This workspace is not connected to {organisation} now. Nothing was sent. Connect "
            "it under Settings, Integrations; what waits is kept and goes on after that.",
            request="(none)",
        )
    return found


def access_token(organisation: Organisation) -> str:
    """Return an access token for the organisation, renewed first if it ends within five minutes.

    Raises NotConnected, ConsentRevoked (the connection is then in error) or a TryLater.
    """
    held = bound_connection(organisation)
    if _lives(held, MARGIN):
        return held.access_token
    return _renewed(organisation, held)


def refresh_after_rejection(organisation: Organisation, rejected_token: str) -> str:
    """Return another token than the one that Xero has just refused. Raises as `access_token`."""
    held = bound_connection(organisation)
    if held.access_token != rejected_token:
        return held.access_token
    return _renewed(organisation, held, rejected=True)


def _lives(held: Connection, margin: timedelta) -> bool:
    """Tell whether the access token lasts longer than the margin, by the database's clock.

    The clocks of the machines that share the connection need not agree.
    """
    return held.access_left is not None and held.access_left > margin


def _renewed(organisation: Organisation, held: Connection, *, rejected: bool = False) -> str:
    alive = not rejected and _lives(held, timedelta(0))
    still_good = held.access_token if alive else None
    failpoint("token.before_claim")
    if not _claim(held):
        return _made_by_another(organisation, held, still_good)
    failpoint("token.claimed")
    try:
        with calling_for(CallPurpose.ACCESS):
            fresh = refresh(
                installation.token_pool(),
                installation.hosts(),
                installation.app(),
                held.refresh_token,
                on_call=recorder(organisation),
            )
    except ConsentRevoked as refusal:
        return _after_refusal(organisation, held, refusal)
    except TryLater as delay:
        # The claim stays as a pause, so that not every call knocks at a Xero that is away.
        if still_good is None:
            raise
        log.warning("xero_token_not_renewed_yet", organisation=organisation.pk, reason=str(delay))
        return still_good
    failpoint("token.answered")
    return _saved(organisation, held, fresh)


def _claim(held: Connection) -> bool:
    """Take the right to renew this generation for the time of CLAIM; False if it is not free."""
    free = Q(refreshing_until=None) | Q(refreshing_until__lte=Now())
    with transaction.atomic(durable=True):
        taken = Connection.objects.filter(
            free, pk=held.pk, generation=held.generation, status=ConnectionStatus.CONNECTED
        ).update(refreshing_until=Now() + CLAIM)
    return taken == 1


def _made_by_another(organisation: Organisation, held: Connection, still_good: str | None) -> str:
    now = bound_connection(organisation)
    if now.generation != held.generation:
        return now.access_token
    if still_good is not None:
        return still_good
    wait = (now.refreshing_until or datetime.now(UTC)) - datetime.now(UTC)
    seconds = max(1, round(min(wait, CLAIM).total_seconds()))
    raise RenewalUnderWay(
        f"Access to {organisation} is just being renewed. Nothing was sent; it goes on by itself "
        f"within {seconds} seconds.",
        request="POST connect/token",
        retry_after_seconds=seconds,
    )


def _saved(organisation: Organisation, held: Connection, fresh: TokenSet) -> str:
    with transaction.atomic(durable=True):
        saved = Connection.objects.filter(
            pk=held.pk, generation=held.generation, status=ConnectionStatus.CONNECTED
        ).update(
            access_token=fresh.access_token,
            access_expires_at=Now() + (fresh.expires_at - datetime.now(UTC)),
            refresh_token=fresh.refresh_token,
            scopes=sorted(fresh.scopes),
            generation=F("generation") + 1,
            refreshing_until=None,
        )
        failpoint("token.before_commit")
    failpoint("token.saved")
    if saved:
        return fresh.access_token
    # Somebody connected anew, or renewed after our claim had run out: theirs is the newest.
    return bound_connection(organisation).access_token


def _after_refusal(organisation: Organisation, held: Connection, refusal: ConsentRevoked) -> str:
    if mark_error(organisation, refusal, generation=held.generation):
        raise refusal
    now = bound_connection(organisation)
    if now.generation == held.generation:
        raise refusal
    return now.access_token
