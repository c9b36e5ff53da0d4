"""The success envelope, and writing a batch with `summarizeErrors` both ways (facts 4)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.messages import Response
from xero_sandbox.problems import ValidationFailed
from xero_sandbox.routing import Call
from xero_sandbox.store import savepoint


class Invalid(Exception):
    """One element breaks rules: the messages, and its echo with what was made out of it."""

    def __init__(self, messages: list[str], echo: dict[str, Any]) -> None:
        super().__init__(*messages)
        self.messages = messages
        self.echo = echo


@dataclass
class Saved:
    element: dict[str, Any]
    warnings: list[str] = field(default_factory=list)


Save = Callable[[Sent], Saved]
#: The UpdatedDateUTC, and its text, of what was never stored.
_NEVER = (wire.instant(0), wire.bare_instant(0), wire.iso_seconds(0))


def envelope(call: Call, plural: str, items: list[Any], **extra: Any) -> Response:
    return spliced(call, plural, [wire.dumps(item) for item in items], **extra)


def spliced(call: Call, plural: str, items: list[str], **extra: Any) -> Response:
    """The envelope around elements that are JSON text already. `extra` goes before the list.

    Keys in Xero's order; 200 for what was created, too (facts 4.2).
    """
    head = {
        "Id": str(uuid.uuid4()),
        "Status": "OK",
        "ProviderName": call.sandbox.options.app_name,
        "DateTimeUTC": wire.bare_instant(call.sandbox.clock.now_ms()),
        **extra,
    }
    text = f"{wire.dumps(head)[:-1]},{wire.dumps(plural)}:[{','.join(items)}]}}"
    return Response(200, text.encode(), "application/json; charset=utf-8")


def write_batch(
    call: Call,
    plural: str,
    sent: list[Sent],
    save: Save,
    *,
    flag: str = "HasErrors",
    **extra: Any,
) -> Response:
    """Save each element by itself.

    With `summarizeErrors=false` bad ones are echoed with their errors among the good, and the
    status is 200. Else one bad element makes the answer a 400 that does not name the good ones;
    they are saved all the same, as reported (facts 12.2), unless the switch `refused_batch` is
    `undoes` (facts 4.3).
    `flag` is the name of the element's error flag, which differs by resource; some have none.
    `extra` goes into the envelope.
    """
    apart = call.request.query.get("summarizeerrors", "true").lower() == "false"
    refusals = chain(call.refusals, repeat(None))
    results = [
        _save_one(call, element, _refusing(refusal, save), flag=flag, apart=apart)
        for element, refusal in zip(sent, refusals, strict=False)
    ]
    failing = [element for element, good in results if not good]
    if failing and not apart:
        switches = call.sandbox.switches
        everything = switches.batch_errors == "all"
        refusal = ValidationFailed([one for one, _ in results] if everything else failing)
        if switches.refused_batch == "undoes" or len(failing) == len(results):
            raise refusal
        return refusal.response()
    return envelope(call, plural, [element for element, _ in results], **extra)


def _refusing(refusal: str | None, save: Save) -> Save:
    """Return what refuses the element for the reason that a fault gives, else `save`."""
    if refusal is None:
        return save

    def refuse(sent: Sent) -> Saved:
        raise Invalid([refusal], sent.raw)

    return refuse


def _save_one(
    call: Call, sent: Sent, save: Save, *, flag: str, apart: bool
) -> tuple[dict[str, Any], bool]:
    try:
        with savepoint(call.db, "element"):
            saved = save(sent)
    except Invalid as invalid:
        errors = [{"Message": message} for message in invalid.messages]
        status = {"StatusAttributeString": "ERROR"} if apart else {}
        flags = {flag: True} if flag else {}
        return _in_xeros_form(invalid.echo) | flags | {"ValidationErrors": errors} | status, False
    element = saved.element
    if saved.warnings:
        element["Warnings"] = [{"Message": message} for message in saved.warnings]
    if apart:
        element["StatusAttributeString"] = "WARNING" if saved.warnings else "OK"
    return element, True


def _in_xeros_form(echo: dict[str, Any]) -> dict[str, Any]:
    """Return what a refusal shows: days as Xero writes them, no date of what was never stored."""
    inner = {name: _with_days(item) for name, item in echo.items() if isinstance(item, dict)}
    return _with_days(echo | inner)


def _with_days(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _day_instant(item) if name.lower().endswith("date") else item
        for name, item in values.items()
        if not (name.startswith("UpdatedDateUTC") and item in _NEVER)
    }


def _day_instant(value: Any) -> Any:
    try:
        return wire.day_instant(wire.parse_day(value)) if isinstance(value, str) else value
    except ValueError:
        return value
