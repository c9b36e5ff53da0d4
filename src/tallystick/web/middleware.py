"""What surrounds every request: who asks, its id, its time zone, refusals in words, headers."""

import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from tallystick.books.given_values import key_in
from tallystick.connections.modules import StepMissing
from tallystick.doors import clients
from tallystick.importing.uploads import MOST_MEGABYTES, too_large
from tallystick.web.machines import is_for_machines
from tallystick.web.request_values import holds_nul
from tallystick.web.views.act_responses import step_missing
from tallystick.web.views.errors import (
    not_allowed,
    not_taken,
    not_understood,
    unknown_proxy,
    wrong_method,
)
from tallystick.workspaces.access import NotAllowed

#: Bytes; an uploaded file comes on top.
_MOST_OF_A_FORM = 5_000_000
#: What a browser may do on our pages: none of what needs a sensor, a device or a payment.
_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid"),
        *("magnetometer", "microphone", "midi", "payment", "serial", "usb", "browsing-topics"),
    )
)

Answering = Callable[[HttpRequest], HttpResponse]


class ClientMiddleware:
    """Puts the client's own address and scheme in the place of a listed proxy's.

    Everything above reads `REMOTE_ADDR` and `is_secure` and needs to know of no proxy.
    """

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        peer = request.META.get("REMOTE_ADDR", "")
        forwarded_for = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        scheme = request.META.pop("HTTP_X_FORWARDED_PROTO", "").strip().lower()
        proxies = settings.TRUSTED_PROXIES
        request.META["REMOTE_ADDR"] = clients.client_address(peer, forwarded_for, proxies)
        if scheme == "https":
            if clients.is_listed(clients.parse(peer), proxies):
                request.META["wsgi.url_scheme"] = "https"
            elif settings.SECURE_SSL_REDIRECT:
                # A redirect to https would come back here for ever.
                return unknown_proxy(request, peer)
        return self.get_response(request)


class PolicyMiddleware:
    """Has no page kept by browsers or proxies unless it says so itself, and no sensor used."""

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        response["Permissions-Policy"] = _PERMISSIONS
        return response


class SignInMiddleware(LoginRequiredMiddleware):
    """Asks who is there, save where a view says that it does not matter.

    Django's own asks first and looks at the view then, so that a delivery without any cookie would
    be answered as if it hung on one.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[Any, Any],
    ) -> HttpResponseBase | None:
        if is_for_machines(view_func):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class RequestMiddleware:
    """Gives each request an id that its log lines, its answer and its error page carry.

    The log lines name the client's address, too.
    """

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex[:12]
        request.META["tallystick.request_id"] = request_id
        timezone.deactivate()
        address = request.META["REMOTE_ADDR"]  # the client's, by now
        with structlog.contextvars.bound_contextvars(request_id=request_id, address=address):
            response = self._in_words(request, self.get_response(request))
        response["X-Request-Id"] = request_id
        return response

    def process_view(
        self, request: HttpRequest, view: object, *given: object
    ) -> HttpResponse | None:
        """Refuse what is too large, by its length alone before anything of it is kept, or unstorable."""
        if is_for_machines(view):
            return None
        return self._too_large(request) or (not_understood(request) if holds_nul(request) else None)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Tell a refusal of any room: on the page that says who can, or that mends the missing step."""
        if isinstance(error, StepMissing):
            return step_missing(request, error)
        return not_allowed(request, str(error)) if isinstance(error, NotAllowed) else None

    @staticmethod
    def _too_large(request: HttpRequest) -> HttpResponse | None:
        length = key_in(request.META.get("CONTENT_LENGTH") or "") or 0
        if length <= _MOST_OF_A_FORM:
            return None
        match = request.resolver_match
        is_upload = match is not None and match.url_name == "import"
        if not is_upload or not request.user.is_authenticated:
            return not_taken(request, "What you sent is too large for this page. Send less.")
        if length > MOST_MEGABYTES * 1_000_000 + _MOST_OF_A_FORM:
            return not_taken(request, too_large())
        return None

    @staticmethod
    def _in_words(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Give Django's refusal of a method a page; it has none."""
        match = request.resolver_match
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or (
            match and is_for_machines(match.func)
        ):
            return response
        said = wrong_method(request)
        said["Allow"] = response["Allow"]
        return said
