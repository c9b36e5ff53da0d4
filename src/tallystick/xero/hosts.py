"""Where Xero answers."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Hosts:
    """Xero's three hosts, each an origin without a slash at its end, such as "http://localhost:9009"."""

    login: str = "https://login.xero.com"  #: Where a person's browser is sent to consent.
    identity: str = "https://identity.xero.com"  #: Where tokens are given, renewed and revoked.
    api: str = "https://api.xero.com"  #: Connections and the Accounting API.

    @classmethod
    def all_at(cls, url: str) -> Self:
        """Return hosts that are all at one origin, as those of the stand-in Xero are."""
        origin = url.rstrip("/")
        return cls(login=origin, identity=origin, api=origin)
