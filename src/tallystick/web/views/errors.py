"""The pages for what cannot be shown. The one for our own failures needs no database."""

import sys
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from tallystick.outages import Outage, is_full, outage_of

#: After so many seconds a page whose database is away is asked for again by the browser itself.
_AGAIN_SECONDS = 5
_SAFE = "What you saved before this is safe. Look whether your last step was saved before you repeat it."
_NO_ROOM = (
    f"{_SAFE} Whoever runs Tallystick makes room on the disk of its data folder and of its database; then "
    "everything goes on by itself, and nothing has to be started anew."
)
_STARTING = (
    f"{_SAFE} This page opens by itself once the database is ready, usually within a minute."
)
_NO_ANSWER = (
    f"{_SAFE} This page opens by itself once the database answers. If it lasts, give this number to "
    "whoever runs Tallystick."
)
_AWAY = {
    Outage.DISK_FULL: ("There is no room left on the disk", _NO_ROOM),
    Outage.DATABASE_STARTING: ("The database is starting up", _STARTING),
    Outage.DATABASE_AWAY: ("The database does not answer", _NO_ANSWER),
}


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        404,
        "This page does not exist",
        "The address may be mistyped, or it belongs to a workspace that you are not in.",
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return not_allowed(request, "Your role does not allow you to see this page.")


def not_allowed(request: HttpRequest, reason: str) -> HttpResponse:
    return _page(request, 403, "You may not do this", reason)


def not_taken(request: HttpRequest, reason: str) -> HttpResponse:
    return _page(request, 413, "This is too large", f"{reason} Nothing was kept or changed.")


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        400,
        "This address or form cannot be read",
        "Something in it is damaged or far too large. Nothing was changed. Go back, reload the page "
        "and try again from there.",
    )


def wrong_method(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        405,
        "This address is for pressing buttons only",
        "Nothing was changed. Go back to the page that it belongs to, and press the button there.",
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request,
        403,
        "This form was too old",
        "Nothing was changed. Go back, reload the page and send the form again.",
    )


def unknown_proxy(request: HttpRequest, peer: str) -> HttpResponse:
    return _page(
        request,
        403,
        "Tallystick does not know this proxy",
        f"The request came through a proxy at {peer}, which is not listed. Whoever runs "
        f"Tallystick adds {peer} to TALLYSTICK_TRUSTED_PROXIES and starts it again.",
    )


def failed(request: HttpRequest) -> HttpResponse:
    away = _away(sys.exc_info()[1])
    if away is not None:
        answer = _page(request, 503, *_AWAY[away])
        answer["Retry-After"] = str(_AGAIN_SECONDS)
        if request.method == "GET":
            answer["Refresh"] = str(_AGAIN_SECONDS)
        return answer
    return _page(
        request,
        500,
        "Tallystick stumbled over this page",
        "What you saved before this is safe. Try again; if it happens again, give this number to "
        "whoever runs Tallystick, who finds the cause by it in the log.",
    )


def _away(error: BaseException | None) -> Outage | None:
    away = outage_of(error)
    if away is None and isinstance(error, OperationalError | InterfaceError):
        away = Outage.DATABASE_AWAY
    # A full disk ends PostgreSQL; what is met then is only that nobody answers.
    if away is Outage.DATABASE_AWAY and is_full(Path(settings.DATA_DIR)):
        return Outage.DISK_FULL
    return away


def _page(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    context = {
        "title": title,
        "message": message,
        "request_id": request.META.get("tallystick.request_id", ""),
    }
    # Without the request: its context processors would ask for the session, so for the database.
    return HttpResponse(render_to_string("web/pages/error.html", context), status=status)
