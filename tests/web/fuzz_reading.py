"""Reads pages as a browser does: where they lead, and what their forms send."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form as it stands on a page; of a field's values the first one is what is sent."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    #: Fields that take a file.
    files: set[str] = field(default_factory=set)


class Reading(HTMLParser):
    """The addresses and forms of one page."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__()
        self.addresses: set[str] = set()
        self.forms: list[Form] = []
        self._address = address
        self._named: dict[str, Form] = {}
        self._open: Form | None = None
        self._select: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in pairs}
        if tag == "form":
            self._begin(given)
        for name in ("href", "hx-get", "hx-post", "formaction", "hx-vals"):
            if given.get(name, "").startswith("/"):
                self.addresses.add(given[name])
            elif given.get(name, "").startswith("?"):
                self.addresses.add(self._address.partition("?")[0] + given[name])
        if tag in ("input", "button", "textarea", "select") and given.get("name"):
            self._add(tag, given)
        if tag == "option" and self._select:
            self._value(self._select, given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "select":
            self._select = None

    def _begin(self, given: dict[str, str]) -> None:
        method = given.get("method", "get").lower()
        self._open = self._named.setdefault(
            given.get("id") or str(len(self.forms)), Form("", method)
        )
        self._open.action, self._open.method = given.get("action") or self._address, method
        self.forms.append(self._open)

    def _add(self, tag: str, given: dict[str, str]) -> None:
        name = given["name"]
        if given.get("form"):
            form = self._named.setdefault(given["form"], Form(self._address, "post"))
        elif self._open:
            form = self._open
        else:
            return
        if given.get("type") == "file":
            form.files.add(name)
            return
        form.fields.setdefault(name, [])
        if tag == "select":
            self._select, self._form = name, form
        else:
            form.fields[name].append(given.get("value", ""))

    def _value(self, name: str, value: str) -> None:
        self._form.fields[name].append(value)
