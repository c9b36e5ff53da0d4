"""Where a workspace is at home: what decides how its files are probably written."""

from typing import NamedTuple

from tallystick.connections.bound import bound_organisation
from tallystick.importing.meaning.conventions import country_of_zone
from tallystick.workspaces.models import Workspace


class Home(NamedTuple):
    """Of the books that it is bound to, before connecting of the workspace itself."""

    #: ISO 3166, two letters; empty where nobody knows.
    country: str
    #: IANA name; a document's day is a day here.
    zone: str
    #: ISO 4217, of documents for which neither file nor mapping names one.
    currency: str


def home_of(workspace: Workspace) -> Home:
    organisation = bound_organisation(workspace)
    zone = organisation.timezone if organisation else workspace.timezone
    country = organisation.country if organisation else ""
    country = country or country_of_zone(zone) or country_of_zone(workspace.timezone)
    return Home(country, zone, workspace.currency)
