"""Errors of the Xero client, by what the caller does next.

XeroError                     carries .request ("PUT Invoices") and .correlation_id, for Xero's support
    TryLater                  the same thing, later; .retry_after_seconds where Xero said so
        RateLimited           nothing was done; .problem says which limit
        XeroUnavailable       nothing was done: Xero is down, or a read got no answer
            NotSent           nothing even reached Xero
        OutcomeUnknown        a write was sent and may or may not have been done: look, then decide
            ServerFailed      Xero broke down over it (500), so this send has ended
    AccessTokenExpired        renew the access token, once, then the same thing again
    NeedsPerson               a person must act; the message says how
        ConsentRevoked        Xero no longer renews the tokens: reconnect
        ConsentNotCompleted   the code of a consent was not taken: connect again
        NotConnected          this organisation is no longer connected: reconnect
        ScopeMissing          the consent does not cover this: reconnect
        NotAllowed            the person who connected may not do this in Xero
        AppRefused            Xero does not know this installation's client id and secret
    OurMistake                repeating is useless; the code or the data sent is wrong
        BadRequest            .kind and .elements say what Xero refused
            IdempotencyKeyReused   the key was used before, for another request
        NotFound              no such record, or the query was too long; never "an empty list"
        UnexpectedAnswer      Xero's answer cannot be read

No message holds a token, a secret or a query. A 404, 429 or 503 has no JSON and is never parsed.
"""

from typing import Literal

LimitProblem = Literal["minute", "day", "appminute", "concurrent", "unknown"]


class XeroError(Exception):
    """What all errors of this room have in common.

    `request` is method and path without query; `correlation_id` is what Xero's support asks for.
    `detail` is what the network or the reader of an answer called it: for logs, never for pages.
    """

    detail = ""

    def __init__(self, message: str, *, request: str, correlation_id: str | None = None) -> None:
        super().__init__(message)
        self.request = request
        self.correlation_id = correlation_id


class TryLater(XeroError):
    """The same thing may be tried later, not before `retry_after_seconds` where that is known."""

    def __init__(
        self,
        message: str,
        *,
        request: str,
        correlation_id: str | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(message, request=request, correlation_id=correlation_id)
        self.retry_after_seconds = retry_after_seconds


class RateLimited(TryLater):
    """One of Xero's limits is used up; nothing was done. A day's wait may be many hours."""

    def __init__(
        self,
        message: str,
        *,
        request: str,
        problem: LimitProblem,
        correlation_id: str | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(
            message,
            request=request,
            correlation_id=correlation_id,
            retry_after_seconds=retry_after_seconds,
        )
        self.problem = problem


class XeroUnavailable(TryLater):
    """Xero cannot serve just now and nothing was done."""


class NotSent(XeroUnavailable):
    """No connection to Xero could be made, so nothing reached it."""


class OutcomeUnknown(TryLater):
    """A write was sent and no clear answer came back: it may or may not have been done."""


class ServerFailed(OutcomeUnknown):
    """Xero broke down over a write (status 500); what it did before that, it has done.

    This send of it has ended; Xero may keep the answer with the key, so repeating is of no use.
    """


class AccessTokenExpired(XeroError):
    """Xero no longer takes this access token; renewing it once should help."""


class NeedsPerson(XeroError):
    """Only a person can mend this."""


class ConsentRevoked(NeedsPerson):
    """Xero refuses to renew the tokens (invalid_grant)."""


class ConsentNotCompleted(NeedsPerson):
    """Xero refused the code that came back from its consent page."""


class NotConnected(NeedsPerson):
    """The organisation was disconnected in Xero (403, AuthenticationUnsuccessful)."""


class ScopeMissing(NeedsPerson):
    """The consent given does not cover this call (401, AuthorizationUnsuccessful)."""


class NotAllowed(NeedsPerson):
    """The role in Xero of the person who connected does not allow this call (any other 403)."""


class AppRefused(NeedsPerson):
    """Xero does not accept this installation itself: client id, secret or kind of app."""


class OurMistake(XeroError):
    """Repeating will not help."""

    @property
    def said(self) -> tuple[str, ...]:
        """What Xero said of the elements, one after the other; empty where it named none."""
        return ()


class BadRequest(OurMistake):
    """Xero refused the whole request; nothing was done.

    `kind` is Xero's own, such as "ValidationException"; `elements` holds, for each refused
    element, Xero's messages about it.
    """

    def __init__(
        self,
        message: str,
        *,
        request: str,
        kind: str = "",
        elements: tuple[tuple[str, ...], ...] = (),
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(message, request=request, correlation_id=correlation_id)
        self.kind = kind
        self.elements = elements

    @property
    def said(self) -> tuple[str, ...]:
        return tuple(text for element in self.elements for text in element)


class IdempotencyKeyReused(BadRequest):
    """The Idempotency-Key belongs to an earlier, different request; nothing was done."""


class NotFound(OurMistake):
    """A record named in the request does not exist there, or the query was too long."""


class UnexpectedAnswer(OurMistake):
    """The answer has not the form that Xero documents."""
