"""A real browser for tests: Chromium as the system has it, driven by Playwright.

Every test of a page asks for it here, so that the reason for a skip is said once.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

__all__ = ["PROGRAM", "Visit", "chromium", "visiting"]

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
#: The browser of this machine, or None where there is none.
PROGRAM = next((found for name in _NAMES if (found := shutil.which(name))), None)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Run Chromium until the block ends, or skip the test where the machine has none."""
    if PROGRAM is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    # Chromium refuses its sandbox to root, which is who runs tests in a container.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    expect.set_options(timeout=20_000)  # for a machine that runs other tests as well, in milliseconds
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=options)
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True)
class Visit:
    """A page that is looked at, with what its console said and the requests that left for another host."""

    page: Page
    said: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


@contextlib.contextmanager
def visiting(
    browser: Browser, home: str, *, scripts: bool = True, width: int = 1280, dark: bool = False
) -> Iterator[Visit]:
    """Open an empty page of a fresh context that notes errors, warnings and requests to anywhere but ``home``."""
    context = browser.new_context(
        java_script_enabled=scripts,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        base_url=home,
    )
    try:
        visit = Visit(context.new_page())
        visit.page.on("console", lambda message: visit.said.append(f"{message.type}: {message.text}"))
        visit.page.on("pageerror", lambda error: visit.said.append(f"error: {error}"))
        visit.page.on("request", lambda request: _note(visit, home, request.url))
        yield visit
    finally:
        context.close()


def _note(visit: Visit, home: str, url: str) -> None:
    if not url.startswith((f"{home}/", "data:", "about:", "blob:")) and url != home:
        visit.outside.append(url)
