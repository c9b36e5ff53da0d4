"""What surrounds every request: its id, its time zone, and refusals in words."""

import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tallystick.web.views.errors import not_allowed
from tallystick.workspaces.access import NotAllowed


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

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a refusal of any room into the page that says who can."""
        return not_allowed(request, str(error)) if isinstance(error, NotAllowed) else None
