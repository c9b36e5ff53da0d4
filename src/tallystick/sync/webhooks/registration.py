"""What an app's webhook at Xero has to say, and what this installation has of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from tallystick.sync.models import WebhookCategory

#: Path of the address that Xero delivers to.
PATH = "/api/integrations/xero/webhooks"
_HTTPS_PORT = 443


@dataclass(frozen=True, slots=True)
class Registration:
    """What to enter at Xero, and whether it can work so."""

    address: str
    categories: tuple[WebhookCategory, ...]
    #: How many signing keys are set here; what they are is never told.
    key_count: int
    #: Why Xero cannot deliver to the address; empty where nothing is known against it.
    obstacle: str


def keys() -> Sequence[str]:
    """Return the live signing keys, newest first by habit; all count alike."""
    found: Sequence[str] = settings.XERO_WEBHOOK_KEYS
    return found


def registration() -> Registration:
    """Return what an app's webhook at Xero has to say."""
    return Registration(
        address=settings.PUBLIC_URL + PATH,
        categories=tuple(WebhookCategory),
        key_count=len(keys()),
        obstacle=_obstacle(),
    )


def _obstacle() -> str:
    """Xero delivers over https on its usual port only; the stand-in goes anywhere."""
    if not (urlsplit(settings.XERO_API_URL).hostname or "").endswith(".xero.com"):
        return ""
    public = urlsplit(settings.PUBLIC_URL)
    if public.scheme == "https" and (public.port or _HTTPS_PORT) == _HTTPS_PORT:
        return ""
    return (
        "Xero delivers to https addresses on port 443 only. Whoever runs Tallystick puts it behind a "
        "proxy that speaks https, and sets TALLYSTICK_PUBLIC_URL to that address."
    )
