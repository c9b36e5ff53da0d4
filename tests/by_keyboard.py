"""A person without a mouse: goes through pages by Tab, keys and typing, and sees where they are."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

#: More stops than any of our pages has; whoever needs more has gone in a circle.
_STOPS = 150
#: Where the focus is, and what hides it: no outline, out of the window, or something above it.
_FOCUS = """(sought) => {
  const at = document.activeElement;
  if (sought.some((one) => !one.isConnected)) return { isStale: true };
  if (!at || at === document.body || at === document.documentElement) return {};
  const told = `${at.tagName.toLowerCase()} "${(at.innerText || at.name || at.id).trim()}"`;
  const isThere = sought.includes(at);
  const box = at.getBoundingClientRect();
  const drawn = [getComputedStyle(at), getComputedStyle(at, "::after")];
  if (!drawn.some((one) => one.outlineStyle !== "none" && parseFloat(one.outlineWidth) >= 1)) {
    return { isThere, hidden: `${told} shows no focus` };
  }
  const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)];
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) {
    return { isThere, hidden: `${told} is out of sight` };
  }
  const above = document.elementFromPoint(x, y);
  const isSeen = above && (at.contains(above) || above.contains(at) || above.closest("label"));
  return { isThere, hidden: isSeen ? "" : `${told} lies under ${above?.outerHTML.slice(0, 80)}` };
}"""


@dataclass(frozen=True)
class Keyboard:
    """Keys pressed on a page. Locators only say what is looked for: nothing is done through them."""

    page: Page

    def go_to(self, role: str, name: str | re.Pattern[str], *, backwards: bool = False) -> Locator:
        """Press Tab until the control of that name has the focus; each stop must be seen."""
        sought = self.page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type] # a role's name
        expect(sought.first, f"{role} {name!r}").to_be_visible()
        handles = sought.element_handles()
        for _ in range(_STOPS):
            self.page.keyboard.press("Shift+Tab" if backwards else "Tab")
            seen = self.page.evaluate(_FOCUS, handles)
            if seen.get("isStale"):  # that part of the page has come anew meanwhile
                handles = sought.element_handles()
                seen = self.page.evaluate(_FOCUS, handles)
            assert not seen.get("hidden"), seen["hidden"]
            if seen.get("isThere"):
                return self.page.locator(":focus")
        raise AssertionError(f"Tab never comes to the {role} {name!r}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def follow(self, role: str, name: str | re.Pattern[str]) -> None:
        """Go to the link or button and press Enter on it."""
        self.go_to(role, name)
        self.press("Enter")

    def type(self, name: str | re.Pattern[str], text: str) -> Locator:
        """Go to the field of that name and type in it, over what stands there."""
        field = self.go_to("textbox", name)
        self.press("ControlOrMeta+a")
        self.page.keyboard.type(text)
        return field

    def pick(self, name: str | re.Pattern[str], text: str) -> Locator:
        """Go to the picker of that name, type until its list shows one choice, and take that."""
        field = self.go_to("combobox", name)
        self.page.keyboard.type(text)
        expect(field).to_have_attribute("aria-expanded", "true")
        pointed = self.page.locator('.picker-panel:not([hidden]) [aria-selected="true"]')
        expect(pointed).to_contain_text(text)
        expect(pointed).to_be_in_viewport()
        self.press("Enter")
        expect(field).to_have_attribute("aria-expanded", "false")
        expect(field).to_be_focused()
        return field

    def select(self, name: str | re.Pattern[str], text: str) -> None:
        """Go to the plain list of that name and type the beginning of a choice."""
        field = self.go_to("combobox", name)
        self.page.keyboard.type(text)
        expect(field.locator("option:checked")).to_contain_text(text)

    def choose_radio(self, name: str) -> None:
        """Tab to the radio buttons, and go through them by arrow to the one of that name."""
        sought = self.page.get_by_role("radio", name=name)
        for _ in range(_STOPS):
            self.press("Tab")
            if self.page.locator(":focus[type=radio]").count():
                break
        for _ in range(_STOPS):
            self.press("Space" if sought.and_(self.page.locator(":focus")).count() else "ArrowDown")
            if sought.is_checked():
                return
        raise AssertionError(f"No arrow comes to {name!r}")
