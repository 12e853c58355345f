"""The page of `graph --format html`: drawn in the browser, with nothing asked of anybody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tcpverify.cli.main import main

TRACE = str(Path(__file__).parent.parent / "views" / "traces" / "too-short.json")


def drawing(page: Any) -> str:
    page.wait_for_selector("#drawing[data-drawn='1'] svg")
    return " ".join(page.text_content("#drawing").split())


def test_the_machine_and_a_counterexample_are_drawn(open_page: Callable[..., Any], tmp_path: Path) -> None:
    for name, words in (("machine", ["rfc9293+rfc1337"]), ("trace", ["--trace", TRACE, "--states", "500"])):
        assert main(["graph", *words, "-o", str(tmp_path / f"{name}.html")]) == 0
    page = open_page(tmp_path / "machine.html")
    said = drawing(page)
    assert "no longer so (against rfc9293)" in said and "lasts 2·MSL" in said
    page = open_page(tmp_path / "trace.html")
    said = drawing(page)
    assert "12. A: rcv #5 FIN,ACK, snd #9 ACK, at 1.99" in said.replace("\u00a0", " ")
    # Fitted to the window until somebody wants to read small print.
    inside = "document.querySelector('#drawing svg').getBoundingClientRect().width <= innerWidth"
    assert page.evaluate(inside)
    page.click("#fit")
    page.click("summary >> text=Edges")
    assert page.is_visible("text=12") and page.query_selector_all("details[open] tr")[1:]
