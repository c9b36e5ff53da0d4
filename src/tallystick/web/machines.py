"""Addresses that programs call and nobody reads: no page, no cookie, no form."""

from collections.abc import Callable
from typing import TypeVar

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

_MARK = "is_for_machines"


def for_machines(view: View) -> View:
    """Let a view see its requests as they came, and answer them itself to the last byte.

    Nobody is asked who they are, so no session is looked for and no cookie set. Exempt from the
    protection of forms: that is against browsers which send their owner's cookie along, and no cookie
    counts here. The view has to know by other means who calls, such as a signature.
    """
    marked: View = csrf_exempt(login_not_required(view))
    setattr(marked, _MARK, True)
    return marked


def is_for_machines(view: object) -> bool:
    return getattr(view, _MARK, False)
