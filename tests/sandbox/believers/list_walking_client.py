"""A client of the kind that copies everything: it walks lists, page by page, in whatever it gets.

Like tap-xero it never says that it wants JSON, shows by a read of the organisation whether it
has access, asks for what has changed since its last walk, and reads dates as ISO.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, fromstring

import httpx2
from books_client import API

PAGE = 100  #: elements on a full page, unless another size is asked for


class NoAccess(Exception):
    """The organisation cannot be read: the status, and what the gateway says."""


@dataclass
class Walker:
    http: httpx2.Client
    token: str
    organisation: str

    def check_access(self) -> str:
        """Return the organisation's name."""
        answer = self._get("Organisation")
        if answer.status_code in (401, 403):
            raise NoAccess(answer.status_code, answer.json()["Detail"])
        return self._response(answer).findtext("Organisations/Organisation/Name", "")

    def walk(self, plural: str, since: datetime | None = None, **params: str) -> list[Element]:
        """Every element of a list, once; lists without pages give the same for any page."""
        found: list[Element] = []
        seen: set[str] = set()
        for page in self._pages(plural, since, params):
            fresh = [element for element in page if key(element) not in seen]
            seen |= {key(element) for element in fresh}
            found += fresh
            if len(fresh) < len(page) or len(page) < int(params.get("pageSize", PAGE)):
                break
        return found

    def _pages(
        self, plural: str, since: datetime | None, params: dict[str, str]
    ) -> Iterator[list[Element]]:
        number = 1
        while True:
            answer = self._get(plural, since, params | {"page": str(number)})
            yield list(self._response(answer)[-1])
            number += 1

    def _get(
        self, path: str, since: datetime | None = None, params: dict[str, str] | None = None
    ) -> httpx2.Response:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "xero-tenant-id": self.organisation,
            "Accept": "*/*",
        }
        if since is not None:
            headers["If-Modified-Since"] = since.strftime("%Y-%m-%dT%H:%M:%S")
        return self.http.get(f"{API}/{path}", headers=headers, params=params)

    def _response(self, answer: httpx2.Response) -> Element:
        assert answer.status_code == 200, answer.text
        root = fromstring(answer.content)  # noqa: S314 - the answer of our own stand-in
        assert (root.tag, root.findtext("Status")) == ("Response", "OK")
        return root


def key(element: Element) -> str:
    """What tells an element from others in its list: its id, else all that it says."""
    return element.findtext(f"{element.tag}ID") or "|".join(element.itertext())


def moments(element: Element) -> list[datetime]:
    """Every date in an element, read as a client that knows no `/Date()/` reads them.

    A report's date is in words, and the due date of a schedule is a day of the month.
    """
    texts = [
        child.text or ""
        for child in element.iter()
        if child.tag.endswith(("Date", "UTC")) and child.tag != "ReportDate" and len(child) == 0
    ]
    return [
        datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
        for text in texts
        if text and not text.isdigit()
    ]
