"""What is answered at the door, without a thread and without the application."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus


@dataclass(frozen=True)
class Words:
    """A refusal: its status, what its page says, and after how many seconds to try again."""

    status: HTTPStatus
    title: str
    message: str
    retry_after_seconds: int | None = None


class Refusal(Enum):
    TOO_MANY = Words(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many requests at once",
        "Your network address asks for more pages at once than Tallystick works out for one. "
        "This request was not begun, so it changed nothing. Try again in a few seconds.",
        retry_after_seconds=5,
    )
    TOO_SLOW = Words(
        HTTPStatus.REQUEST_TIMEOUT,
        "The line is too slow",
        "What your browser sent did not arrive in time. Nothing was changed. Look at your "
        "connection, then send it again.",
    )
    NO_ROOM = Words(
        HTTPStatus.INSUFFICIENT_STORAGE,
        "There is no room left on the disk",
        "What was sent could not be kept, so nothing was changed. Whoever runs Tallystick makes room on the "
        "disk of its temporary files; then send it again.",
    )
    TOO_LARGE = Words(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "This is too large",
        "What was sent is larger than anything Tallystick takes. Nothing was changed. Pack the "
        "file with gzip, or part it.",
    )
    HEADERS_TOO_LARGE = Words(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "The address or the cookies are too long",
        "Nothing was changed. Remove this site's cookies in your browser, then try again.",
    )
    NOT_UNDERSTOOD = Words(
        HTTPStatus.BAD_REQUEST,
        "This request was not understood",
        "It is no proper HTTP. Nothing was changed.",
    )


#: Makes the HTML of a refusal's page.
PageMaker = Callable[[Words], str]


class Answer:
    """A refusal as Waitress asks for it."""

    def __init__(self, words: Words, page: str) -> None:
        self._words = words
        self._page = page.encode()

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Return status line, headers and body."""
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
        ]
        if self._words.retry_after_seconds is not None:
            headers.append(("Retry-After", str(self._words.retry_after_seconds)))
        return f"{self._words.status.value} {self._words.status.phrase}", headers, self._page
