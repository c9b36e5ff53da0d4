"""Where Xero delivers webhooks to; and the page that says how they are set up, and whether they come."""

from http import HTTPStatus

import structlog
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tallystick.books.given_values import key_in
from tallystick.connections.bound import bound_organisation
from tallystick.outages import log_failure
from tallystick.sync.webhooks.receiving import MOST_BYTES, receive
from tallystick.sync.webhooks.standing import webhook_standing
from tallystick.web.machines import for_machines
from tallystick.web.views.workspace_access import workspace_or_404

logger = structlog.get_logger(__name__)

#: An empty answer is no page.
_EMPTY = "text/plain"


@for_machines
def take(request: HttpRequest) -> HttpResponse:
    """Answer a delivery of Xero's: 200 or 401, always empty; what cannot be kept now comes again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"], content_type=_EMPTY)
    try:
        receipt = receive(_raw(request), request.headers.get("x-xero-signature", ""))
    except UnreadablePostError:
        return _answer(HTTPStatus.BAD_REQUEST)
    except Error as error:
        log_failure(logger, "webhooks.not_kept", error)
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE)
    return _answer(receipt.value)


def _answer(status: int) -> HttpResponse:
    return HttpResponse(status=status, content_type=_EMPTY)


def _raw(request: HttpRequest) -> bytes | None:
    """Return the body as it came; None where it is too large, by its length alone where that is told."""
    if (key_in(request.META.get("CONTENT_LENGTH") or "") or 0) > MOST_BYTES:
        return None
    raw = request.read(MOST_BYTES + 1)
    return raw if len(raw) <= MOST_BYTES else None


@require_safe
@never_cache
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """What to enter at Xero, whether deliveries arrive, and what was not told."""
    workspace = workspace_or_404(request, slug)
    standing = webhook_standing(bound_organisation(workspace))
    context = {"workspace": workspace, "standing": standing}
    return render(request, "web/pages/webhooks.html", context)
