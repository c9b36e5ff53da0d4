"""What surrounds every request: its id, its time zone, and refusals in words."""

import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tallystick.importing.uploads import MOST_MEGABYTES, too_large
from tallystick.web.views.errors import not_allowed, not_taken
from tallystick.workspaces.access import NotAllowed

#: Bytes; an uploaded file comes on top.
_MOST_OF_A_FORM = 5_000_000


class RequestMiddleware:
    """Gives each request an id that its log lines, its answer and its error page carry."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex[:12]
        request.META["tallystick.request_id"] = request_id
        timezone.deactivate()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        """Refuse a body that is too large by its length alone, before anything of it is kept."""
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length <= _MOST_OF_A_FORM:
            return None
        match = request.resolver_match
        is_upload = match is not None and match.url_name == "import"
        if not is_upload or not request.user.is_authenticated:
            return not_taken(request, "What you sent is too large for this page. Send less.")
        if length > MOST_MEGABYTES * 1_000_000 + _MOST_OF_A_FORM:
            return not_taken(request, too_large())
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a refusal of any room into the page that says who can."""
        return not_allowed(request, str(error)) if isinstance(error, NotAllowed) else None
