"""Texts name places that there are."""

import re
from pathlib import Path

import tallystick
from tallystick.web.shell import _RAIL

_ROOT = Path(tallystick.__file__).parent
_SETTINGS = next(
    {label for label, _, _ in entries} for title, entries in _RAIL if title == "Settings"
)
#: Where a page's name goes on after "and" or before "or", only its own words count.
_NAMED = re.compile(r"Settings,\s+([A-Z][a-z]+(?: [a-z]+)?)")
#: Settings of Xero itself; the sentences around say "in Xero".
_OF_XERO = {"Connected apps", "Currencies", "Tracking categories"}


def _text_of(path: Path) -> str:
    """Return the file's text with literals that go on in the next line joined."""
    return re.sub(r"[\"']\s*\n\s*f?[\"']", "", path.read_text())


def test_every_settings_page_that_a_text_names_is_in_the_rail():
    seen = set()
    for path in [*_ROOT.rglob("*.py"), *_ROOT.rglob("*.html")]:
        for found in _NAMED.finditer(_text_of(path)):
            name = found[1]
            known = {each for each in _SETTINGS | _OF_XERO if name.startswith(each) or each == name}
            assert known, f"{path.relative_to(_ROOT)} names Settings, {name}, which is nowhere"
            if known <= _OF_XERO:
                around = _text_of(path)[max(0, found.start() - 120) : found.end()]
                assert "Xero" in around, f"{path.relative_to(_ROOT)} does not say whose {name}"
            seen |= known
    assert {"Tax mapping", "File formats", "Integrations"} <= seen
