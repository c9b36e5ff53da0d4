"""Make the pictures of the README and the documentation anew, from a demo of its own.

Drives the real pages in Chromium, as a person would: signs in, connects the stand-in Xero, maps,
sends, and looks at what arrived. Pictures go to docs/images; with --tests the tests are run for theirs.

    python scripts/screenshots.py [--tests]
"""

import html
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from machine import free_port
from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "images"
SIZE = {"width": 1160, "height": 680}
ORGANISATION = "Demo Company (UK)"
_TERMINAL = """
    body { margin: 0 }
    pre { margin: 0; padding: 20px 24px; background: #10151d; color: #d7dde6;
          font: 14px/1.5 ui-monospace, "DejaVu Sans Mono", monospace }
"""


@dataclass(frozen=True)
class Demo:
    """A running demo: what it printed, and what stands in that."""

    said: str

    @property
    def address(self) -> str:
        return re.findall(r"http://\S+", self.said)[0]

    @property
    def xero(self) -> str:
        return re.findall(r"http://\S+", self.said)[1]

    @property
    def email(self) -> str:
        return re.findall(r"\S+@\S+", self.said)[0]

    @property
    def password(self) -> str:
        return re.findall(r"Password +(\S+)", self.said)[0]


def main() -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        with demo() as running:
            picture_terminal(chromium, "demo", f"$ make demo\n{running.said}")
            page = chromium.new_page(viewport=SIZE)
            connect_and_send(page, running)
            picture_pages(page, running)
        if "--tests" in sys.argv[1:]:
            picture_terminal(chromium, "tests", f"$ make test\n{_tests()}")
        chromium.close()


@contextmanager
def demo() -> Iterator[Demo]:
    """Run a demo on a fresh folder for the length of the block."""
    folder = tempfile.mkdtemp(prefix="tallystick-", dir="/tmp")
    os.chmod(folder, 0o711)  # noqa: S103 - as root, PostgreSQL runs as another account
    data = ["--data", f"{folder}/.tallystick/demo"]
    ports = ["--port", str(free_port()), "--sandbox-port", str(free_port())]
    process = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-P", "-m", "tallystick.cli", "demo", *data, *ports],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield _greeting(process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _greeting(process: "subprocess.Popen[str]") -> Demo:
    """Wait until the demo has printed where it is and how to sign in."""
    said = ""
    for text in process.stdout or ():
        said += text
        if "Ctrl-C" in text:
            return Demo(said.strip("\n"))
    raise SystemExit(f"The demo did not start. It said:\n{said}")


def connect_and_send(page: Page, running: Demo) -> None:
    """Sign in, connect, map the tax codes, send, and wait until nothing is on its way."""
    page.goto(f"{running.address}/sign-in/")
    page.get_by_label("E-mail").fill(running.email)
    page.get_by_label("Password").fill(running.password)
    page.get_by_role("button", name="Sign in").click()
    home = page.url
    page.goto(f"{home}settings/integrations/")
    page.get_by_role("button", name="Connect Xero").click()
    page.get_by_label(ORGANISATION).check()
    _picture(page, "consent")
    page.get_by_role("button", name="Allow access").click()
    page.goto(f"{home}settings/accounts/")
    while not page.locator('select[name="default-sales"] option').count() > 1:
        page.wait_for_timeout(500)
        page.reload()
    page.get_by_role("button", name="Save accounts").click()
    page.goto(f"{home}settings/tax-mapping/")
    page.get_by_role("button", name="Save mapping").click()
    page.goto(f"{home}settings/integrations/")
    _picture(page, "integrations")
    page.get_by_role("button", name="Sync now").click()
    for _ in range(60):
        page.goto(f"{home}sales/invoices/?state=synced")
        if page.get_by_text("INV-0048").count():
            return
        page.wait_for_timeout(500)
    raise SystemExit("The invoices did not arrive in the stand-in Xero")


def picture_pages(page: Page, running: Demo) -> None:
    """Take the pictures of the pages, those of the README's top in the dark as well."""
    home = f"{running.address}/w/harbour-supplies"
    page.goto(f"{home}/")
    _picture(page, "home", dark=True)
    page.goto(f"{home}/sales/invoices/?sort=-issued_on&status=submitted")
    _picture(page, "invoices", dark=True)
    page.goto(f"{home}/needs-attention/")
    _picture(page, "attention")
    page.goto(f"{home}/sync-log/")
    _picture(page, "sync-log")
    page.goto(running.xero)
    page.get_by_role("link", name=ORGANISATION).click()
    _picture(page, "drafts")


def picture_terminal(chromium: Browser, name: str, text: str) -> None:
    """Take a picture of what a command printed."""
    page = chromium.new_page(viewport={"width": 860, "height": 100})
    page.set_content(f"<style>{_TERMINAL}</style><pre>{html.escape(text)}</pre>")
    page.locator("pre").screenshot(path=IMAGES / f"{name}.png")
    page.close()


def _picture(page: Page, name: str, *, dark: bool = False) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")
    if dark:
        page.emulate_media(color_scheme="dark")
        # Without, colours would be caught on their way from light to dark.
        page.screenshot(path=IMAGES / f"{name}-dark.png", animations="disabled")
        page.emulate_media(color_scheme="light")


def _tests() -> str:
    """Run the tests and return the end of what they print."""
    command = [sys.executable, "-m", "pytest", "-n", "2", "-q"]
    done = subprocess.run(  # noqa: S603 - our own words
        command, cwd=IMAGES.parents[1], capture_output=True, text=True, check=True
    )
    return "\n".join(done.stdout.strip().splitlines()[-6:])


def _chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), "")
    if not found:
        raise SystemExit("Chromium is missing: install it, or name it in CHROMIUM.")
    return found


if __name__ == "__main__":
    main()
