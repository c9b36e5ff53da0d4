"""Structured logs: one JSON object a line (or coloured text), the same for every library.

What people put into an address stays out of them: a search, a code of Xero's, a token. A request is
named by its route, and an error is told without the values at hand when it happened.
"""

import logging
import sys
from http import HTTPStatus
from typing import Any, TextIO

import structlog

from tallystick.outages import Outage, outage_of

_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.StackInfoRenderer(),
]


def name_requests(
    _: object, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Put route and method in the place of a request and of what Django says with its address.

    Of an address or header that was refused, no exception is told either: it quotes them.
    """
    request = event.pop("request", None)
    if not hasattr(request, "resolver_match"):
        return event
    match, status = request.resolver_match, event.get("status_code")
    event["route"], event["method"] = match.view_name if match else "none", request.method
    if status:
        event["event"] = HTTPStatus(status).phrase
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            event.pop("exc_info", None)
        elif status == HTTPStatus.SERVICE_UNAVAILABLE and (outage := _outage_in(event)):
            event["because"] = outage.value
            event.pop("exc_info")
    return event


def _outage_in(event: structlog.typing.EventDict) -> Outage | None:
    told = event.get("exc_info")
    return outage_of(told[1]) if isinstance(told, tuple) else None


class StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to what standard error is at the time, also after somebody has replaced it."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, stream: TextIO) -> None:
        """The base class sets it once; nothing is kept."""


def config(*, level: str, style: str) -> dict[str, Any]:
    """Return Django's LOGGING; `style` is `json` or `console`. Also sets structlog up."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    tail: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if style == "json"
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*_SHARED, structlog.stdlib.ExtraAdder(), name_requests],
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail],
            }
        },
        "handlers": {"stderr": {"()": StderrHandler, "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # These tell values of pages and of statements, whatever level is asked for.
            "django.db.backends": {"level": "WARNING"},
            "django.template": {"level": "WARNING"},
            "procrastinate": {"level": "WARNING"},
            "waitress": {"level": "WARNING"},
            "waitress.queue": {"level": "ERROR"},  # it tells of every request that waits
            "httpx2": {"level": "WARNING"},
            "httpcore2": {"level": "WARNING"},
        },
    }
