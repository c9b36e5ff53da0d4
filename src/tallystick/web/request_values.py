"""Reads what a request gives, whatever it holds: the keys of a form, and the path to go on to."""

import re

from django.http import HttpRequest, QueryDict

from tallystick.books.given_values import keys_in

#: One slash, then neither a slash nor a backslash, which browsers take for one: no other site. Only
#: what may stand in an address, so nothing that they drop from it either.
_PATH = re.compile(r"/(?:[!-.0-\[\]-~][!-\[\]-~]*)?")
_LONGEST_PATH = 4000


def form_keys(request: HttpRequest, name: str = "id") -> list[int]:
    """Return the primary keys that the form names; what is none is left out."""
    return keys_in(request.POST.getlist(name))


def list_query(request: HttpRequest) -> QueryDict | None:
    """Return the filter of a list all of whose rows the form means; None where it names some."""
    form = request.POST
    return QueryDict(form.get("filter", "")) if "everything" in form else None


def path_in(text: str) -> str:
    """Return the text if it is a path of this very site, to be redirected to; else nothing."""
    return text if len(text) <= _LONGEST_PATH and _PATH.fullmatch(text) else ""


def holds_nul(request: HttpRequest) -> bool:
    """Tell whether a value or name given holds the one character that PostgreSQL does not store."""
    given = [*request.GET.lists(), *request.POST.lists()]
    texts = [text for name, values in given for text in (name, *values)]
    return any("\0" in text for text in [*texts, *request.COOKIES.values()])
