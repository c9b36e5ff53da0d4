"""What Xero answers when it refuses.

ApiError                any refusal that becomes an answer
    ValidationFailed    400, ErrorNumber 10, the failing elements with their messages
    PostDataInvalid     400, ErrorNumber 14, the body cannot be read
    QueryParse          400, ErrorNumber 16, `where`, `order` or a filter cannot be read
    NoData              400, ErrorNumber 17, no element in the body
    MethodNotImplemented  501, ErrorNumber 20, described but not to be had
    NotFound            404, HTML content type and no body
    Problem             401, 403 and other refusals of the gateway
"""

from __future__ import annotations

import uuid
from typing import Any

from xero_sandbox.messages import Response, html_response, json_response


class ApiError(Exception):
    def response(self) -> Response:
        raise NotImplementedError


class ValidationFailed(ApiError):
    def __init__(self, elements: list[dict[str, Any]]) -> None:
        super().__init__("A validation exception occurred")
        self.elements = elements

    def response(self) -> Response:
        body = {"ErrorNumber": 10, "Type": "ValidationException", "Message": str(self)}
        return json_response({**body, "Elements": self.elements}, 400)


class PostDataInvalid(ApiError):
    def response(self) -> Response:
        return _exception(14, "PostDataInvalidException", str(self))


class QueryParse(ApiError):
    def response(self) -> Response:
        return _exception(16, "QueryParseException", str(self))


class NoData(ApiError):
    def __init__(self, plural: str) -> None:
        super().__init__(
            "No data has been processed for this endpoint. This endpoint is expecting "
            f"{plural} data to be specifed in the request body."  # Xero's own spelling
        )

    def response(self) -> Response:
        return _exception(17, "NoDataProcessedException", str(self))


class MethodNotImplemented(ApiError):
    """The words are those that two public clients of Xero keep of it (facts 12.1)."""

    def response(self) -> Response:
        message = "The Api Method called is not implemented"
        return _exception(20, "ApiMethodNotImplementedException", message, 501)


class NotFound(ApiError):
    """No JSON, though JSON was asked for: recorded of an unknown id (facts 6.1, 7.3)."""

    def response(self) -> Response:
        return html_response("", 404)


class Problem(ApiError):
    """The gateway's shape; `detail` is what a client branches on (facts 7.2)."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title

    def response(self, *, lower_keys: bool = False) -> Response:
        body: dict[str, Any] = {
            "Type": None,
            "Title": self.title,
            "Status": self.status,
            "Detail": str(self),
        }
        body |= {"Instance": str(uuid.uuid4()), "Extensions": {}}
        if lower_keys:
            body = {name.lower(): value for name, value in body.items()}
        return json_response(body, self.status)


def validation_exception(message: str) -> Response:
    """A ValidationException that is about the request and not about an element."""
    return _exception(10, "ValidationException", message)


def _exception(number: int, kind: str, message: str, status: int = 400) -> Response:
    return json_response({"ErrorNumber": number, "Type": kind, "Message": message}, status)
