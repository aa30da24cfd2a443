"""The system's Chromium, with an eye on all that a page must not do."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Response, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
WATCH = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("policy: " + event.violatedDirective + " " + event.blockedURI));
"""
CHECKS = Path(__file__).with_name("accessibility.js")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yields the browser; skips the test where this machine has none."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no {' or '.join(PROGRAMS)} on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()


class Visit:
    """A visit of a site with a new browser profile."""

    def __init__(self, browser: Browser, site: str, width: int, scripts: bool = True) -> None:
        self.site, self.width, self.scripts = site, width, scripts
        self.faults: list[str] = []
        self._context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, locale="en-GB"
        )
        self._context.grant_permissions(["camera"], origin=site)
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(10_000)
        if scripts:
            self.page.add_init_script(WATCH)
        self.page.on("console", self._take_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", self._take_request)
        self.page.on("response", self._take_response)
        self.page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))

    def open(self, path: str) -> None:
        """Opens a page, and checks it."""
        self.page.goto(self.site + path)
        self.check()

    def submit(self, action: str, method: str = "post") -> None:
        """Sends the form of an action, and checks the page that follows."""
        form = f"form[action='{action}'][method={method}]"
        button = self.page.locator(f"{form} button:not([type=button])").first
        with self.page.expect_navigation():
            button.click()
        self.check()

    def text(self) -> str:
        """Returns the text of the page's content."""
        return self.page.inner_text("main")

    def check(self) -> None:
        """Checks what every page must have; without scripts a page cannot be asked."""
        assert self.faults == []
        if self.scripts:
            self._wait_for_styles()
            found: list[Any] = self.page.evaluate(CHECKS.read_text(encoding="utf-8"))
            assert found == [], f"{self.page.url}: {json.dumps(found, indent=1)}"

    def close(self) -> None:
        """Ends the visit."""
        self._context.close()

    def _wait_for_styles(self) -> None:
        """Waits until the style sheet counts: on a busy machine some time after the page."""
        for _ in range(100):
            if self.page.evaluate("getComputedStyle(document.body).marginTop") == "0px":
                return
            self.page.wait_for_timeout(100)

    def _take_response(self, response: Response) -> None:
        if "/static/" in response.url and response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")

    def _take_console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            is_status = "Failed to load resource" in message.text and "status of 4" in message.text
            self.faults += [] if is_status else [f"console: {message.text}"]

    def _take_request(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:")):
            self.faults.append(f"request: {request.url}")
