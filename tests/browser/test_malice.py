"""Reports of models and traces that somebody filled with markup: they show text, and nothing of it runs."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tcpverify.evidence.trace import parse
from tcpverify.tcp.scope import Scope
from tcpverify.views.report.page import report_page
from tcpverify.views.report.provenance import Provenance
from tcpverify.workflow.report import report
from tcpverify.workflow.reported import of_traces
from tcpverify.workflow.results import CheckRequest
from tests.browser.conftest import OpenPage

TRACE = Path(__file__).parent.parent / "views" / "traces" / "assassination.json"
RUN = "document.title='run'"
EVIL = (
    f"</script><script>{RUN}</script><img src=x onerror=\"{RUN}\"><svg onload={RUN}>&lt;b&gt; \\\" ' ]]> --> <!-- "
    "{{ 7 * 7 }} \\N \\G %s </text></title></style></TABLE>> a\u202eb\u0000c\u2028d"
)
LINKS = ("#", "data:", "https://www.rfc-editor.org/rfc/rfc", "https://graphviz.org")
LONG = "very-long-name-" * 300
MODEL = '''
from tcpverify.tcp.vocabulary import *

EVIL = {evil!r}
AMENDMENT = Amendment(
    name={name!r}, title=EVIL, source="RFC 9293 §3.10\\"><img src=x onerror=1> " + EVIL,
    changes=(
        change("TIME-WAIT.rst*", text=EVIL, clause="RFC 1337 §3 " + EVIL),
        change("ESTABLISHED.close", text={long!r}, clause=EVIL),
    ),
    over=("ideal",),
)
'''


def _unharmed(page: Page, title: str) -> None:
    page.wait_for_selector("#whole-machine[data-drawn='1']")
    page.locator("#first").click()
    last = int(page.locator("#slider").get_attribute("max") or 0)
    for number in range(last + 1):
        page.locator("#slider").fill(str(number))
    assert page.title() == title
    assert page.locator("img, iframe, object, embed, base, foreignObject").count() == 0
    assert page.locator("script").count() == 3
    attributes = page.evaluate("[...document.querySelectorAll('*')].flatMap(e => [...e.attributes]).map(a => a.name)")
    assert [a for a in attributes if a.lower().startswith("on")] == []
    links = page.evaluate("[...document.querySelectorAll('[href]')].map(e => e.getAttribute('href'))")
    assert all(h.startswith(LINKS) for h in links)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _written(folder: Path, text: str) -> Path:
    found = folder / "page.html"
    found.write_text(text, encoding="utf-8")
    return found


def test_a_malicious_model_shows_as_text(open_page: OpenPage, tmp_path: Path) -> None:
    # A slash cannot stand in a file's name, but in its path.
    folder = tmp_path / "<"
    folder.mkdir()
    file = folder / f"script><script>{RUN}<" / "script><img src=x onerror=1>' \".py"
    file.parent.mkdir()
    file.write_text(MODEL.format(evil=EVIL, name=LONG + "x", long=LONG), encoding="utf-8")
    request = CheckRequest(
        f"textbook+{file}", Fraction(1), (Fraction(1),), scope=Scope(losses=0), properties=("drained",), sweep=False,
        brief=True, states=300,
    )  # fmt: skip
    found = report(request, "<img src=x onerror=1>")
    command = ["tcpverify", "report", f"textbook+{file}", EVIL]
    text = report_page(found, Provenance(command, {"tcpverify": "1", EVIL: EVIL}))
    page = open_page(_written(tmp_path, text), viewport={"width": 390, "height": 800})
    _unharmed(page, f"tcpverify: textbook+{file}")
    shown = page.locator("body").inner_text()
    for words in (f"</script><script>{RUN}</script><img src=x", "{{ 7 * 7 }}", "]]>", LONG):
        assert words in shown
    assert page.locator("h1").inner_text() == f"textbook+{file}"


def _poisoned(document: dict[str, Any]) -> dict[str, Any]:
    """The trace with markup in everything that a replay does not hold against the model."""
    for step in document["steps"]:
        step["text"] = step["clause"] = EVIL
        step["broken"] = dict.fromkeys(step["broken"], EVIL)
    document["parameters"][EVIL] = "1"
    document["shortest"] = True
    return document


@pytest.mark.parametrize("model", [None, "rfc9293"])
def test_a_malicious_trace_shows_as_text(open_page: OpenPage, tmp_path: Path, model: str | None) -> None:
    document = _poisoned(json.loads(TRACE.read_text(encoding="utf-8")))
    if model is not None:
        document["model"] = f"rfc9293+<script>{RUN}</script>"
    found = of_traces([("trace", parse(json.dumps(document)))], model)
    text = report_page(found, Provenance(["tcpverify"], {"tcpverify": "1"}))
    page = open_page(_written(tmp_path, text), viewport={"width": 390, "height": 800})
    _unharmed(page, "tcpverify: rfc9293")
    shown = page.locator("#now").inner_text()
    assert f"</script><script>{RUN}</script><img src=x" in shown
    assert page.locator("#assumptions").inner_text().count(f"<script>{RUN}</script>") == 1
