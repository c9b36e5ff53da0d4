"""The API log: one row for each call to Xero, and when Xero last answered well."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from django.db import Error, transaction

from tallystick.connections.models import ApiCall, CallPurpose, Connection, Organisation
from tallystick.xero import Call, OnCall

log = structlog.get_logger(__name__)

_purpose: ContextVar[str] = ContextVar("purpose", default="")


@contextmanager
def calling_for(purpose: CallPurpose) -> Iterator[None]:
    """Let the log tell what the calls within the block were for; an inner block goes before."""
    token = _purpose.set(purpose)
    try:
        yield
    finally:
        _purpose.reset(token)


def recorder(organisation: Organisation) -> OnCall:
    """Return what writes each call of this organisation to the API log.

    A database that cannot take the row is logged and changes nothing for the call itself.
    """

    def record(call: Call) -> None:
        try:
            _write(organisation, call)
        except Error:
            log.exception("api_call_not_recorded", endpoint=call.endpoint, status=call.status)

    return record


@transaction.atomic
def _write(organisation: Organisation, call: Call) -> None:
    ApiCall.objects.create(
        organisation=organisation,
        at=call.at,
        method=call.method,
        endpoint=call.endpoint,
        status=call.status,
        error=call.error or "",
        milliseconds=call.milliseconds,
        request_bytes=call.request_bytes,
        response_bytes=call.response_bytes,
        day_remaining=call.day_remaining,
        minute_remaining=call.minute_remaining,
        correlation_id=call.correlation_id or "",
        purpose=_purpose.get(),
    )
    if call.error is None:
        Connection.objects.filter(
            workspace=organisation.workspace_id, organisation=organisation
        ).update(last_success_at=call.at)
