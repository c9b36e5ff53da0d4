"""What every control handler shares: reading a JSON body, refusing in plain words."""

from __future__ import annotations

from typing import Any

from xero_sandbox import settings, wire
from xero_sandbox.messages import Response, json_response
from xero_sandbox.problems import ApiError
from xero_sandbox.routing import Call


class Refused(ApiError):
    """A control request that cannot be followed; the text says why."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status

    def response(self) -> Response:
        return json_response({"error": str(self)}, self.status)


def body(call: Call) -> dict[str, Any]:
    """Return the JSON object of the body, {} for none; raises Refused."""
    if not call.request.body.strip():
        return {}
    try:
        value = wire.loads(call.request.body)
    except ValueError as error:
        raise Refused(f"The body is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Refused("The body must be a JSON object.")
    return value


def whole(call: Call, name: str, default: int) -> int:
    text = call.request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Refused(f"{name} must be a whole number.")
    return int(text)


def changed_settings(call: Call, name: str, current: settings.Settings) -> settings.Settings:
    """Return `current` with what the body changes, stored under `name`; raises Refused."""
    try:
        changed = settings.changed(current, body(call))
    except settings.BadSetting as error:
        raise Refused(str(error)) from None
    with call.sandbox.store.write() as db:
        settings.save(db, name, changed)
    return changed
