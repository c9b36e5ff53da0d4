"""How numbers and days are written in a country, where one way is usual there.

Sources: the short date pattern and the decimal mark of each country's official languages in the
Unicode CLDR 49; a country whose languages differ, or where two ways are in use, has none here and
is asked about. Countries are ISO 3166 alpha-2, as Xero names an organisation's.
"""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import TZPATH

#: Country to order, where it is not "dmy". None: both are in use, or the year is first and a local
#: day is somebody else's custom. (South Africa, Sweden, Lithuania and Hungary write the year first
#: too, but month first is not in use there.)
_ORDERS = {
    country: order
    for order, countries in {
        "mdy": "AS GU MH MP PR UM US VI",
        "": "AF BT BZ CA CN FM IR JP KP KR KY MN NP PA PH PW TW",
    }.items()
    for country in countries.split()
}
#: Country to decimal mark, where it is not ".". None: the languages differ, or (South Africa) the
#: law and the shops.
_MARKS = {
    country: mark
    for mark, countries in {
        ",": "AD AL AM AO AR AT AX AZ BA BE BF BG BJ BL BN BO BQ BR BY CD CF CG CI CL CO CR CV CZ "
        "DE DK DZ EA EC EE ES FI FO FR GA GE GF GL GP GQ GR GW HR HT HU IC ID IS IT KG KZ LA LB "
        "LT LU LV LY MC MD ME MF MK MQ MR MZ NC NL NO PF PL PM PT PY RE RO RS RU SE SI SJ SK SM "
        "SN SR ST TG TJ TL TM TN TR UA UY UZ VA VE VN WF XK YT",
        "": "AF AW BI CA CH CM CW CY DJ GN KM MA MG ML MU NA NE RW SC SX SZ TD VU ZA",
    }.items()
    for country in countries.split()
}


def day_order(country: str) -> str:
    """Return "dmy" or "mdy"; empty where neither is the one custom or the country is unknown."""
    return _ORDERS.get(country, "dmy") if country else ""


def decimal_mark(country: str) -> str:
    """Return "." or ","; empty where neither is the one custom or the country is unknown."""
    return _MARKS.get(country, ".") if country else ""


def country_of_zone(zone: str) -> str:
    """Return the country of an IANA zone, such as GB of Europe/London; empty for UTC and the like.

    For workspaces that no organisation is bound to yet.
    """
    countries, links = _zone_table()
    return countries.get(zone) or countries.get(links.get(zone, ""), "")


@lru_cache(maxsize=1)
def _zone_table() -> tuple[dict[str, str], dict[str, str]]:
    """Return the country of every zone, and what old names stand for.

    Sources: `zone.tab` and the links of `tzdata.zi`, both of the IANA database.
    """
    zones = (line.split("\t") for line in _database_file("zone.tab") if not line.startswith("#"))
    links = (line.split() for line in _database_file("tzdata.zi") if line.startswith("L "))
    return {row[2]: row[0] for row in zones}, {link[2]: link[1] for link in links}


def _database_file(name: str) -> list[str]:
    """Return the lines of a file of the zone database: the system's, else the package's."""
    for folder in TZPATH:
        if (path := Path(folder, name)).is_file():
            return path.read_text(encoding="utf-8").splitlines()
    return files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8").splitlines()
