"""Serving our stylesheet and script."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tallystick.web.assets import asset


@login_not_required
@require_safe
def show(request: HttpRequest, name: str, digest: str) -> HttpResponse:
    try:
        found = asset(name)
    except KeyError:
        raise Http404 from None
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(found.packed if packed else found.body, content_type=found.content_type)
    if packed:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    if digest == found.digest:
        response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
