"""From an answer that is not a success to the error it means."""

from typing import Any

import httpx2
import msgspec
from msgspec import Struct, field

from tallystick.xero.calls import Outgoing, correlation_id_of
from tallystick.xero.errors import (
    AccessTokenExpired,
    BadRequest,
    IdempotencyKeyReused,
    LimitProblem,
    NotAllowed,
    NotConnected,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ScopeMissing,
    ServerFailed,
    TryLater,
    UnexpectedAnswer,
    XeroError,
    XeroUnavailable,
)
from tallystick.xero.records import Remarked
from tallystick.xero.remarks import remarks_on

#: What the message of a refusal says where the elements say why.
_NO_REASON = "A validation exception occurred"


class _Refused(Remarked, frozen=True, kw_only=True):
    """One element, with all of it that Xero may find fault with."""

    contact: Remarked | None = None
    line_items: tuple[Remarked, ...] = ()
    invoice: Remarked | None = None
    credit_note: Remarked | None = None
    account: Remarked | None = None


class _Refusal(Struct, rename="pascal"):
    """A 400 of the Accounting API, or of the gateway before it, which gives no type."""

    kind: str | None = field(default=None, name="Type")
    message: str | None = None
    elements: tuple[_Refused, ...] = ()


def error_for(outgoing: Outgoing, response: httpx2.Response) -> XeroError:
    """Return the error that an answer of the API with a status of 300 or more stands for."""
    status = response.status_code
    if status == 408 or status >= 500:
        return server_error(outgoing, response)
    if status == 429:
        return rate_limited(outgoing, response)
    if status in (401, 403):
        return _refused_access(outgoing, response)
    correlation_id = correlation_id_of(response)
    if status == 400:
        return _bad_request(outgoing, response)
    if status == 404:
        return NotFound(
            "Xero does not have a record that this names, or the question was too long. "
            "Nothing was changed.",
            request=outgoing.name,
            correlation_id=correlation_id,
        )
    if status in (413, 414):
        return BadRequest(
            "This was too large for Xero. Nothing was changed.",
            request=outgoing.name,
            kind="TooLarge",
            correlation_id=correlation_id,
        )
    return UnexpectedAnswer(
        f"Xero answered with status {status}, which Tallystick does not know. Nothing was changed.",
        request=outgoing.name,
        correlation_id=correlation_id,
    )


def unreadable(outgoing: Outgoing, response: httpx2.Response, reason: str) -> XeroError:
    """Return the error for a success that cannot be read: after a write, nobody knows what is."""
    correlation_id = correlation_id_of(response)
    error: XeroError
    if outgoing.writes:
        error = OutcomeUnknown(
            f"{outgoing.lost_answer} (the answer could not be read)",
            request=outgoing.name,
            correlation_id=correlation_id,
        )
    else:
        error = UnexpectedAnswer(
            "Xero's answer could not be read. Nothing was changed.",
            request=outgoing.name,
            correlation_id=correlation_id,
        )
    error.detail = reason
    return error


def server_error(outgoing: Outgoing, response: httpx2.Response) -> TryLater:
    """Return the error for a 5xx. Only a 503 says for sure that nothing was done."""
    status, correlation_id = response.status_code, correlation_id_of(response)
    retry_after_seconds = _retry_after_seconds(response)
    if outgoing.writes and status != 503:
        unknown = ServerFailed if status == 500 else OutcomeUnknown
        return unknown(
            f"{outgoing.lost_answer} (status {status})",
            request=outgoing.name,
            correlation_id=correlation_id,
            retry_after_seconds=retry_after_seconds,
        )
    return XeroUnavailable(
        f"Xero is not available just now (status {status}). Nothing was changed; "
        "it is tried again later.",
        request=outgoing.name,
        correlation_id=correlation_id,
        retry_after_seconds=retry_after_seconds,
    )


def rate_limited(outgoing: Outgoing, response: httpx2.Response) -> RateLimited:
    """Return the error for a 429, whose body is empty: the headers tell everything."""
    problem = _limit_problem(response.headers.get("X-Rate-Limit-Problem", ""))
    limit = {
        "minute": "the calls of this minute",
        "day": "the calls of this day",
        "appminute": "this minute's calls of all organisations together",
        "concurrent": "the calls at one time",
        "unknown": "a number of calls",
    }[problem]
    seconds = _retry_after_seconds(response)
    return RateLimited(
        # When it goes on is told where it is shown: a text that is kept grows old.
        f"Xero limits {limit}, and they are used up. Nothing was changed. It goes on by itself.",
        request=outgoing.name,
        problem=problem,
        correlation_id=correlation_id_of(response),
        retry_after_seconds=seconds,
    )


def _limit_problem(header: str) -> LimitProblem:
    """Compare loosely: "minute", "Minute limit" and "DayLimit" have all been seen."""
    text = header.lower()
    if "concurrent" in text:
        return "concurrent"
    if "day" in text:
        return "day"
    if "min" in text:
        return "appminute" if "app" in text else "minute"
    return "unknown"


def _retry_after_seconds(response: httpx2.Response) -> int | None:
    text = response.headers.get("Retry-After", "").strip()
    return int(text) if text.isdecimal() else None


def _refused_access(outgoing: Outgoing, response: httpx2.Response) -> XeroError:
    """Branch on the problem's Detail, for one status means several things."""
    detail = _detail(response).lower()
    kind: type[XeroError]
    if response.status_code == 401 and "authorizationunsuccessful" in detail:
        kind, message = (
            ScopeMissing,
            (
                "The consent given to Tallystick does not cover this. Connect Xero again under "
                "Settings, Integrations and agree to everything listed. What waits is kept."
            ),
        )
    elif response.status_code == 401:
        kind, message = AccessTokenExpired, "Xero no longer accepts this access token."
    elif "authenticationunsuccessful" in detail:
        kind, message = (
            NotConnected,
            (
                "Xero says that Tallystick is no longer connected to this organisation. Connect it "
                "again under Settings, Integrations. What waits is kept and goes on after that."
            ),
        )
    else:
        kind, message = (
            NotAllowed,
            (
                "Xero does not allow this to the person who connected it. Someone with a higher role "
                "in Xero should connect it again under Settings, Integrations. What waits is kept."
            ),
        )
    return kind(message, request=outgoing.name, correlation_id=correlation_id_of(response))


def _detail(response: httpx2.Response) -> str:
    try:
        problem: dict[str, Any] = msgspec.json.decode(response.content, type=dict[str, Any])
    except ValueError:
        return ""
    # Keys are capitalised on the wire; some have seen them in lower case.
    return str(problem.get("Detail") or problem.get("detail") or "")


def _bad_request(outgoing: Outgoing, response: httpx2.Response) -> BadRequest:
    try:
        refusal = msgspec.json.decode(response.content, type=_Refusal)
    except ValueError:
        refusal = _Refusal()
    elements = tuple(_messages(element) for element in refusal.elements)
    if refusal.kind == "ValidationException" and not any(elements):
        told = refusal.message or _NO_REASON
        elements = () if told == _NO_REASON else ((told,),)
    said = "; ".join(text for texts in elements for text in texts)
    said = said or refusal.message or _detail(response) or "no reason given"
    kind = BadRequest
    if "idempotency key" in said.lower() and "different request" in said.lower():
        kind = IdempotencyKeyReused
    return kind(
        f"Xero refused the request and changed nothing: {said}",
        request=outgoing.name,
        kind=refusal.kind or "",
        elements=elements,
        correlation_id=correlation_id_of(response),
    )


def _messages(element: _Refused) -> tuple[str, ...]:
    parts = (element.contact, element.invoice, element.credit_note, element.account)
    return tuple(remarks_on(element, element.line_items, parts, lambda one: one.validation_errors))
