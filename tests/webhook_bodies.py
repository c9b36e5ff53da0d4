"""Deliveries as Xero signs them, made by hand where the stand-in would not send such."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from tallystick.sync.webhooks.signatures import signature_of

KEY = "first-key-" + "a" * 40
OTHER_KEY = "other-key-" + "b" * 40


def event(
    tenant_id: object,
    resource_id: object = "",
    category: str = "INVOICE",
    at: datetime | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return one event, by default of a new invoice that changes just now."""
    moment = (at or datetime.now(UTC)).replace(tzinfo=None)
    return {
        "resourceUrl": "https://api.xero.com/api.xro/2.0/Invoices/1",
        "resourceId": str(resource_id or uuid.uuid4()),
        "tenantId": str(tenant_id),
        "tenantType": "ORGANISATION",
        "eventCategory": category,
        "eventType": "UPDATE",
        "eventDateUtc": moment.isoformat(timespec="milliseconds"),
        **more,
    }


def body(*events: Any, first: Any = None, last: Any = None, **more: Any) -> bytes:
    """Return a delivery of the events; numbered from `first`, by default from 1."""
    first = first if first is not None else int(bool(events))
    last = last if last is not None else first + max(0, len(events) - 1)
    content = {"events": list(events), "firstEventSequence": first, "lastEventSequence": last}
    return json.dumps({**content, "entropy": "FXNGWLCCGVANWHKILRUB", **more}).encode()


def signed(raw: bytes, key: str = KEY) -> dict[str, str]:
    """Return the headers of a delivery."""
    return {"x-xero-signature": signature_of(raw, key).decode()}
