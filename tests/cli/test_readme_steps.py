"""The README's five minutes as they are written: each word that it marks is pressed, chosen or seen.

In a step **bold** is a place or a button, *italic* a choice or what the page says, `code` a text on
the page; figures are compared with what has come of it.
"""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from cli_commands import command, environment, eventually
from playwright.sync_api import Browser, Locator, Page, expect

from consenting import UK

README = Path(__file__).parents[2] / "README.md"
WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
PATIENCE = 60_000  #: Milliseconds; a busy machine may need them for what takes one second.

pytestmark = pytest.mark.browser


def steps() -> list[str]:
    """Return the numbered steps of "Try it in five minutes", each in one line."""
    section = README.read_text(encoding="utf-8").partition("## Try it in five minutes")[2]
    section = section.partition("\n## ")[0]
    found = re.findall(r"^\d\. (.*(?:\n {3}.*)*)", section, re.MULTILINE)
    return [" ".join(step.split()) for step in found]


def figures(step: str) -> list[int]:
    """Return the numbers of a step that stand outside of marked words, also those in words."""
    plain = re.sub(r"\*\*.+?\*\*|\*.+?\*|`.+?`", "", step)
    numbers = "|".join(WORDS[1:])
    found = re.findall(rf"\b(\d+|{numbers})\b", plain)
    return [int(one) if one.isdigit() else WORDS.index(one) for one in found]


class Newcomer:
    """Somebody who does what a step says, and knows nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.code = ""

    def follow(self, step: str) -> None:
        for bold, italic, code in re.findall(r"\*\*(.+?)\*\*|\*(.+?)\*|`(.+?)`", step):
            if bold:
                self._press(bold.rstrip("."))
            elif italic:
                self._choose_or_see(italic)
            else:
                self.code = code
                expect(self.main.get_by_text(code).first).to_be_visible(timeout=PATIENCE)

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def _press(self, words: str) -> None:
        *group, name = words.split(", ")
        rail = self.page.get_by_role("navigation")
        place = rail.get_by_role("link", name=re.compile(rf"^{re.escape(name)}\b"))
        if group or place.count():
            for one in group:
                expect(rail.get_by_text(one, exact=True).first).to_be_visible()
            place.first.click()
            expect(self.page.get_by_role("heading", level=1)).to_have_text(name)
            return
        starts = re.compile(rf"^{re.escape(words)}")
        either = self.page.get_by_role("button", name=starts)
        either.or_(self.page.get_by_role("link", name=starts)).first.click()

    def _choose_or_see(self, words: str) -> None:
        radio = self.page.get_by_role("radio", name=words)
        choice = self.page.get_by_role("combobox", name=words, exact=True)
        link = self.page.get_by_role("link", name=words)
        chosen = self._beside().locator("option:checked", has_text=words)
        seen = self.main.get_by_text(words)
        expect(radio.or_(choice).or_(link).or_(chosen).or_(seen).first).to_be_attached(
            timeout=PATIENCE
        )
        if radio.count():
            radio.check()
        elif choice.count():
            offered = choice.locator("option", has_text=self.code).first
            choice.select_option(value=offered.get_attribute("value"))
        elif link.count():
            link.first.click()
        elif not chosen.count():
            expect(seen.first).to_be_visible()
        self.code = "" if not choice.count() else self.code

    def _beside(self) -> Locator:
        """Return the row of the code named last, else the page."""
        row = self.page.get_by_role("row").filter(has_text=self.code)
        return row if self.code else self.main


@pytest.fixture
def demo(data_dir: Path) -> Iterator[str]:
    """What a fresh demo prints; all that it asks of Xero must be as Xero's description has it."""
    process = subprocess.Popen(
        command("demo", "--data", str(data_dir)),
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    said = ""
    for text in process.stdout or ():
        said += text
        if "Ctrl-C" in text:
            break
    _, xero = re.findall(r"http://\S+", said)
    httpx2.post(f"{xero}/_sandbox/switches", json={"strict_requests": "note"}).raise_for_status()
    yield said
    wrong = {"invalid": "true", "user_agent": "Tallystick"}
    unlike = httpx2.get(f"{xero}/_sandbox/requests", params=wrong).json()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert unlike == {"requests": []}


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert complaints == []


def test_the_five_minutes_go_as_the_readme_says(demo: str, page: Page):
    pages, xero = re.findall(r"http://\S+", demo)
    newcomer = Newcomer(page)
    connect, choose, send, mend, look = steps()
    page.goto(pages)
    page.get_by_label("E-mail").fill(re.findall(r"\S+@\S+", demo)[0])
    page.get_by_label("Password").fill(re.findall(r"Password +(\S+)", demo)[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Integrations").first).to_be_visible()

    newcomer.follow(connect)
    expect(page.get_by_text("Demo Company (UK) is connected")).to_be_visible()
    newcomer.follow(choose)
    expect(page.get_by_text("The accounts were saved.")).to_be_visible()
    page.get_by_role("link", name="Integrations").first.click()
    waiting = re.search(r"(\d+) invoices", page.locator("main").inner_text())
    newcomer.follow(send)
    sent, submitted = figures(send)
    assert waiting
    assert int(waiting[1]) == submitted
    assert eventually(lambda: drafts(xero) == sent, seconds=90), drafts(xero)
    newcomer.follow(mend)
    expect(page.get_by_text("queued for Xero with the tax.")).to_be_visible()
    assert figures(mend) == [submitted - sent]
    [arrived] = figures(look)
    assert arrived == submitted
    assert eventually(lambda: drafts(xero) == arrived, seconds=90), drafts(xero)
    page.goto(pages)
    expect(page.get_by_role("link", name="Needs attention")).to_have_text("Needs attention")
    page.goto(xero)
    newcomer.follow(look)
    expect(page.get_by_text("INV-0048").first).to_be_visible()


def drafts(xero: str) -> int:
    """Return how many drafts the stand-in holds, by its own account."""
    answer = httpx2.get(
        f"{xero}/_sandbox/invoices", params={"organisation": str(UK)}, timeout=60
    ).raise_for_status()
    return sum(json.loads(line)["status"] == "DRAFT" for line in answer.text.splitlines())


@pytest.mark.parametrize(
    ("step", "found"),
    [("watch 43 of 48 go", [43, 48]), ("**Add to 5** the five `7` of *20%*", [5])],
)
def test_figures_are_those_outside_of_marked_words(step: str, found: list[int]):
    assert figures(step) == found
