"""The one way out: each request is sent once, measured once, and answered or refused in one place.

Nothing here sleeps, retries or follows a redirect.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from typing import TypeVar

import httpx2

from tallystick.xero.errors import NotSent, OutcomeUnknown, XeroError, XeroUnavailable

T = TypeVar("T")

# With these no byte of the request can have reached Xero.
_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)
#: What pages and the Sync log say of what the network calls otherwise.
_WHY = (
    (httpx2.ConnectTimeout, "no connection came about in time"),
    (httpx2.PoolTimeout, "all connections to it were in use"),
    (_NEVER_SENT, "no connection came about"),
    (httpx2.WriteTimeout, "it could not be sent in time"),
    (httpx2.TimeoutException, "no answer came in time"),
)
_BROKE_OFF = "the connection broke off"
#: So much of what an error is called is kept with the call.
_ERROR_LENGTH = 200

#: What a person reads when the answer to a write was lost.
LOST_ANSWER = (
    "No clear answer came from Xero, so this may or may not have been done there. "
    "Nothing is sent again until a look into Xero has shown which."
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it went, for the API log; made for failed calls too."""

    at: datetime  #: When it was sent; aware, UTC.
    method: str
    endpoint: str  #: The path's meaningful part, such as "Invoices"; never a query.
    status: int | None  #: None where no answer came.
    #: Class name of the XeroError raised, "Interrupted" for anything else, None for success.
    error: str | None
    milliseconds: int
    request_bytes: int  #: Of the body.
    response_bytes: int  #: Of the body, unpacked.
    day_remaining: int | None  #: Calls left, as Xero's answer says.
    minute_remaining: int | None
    app_minute_remaining: int | None
    correlation_id: str | None
    idempotency_key: str | None


OnCall = Callable[[Call], None]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request to be made. `writes` tells whether a lost answer leaves its outcome unknown."""

    method: str
    url: str
    endpoint: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    writes: bool = False
    idempotency_key: str | None = None
    lost_answer: str = LOST_ANSWER

    @property
    def name(self) -> str:
        """Method and path, as errors show them."""
        return f"{self.method} {self.endpoint}"


def http_pool(
    *,
    connect_seconds: float = 5,
    read_seconds: float = 60,
    write_seconds: float = 30,
    pool_seconds: float = 5,
    connections: int = 20,
    transport: httpx2.BaseTransport | None = None,
) -> httpx2.Client:
    """Return the connection pool for Xero: make one per process, share it among threads, close it.

    `read_seconds` is the longest silence while waiting for an answer; fifty invoices take Xero
    some seconds. `pool_seconds` is the longest wait for one of the `connections`.
    """
    timeout = httpx2.Timeout(
        connect=connect_seconds, read=read_seconds, write=write_seconds, pool=pool_seconds
    )
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    headers = {"User-Agent": "Tallystick"}
    return httpx2.Client(timeout=timeout, limits=limits, headers=headers, transport=transport)


def bearer(access_token: str) -> dict[str, str]:
    """Return the headers that every call of Xero's API bears."""
    return {"Accept": "application/json", "Authorization": f"Bearer {access_token}"}


def make_call(
    http: httpx2.Client,
    outgoing: Outgoing,
    read_answer: Callable[[Outgoing, httpx2.Response], T],
    on_call: OnCall | None,
) -> T:
    """Send once, return what `read_answer` makes of the answer, and report the call exactly once.

    Raises XeroError only: the network's from here, the answer's from `read_answer`.
    """
    at, started = datetime.now(UTC), perf_counter()
    response: httpx2.Response | None = None
    error: str | None = "Interrupted"
    try:
        response = _send(http, outgoing)
        answer = read_answer(outgoing, response)
        error = None
        return answer
    except XeroError as refusal:
        error = ": ".join(filter(None, [type(refusal).__name__, refusal.detail]))[:_ERROR_LENGTH]
        raise
    finally:
        if on_call:
            milliseconds = round((perf_counter() - started) * 1000)
            on_call(_report(outgoing, response, error, at, milliseconds))


def correlation_id_of(response: httpx2.Response) -> str | None:
    """Return the id by which Xero's support finds this call."""
    return response.headers.get("Xero-Correlation-Id")


def _send(http: httpx2.Client, outgoing: Outgoing) -> httpx2.Response:
    try:
        return http.request(
            outgoing.method, outgoing.url, headers=outgoing.headers, content=outgoing.body or None
        )
    except httpx2.RequestError as exc:
        failure = _network_error(outgoing, exc)
    # Raised out here so that it carries no context: httpx2's error holds the bearer token.
    raise failure


def _network_error(outgoing: Outgoing, failure: httpx2.RequestError) -> XeroError:
    error = _in_words(outgoing, failure)
    error.detail = type(failure).__name__
    return error


def _in_words(outgoing: Outgoing, failure: httpx2.RequestError) -> XeroError:
    why = next((words for kinds, words in _WHY if isinstance(failure, kinds)), _BROKE_OFF)
    if isinstance(failure, _NEVER_SENT):
        return NotSent(
            f"Xero could not be reached: {why}. Nothing was sent. It is tried again later.",
            request=outgoing.name,
        )
    if outgoing.writes:
        return OutcomeUnknown(f"{outgoing.lost_answer} ({why})", request=outgoing.name)
    return XeroUnavailable(
        f"Xero did not answer a question: {why}. Nothing was changed; it is asked again later.",
        request=outgoing.name,
    )


def _report(
    outgoing: Outgoing,
    response: httpx2.Response | None,
    error: str | None,
    at: datetime,
    milliseconds: int,
) -> Call:
    headers = response.headers if response is not None else httpx2.Headers()
    return Call(
        at=at,
        method=outgoing.method,
        endpoint=outgoing.endpoint,
        status=response.status_code if response is not None else None,
        error=error,
        milliseconds=milliseconds,
        request_bytes=len(outgoing.body),
        response_bytes=len(response.content) if response is not None else 0,
        day_remaining=_count(headers.get("X-DayLimit-Remaining")),
        minute_remaining=_count(headers.get("X-MinLimit-Remaining")),
        app_minute_remaining=_count(headers.get("X-AppMinLimit-Remaining")),
        correlation_id=headers.get("Xero-Correlation-Id"),
        idempotency_key=outgoing.idempotency_key,
    )


def _count(text: str | None) -> int | None:
    """Return how many calls are left; none where Xero counts below nought."""
    found = re.fullmatch(r"\s*(-?)([0-9]{1,9})\s*", text or "")
    return None if found is None else 0 if found[1] else int(found[2])
