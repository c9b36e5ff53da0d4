"""A person at a browser without script: opens pages, reads forms, presses buttons."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx2


@dataclass
class Form:
    """A form as it stands on the page; fields hold what they were sent with."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    #: Words on buttons, with what each sends along.
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)
    #: For radio buttons and drop-downs: name, then value by label.
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    #: What drop-downs are called for those who cannot see them, by name.
    labels: dict[str, str] = field(default_factory=dict)

    def sending(self, button: str) -> tuple[str, str] | None:
        """Return what a button sends along that says this, or begins so; None for no such button."""
        found = (
            sent for words, sent in self.buttons.items() if f"{words} ".startswith(f"{button} ")
        )
        return self.buttons.get(button) or next(found, None)

    def value_for(self, name: str, label: str) -> str:
        """Return the value of the choice whose label holds these words."""
        for words, value in self.choices[name].items():
            if label in words:
                return value
        raise LookupError(f"{name} offers {', '.join(self.choices[name])}; not {label!r}")


class Browser:
    """Keeps cookies and the page it is on; follows redirects."""

    def __init__(self) -> None:
        self._http = httpx2.Client(follow_redirects=True, timeout=60)
        self.url = ""
        self.text = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def open(self, address: str) -> None:
        """Open a page; relative addresses lead from the page it is on."""
        self._arrive(self._http.get(urljoin(self.url, address)))

    def forms(self) -> list[Form]:
        """Return the forms of the page."""
        reader = _FormReader()
        reader.feed(self.text)
        return reader.forms

    def form_with(self, button: str) -> Form:
        """Return the form with a button that says this, or begins so and says more."""
        for form in self.forms():
            if form.sending(button):
                return form
        offered = [words for form in self.forms() for words in form.buttons]
        raise LookupError(f"{self.url} has no button {button!r}; it has {', '.join(offered)}")

    def press(self, button: str, **filled: str) -> None:
        """Fill in the form that has this button, and press it."""
        form = self.form_with(button)
        name, value = form.sending(button) or ("", "")
        sent = {**form.fields, **filled, **({name: value} if name else {})}
        address = urljoin(self.url, form.action or self.url)
        if form.method == "post":
            headers = {"Origin": _origin(self.url), "Referer": self.url}
            self._arrive(self._http.post(address, data=sent, headers=headers))
        else:
            self._arrive(self._http.get(address, params=sent))

    def _arrive(self, answer: httpx2.Response) -> None:
        if answer.is_error:
            raise LookupError(f"{answer.url} answered {answer.status_code}: {answer.text[:500]}")
        self.url, self.text = str(answer.url), answer.text


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._button: tuple[str, str] | None = None
        self._choice: tuple[str, str] | None = None
        self._select = ""
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(said.get("action", ""), said.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None:
            self._in_form(tag, said, self._open)

    def _in_form(self, tag: str, said: dict[str, str], form: Form) -> None:
        name, value = said.get("name", ""), said.get("value", "")
        if tag == "button":
            self._button, self._words = (name, value), []
        elif tag == "input" and said.get("type") in {"radio", "checkbox"}:
            self._choice, self._words = (name, value or "on"), []
            if "checked" in said:
                form.fields[name] = value or "on"
        elif tag == "input" and said.get("type") != "submit":
            form.fields[name] = value
        elif tag == "select":
            self._select = name
            form.labels[name] = said.get("aria-label", "")
            form.choices.setdefault(name, {})
        elif tag == "option":
            self._choice, self._words = (self._select, value), []
            if "selected" in said:
                form.fields[self._select] = value
        elif tag == "textarea":
            form.fields[name] = ""

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        words = " ".join("".join(self._words).split())
        if self._open is None:
            return
        if tag == "button" and self._button is not None:
            self._open.buttons[words] = self._button
            self._button = None
        elif tag in {"option", "label"} and self._choice is not None:
            name, value = self._choice
            self._open.choices.setdefault(name, {})[words] = value
            self._choice = None
        elif tag == "form":
            self._open = None


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])
