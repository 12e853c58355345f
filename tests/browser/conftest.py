"""Pages in headless Chromium: whoever opens one must see no console error, and no request may leave it.

The browser is the system's `chromium`; Playwright only drives it and downloads none. The fixture ``open_page`` opens
a file, or another address, and returns Playwright's page. Once the test is over, it fails if the page reported an
error or asked for anything but itself, ``data:`` and ``blob:``.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

__all__ = ["OpenPage", "browser", "open_page", "watched"]

#: for one action of a page, in milliseconds; a loaded machine is slow, a page that hangs is an error
PATIENCE = 20_000
OpenPage = Callable[..., Page]


# Not for the whole session: while Playwright is at work, nothing else in its process can run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a file."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("the browser tests need the program chromium")
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """``open_page(path_or_address, allow=(), forgive=(), **options)``: a page in a context of its own, watched.

    ``allow`` are beginnings of further addresses that it may ask for, ``forgive`` words of errors that a test provokes;
    ``options`` go to `Browser.new_context` (``viewport``, ``color_scheme``, …).
    """
    with watched(browser) as opened:
        yield opened


@contextmanager
def watched(browser: Browser) -> Iterator[OpenPage]:
    """What `open_page` gives; an AssertionError at the end of the block lists what pages did wrong."""
    contexts = []
    faults: list[str] = []

    def opened(
        where: Path | str, allow: tuple[str, ...] = (), forgive: tuple[str, ...] = (), **options: Any
    ) -> Page:
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        address = where.absolute().as_uri() if isinstance(where, Path) else where
        page = context.new_page()

        def spoke(message: ConsoleMessage) -> None:
            if message.type == "error" and not any(words in message.text for words in forgive):
                faults.append(f"console: {message.text}")

        def asked(request: Request) -> None:
            itself = request.url.partition("#")[0] == address.partition("#")[0]
            if not itself and not request.url.startswith(("data:", "blob:", *allow)):
                faults.append(f"request: {request.url}")

        page.on("console", spoke)
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("request", asked)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults, faults
