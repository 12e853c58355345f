"""The fixture itself: it lets a page alone that keeps to itself, and notices one that does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import watched

QUIET = "<!doctype html><title>quiet</title><p id=p>text</p><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("", ""),
        ("<script>console.error('it broke')</script>", "console: it broke"),
        ("<script>missing()</script>", "missing is not defined"),
        ("<img src='other.png'>", "other.png"),
        ("<img src='http://127.0.0.1:9/x.png'>", "request: http://127.0.0.1:9/x.png"),
    ],
)
def test_faults_are_noticed(browser: Browser, tmp_path: Path, body: str, fault: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(QUIET + body, encoding="utf-8")
    found = ""
    try:
        with watched(browser) as opened:
            opened(page).wait_for_timeout(100)
    except AssertionError as error:
        found = str(error)
    assert fault in found
    assert bool(found) == bool(fault)
