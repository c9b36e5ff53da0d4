"""Every ink can be read on every surface it stands on, in both themes (WCAG 2.2, AA)."""

import math
import re
from itertools import product
from pathlib import Path

import pytest

import tallystick.web

_TOKENS = (Path(tallystick.web.__file__).parent / "static/web/css/tokens.css").read_text()
_PAIR = re.compile(r"--([\w-]+): light-dark\(oklch\(([^)]+)\), oklch\(([^)]+)\)\);")
_THEMES = {name: (light, dark) for name, light, dark in _PAIR.findall(_TOKENS) if name != "scrim"}
_SURFACES = ["surface", "surface-raised", "surface-sunken", "surface-hover"]
_TONES = ["accent", "success", "warning", "danger", "info"]
_TEXT_PAIRS = [
    *product(["ink", "ink-quiet", "accent"], [*_SURFACES, *(f"{tone}-soft" for tone in _TONES)]),
    *product(["danger", "success", "warning", "info"], _SURFACES),
    *((tone, f"{tone}-soft") for tone in _TONES),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("on-danger", "danger"),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "surface"), _TEXT_PAIRS)
def test_text_stands_out_from_its_surface(ink: str, surface: str, theme: int) -> None:
    assert contrast(_THEMES[ink][theme], _THEMES[surface][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("surface", ["surface", "surface-raised"])
def test_the_border_of_a_control_can_be_seen(surface: str, theme: int) -> None:
    assert contrast(_THEMES["line-strong"][theme], _THEMES[surface][theme]) >= 3


def test_every_meaning_that_the_screens_name_is_a_token() -> None:
    named = {
        "surface",
        "ink",
        "ink-quiet",
        "line",
        "accent",
        "success",
        "warning",
        "danger",
        "info",
    }

    assert named <= set(_THEMES)


def test_white_and_black_have_the_contrast_that_the_standard_says() -> None:
    assert contrast("1 0 0", "0 0 0") == pytest.approx(21, abs=0.01)


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(oklch: str) -> float:
    """Return the relative luminance of `L C H`; by way of OKLab to linear sRGB (CSS Color 4)."""
    lightness, chroma, hue = map(float, oklch.split())
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    shown = [min(max(part, 0.0), 1.0) for part in (red, green, blue)]
    return 0.2126 * shown[0] + 0.7152 * shown[1] + 0.0722 * shown[2]
