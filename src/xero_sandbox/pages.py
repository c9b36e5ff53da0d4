"""Pages from templates; every value is escaped."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from xero_sandbox.messages import Response, html_response

_TEMPLATES = Environment(
    loader=PackageLoader("xero_sandbox"), autoescape=True, undefined=StrictUndefined
)


def page(template: str, *, status: int = 200, **values: Any) -> Response:
    response = html_response(_TEMPLATES.get_template(template).render(values), status)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return response


def stylesheet() -> Response:
    text = (files("xero_sandbox") / "templates" / "sandbox.css").read_bytes()
    return Response(200, text, "text/css; charset=utf-8", {"Cache-Control": "max-age=300"})
