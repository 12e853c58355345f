"""The page of `explore` in a browser: what it shows is what `simulate --format json` prints for the same address."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tcpverify.cli.main import main
from tcpverify.evidence.trace import parse
from tcpverify.tcp.scope import Scope
from tcpverify.views.explorer.page import static_page
from tcpverify.workflow.excerpt import excerpt
from tcpverify.workflow.limits import Limits
from tcpverify.workflow.results import CheckRequest
from tcpverify.workflow.stepping import Stepper
from tests.browser.conftest import OpenPage

WIDE = {"width": 1400, "height": 1000}
PHONE = {"width": 390, "height": 844}
OPTIONS = ["--losses", "0", "--time-wait", "1.5", "--property", "drained", "--property", "no-data-loss"]
RUN = "document.title='it ran'"


@contextmanager
def served(*options: str) -> Iterator[str]:
    """The address of a page while its program runs."""
    command = [sys.executable, "-m", "tcpverify", "explore", *options, "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            program.stdout.readline()
            yield program.stdout.readline().strip()
        finally:
            program.terminate()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(*OPTIONS) as found:
        yield found


@pytest.fixture
def page(address: str, open_page: OpenPage) -> Page:
    return at(open_page(address, allow=(address,), viewport=WIDE), "")


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Any:
    """What `simulate` prints for an address."""

    def ask(address: str, all_properties: bool = True) -> dict[str, Any]:
        options = OPTIONS if all_properties else OPTIONS[:6]
        assert main(["simulate", *options, "--at", address, "--format", "json"]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return ask


def at(page: Page, address: str) -> Page:
    """The page, once it shows that position."""
    page.wait_for_selector(f"body[data-address='{address}']")
    return page


def agrees(page: Page, position: dict[str, Any]) -> None:
    """Everything on the page is what the document says."""
    at(page, position["address"])
    steps = len(position["trace"]["steps"])
    for name in "AB":
        end, box = position["ends"][name], page.locator(f".end.{name.lower()}")
        expect(box.locator("strong")).to_contain_text(f"{name}: {end['state']}")
        expect(box.locator(".tcb")).to_have_text(", ".join(f"{n} {v}" for n, v in end["variables"].items()))
        expect(box.locator("li")).to_have_text([t["says"] for t in end["timers"]])
    expect(page.locator("#flight li")).to_have_text([f["says"] for f in position["in_flight"]])
    buttons = page.locator("button.choice")
    assert [b.get_attribute("data-word") for b in buttons.all()] == [c["word"] for c in position["choices"]]
    for button, choice in zip(buttons.all(), position["choices"], strict=True):
        for words in (choice["says"], choice["effect"], choice["when"]["says"], *choice["broken"].values()):
            expect(button).to_contain_text(words)
        assert ("breaks" in (button.get_attribute("class") or "").split()) == bool(choice["broken"])
    rows = page.locator("#properties li")
    for row, item in zip(rows.all(), position["properties"], strict=True):
        expect(row).to_contain_text(item["property"])
        expect(row).to_contain_text(item["why"] or item["state"])
    blocked = sorted(f"{b['what']}: {b['why']}" for b in position["blocked"])
    shown = page.locator("#blocked > details > ul > li").all_text_contents()
    assert len(shown) == len(blocked)
    assert all(any(text.startswith(words) for text in shown) for words in blocked)
    # The ladder has every step and every segment of the trace, and the last step is the one that is marked.
    drawn = page.locator("#ladder svg")
    numbers = {s["number"] for step in position["trace"]["steps"] for s in step["sent"]}
    found = drawn.locator("[data-segment]").evaluate_all("all => all.map(e => Number(e.dataset.segment))")
    assert set(found) == numbers
    grounds = drawn.locator("rect.ground[data-step]").evaluate_all("all => all.map(e => Number(e.dataset.step))")
    assert max([0, *grounds]) == steps
    if steps:
        expect(drawn.locator("rect.ground.now").first).to_have_attribute("data-step", str(steps))


def test_choices_back_and_the_browser_s_own_back(page: Page, told: Any) -> None:
    agrees(page, told(""))
    page.locator("button.choice[data-word='A.close']").click()
    agrees(page, told("A.close"))
    assert page.url.endswith("/#A.close")
    page.locator("button.choice[data-word='d1']").click()
    agrees(page, told("A.close/d1"))
    page.go_back()
    agrees(page, told("A.close"))
    page.go_forward()
    at(page, "A.close/d1")
    page.locator("#back").click()
    at(page, "A.close")
    page.locator("#forward").click()
    at(page, "A.close/d1")
    page.locator("#start").click()
    at(page, "")
    expect(page.locator("#back")).to_be_disabled()


def test_it_works_with_the_keyboard(page: Page, told: Any) -> None:
    first = told("")["choices"]
    page.keyboard.press("2")
    at(page, first[1]["address"])
    page.keyboard.press("Backspace")
    at(page, "")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    at(page, first[0]["address"])
    page.keyboard.press("1")
    second = told(first[0]["address"])["choices"][0]["address"]
    at(page, second)
    page.keyboard.press("ArrowLeft")
    at(page, first[0]["address"])
    page.keyboard.press("ArrowRight")
    at(page, second)
    page.keyboard.press("Home")
    at(page, "")
    # Digits that are typed into the address are no choices.
    page.locator("#address").fill("")
    page.locator("#address").press_sequentially("A.close/d1")
    page.keyboard.press("Enter")
    agrees(page, told("A.close/d1"))


def test_an_address_can_be_followed_and_a_wrong_one_is_explained(
    address: str, open_page: OpenPage, told: Any
) -> None:
    where = "B.close/d1/A.close/d3"
    page = open_page(f"{address}#{where}", allow=(address,), viewport=PHONE, color_scheme="dark")
    agrees(page, told(where))
    # Nothing is wider than the phone.
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for wrong, words in (
        ("A.close/B.tw", "it runs in TIME-WAIT only"),
        ("A.clos", "did you mean A.close?"),
        (f"<img src=x onerror={RUN}>", "the address is wrong at choice 1"),
    ):
        page.locator("#address").fill(wrong)
        page.locator("#go button").click()
        expect(page.locator("#status")).to_contain_text(words)
        assert page.locator("#status img").count() == 0
    # What was shown stays.
    agrees(page, told(where))


def test_jumps_to_a_violation(page: Page, told: Any, tmp_path: Path) -> None:
    page.locator("[data-jump='drained']").click()
    expect(page.locator("#found")).to_contain_text("the fewest possible")
    reached = page.evaluate("document.body.dataset.address")
    position = told(reached)
    agrees(page, position)
    assert "drained" in position["trace"]["steps"][-1]["broken"]
    expect(page.locator("#properties li", has_text="drained")).to_contain_text("broken by step")
    # The step before offers it, marked.
    page.locator("#back").click()
    at(page, reached.rpartition("/")[0])
    expect(page.locator(f"button.breaks[data-word='{reached.rpartition('/')[2]}']")).to_contain_text("breaks drained")
    # From here the shortest way is this very step.
    page.locator("[data-jump='drained'][data-origin*='/']").click()
    at(page, reached)
    # What the page saves is the trace.
    with page.expect_download() as download:
        page.locator("#save").click()
    download.value.save_as(tmp_path / "run.json")
    saved = parse((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert saved.to_json() == position["trace"]


def test_a_jump_that_finds_nothing_says_so(open_page: OpenPage) -> None:
    # At the model's own TIME-WAIT nothing is left.
    with served("--losses", "0", "--property", "drained") as address:
        page = at(open_page(address, allow=(address,)), "")
        page.locator("[data-jump='drained']").click()
        expect(page.locator("#found")).to_contain_text("nothing that can follow from the start breaks it")
        at(page, "")


def test_why_a_rule_does_not_apply(page: Page, told: Any) -> None:
    page.locator("button.choice[data-word='A.close']").click()
    at(page, "A.close")
    choice = next(c for c in told("A.close")["choices"] if c["word"] == "d1")
    item = page.locator("#choices > li", has=page.locator("[data-word='d1']"))
    item.locator("summary").click()
    for other in choice["others"]:
        expect(item).to_contain_text(other["rule"])
        for part in other["fails"]:
            expect(item).to_contain_text(part["says"])


def _status(address: str, path: str, method: str = "GET", host: str = "") -> tuple[int, str]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port or 0, timeout=20)
    connection.request(method, path, headers={"Host": host or parts.netloc})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_nothing_else_is_served(address: str) -> None:
    path = urlsplit(address).path
    assert urlsplit(address).hostname == "127.0.0.1"
    assert _status(address, path)[0] == 200
    wrong = path[:5] + ("A" if path[5] != "A" else "B") + path[6:]
    for other in ("/", "/position?at=", wrong, wrong + "position?at=", path.rstrip("/"), path + "x", path + "../",
                  path + "position/", path + "explorer.js", "/%2e%2e/etc/passwd"):  # fmt: skip
        assert _status(address, other) == (404, "not found\n"), other
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
        assert _status(address, path, method)[0] == 404, method
    for host in ("evil.example", f"evil.example:{urlsplit(address).port}", "127.0.0.1", "localhost"):
        assert _status(address, path, host=host)[0] == 404, host
    status, text = _status(address, path + "position?at=" + "A.close/" * 2000)
    assert status == 200 and "too long" in json.loads(text)["error"]
    status, text = _status(address, path + "jump?property=nonsense")
    assert status == 200 and "unknown property" in json.loads(text)["error"]


# ------------------------------------------------------------ in a file


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explore") / "page.html"
    assert main(["explore", *OPTIONS[:6], "--positions", "60", "-o", str(path)]) == 0
    return path


def test_a_file_shows_the_same(file: Path, open_page: OpenPage, told: Any) -> None:
    page = at(open_page(file, viewport=WIDE), "")
    expect(page.locator("#note")).to_contain_text("the shortest ways to break drained")
    page.locator("button.choice[data-word='B.close']").click()
    agrees(page, told("B.close", False))
    page.locator("[data-jump='drained']").click()
    expect(page.locator("#found")).to_contain_text("the fewest possible")
    reached = page.evaluate("document.body.dataset.address")
    assert "drained" in told(reached)["trace"]["steps"][-1]["broken"]
    # Step by step the same way, beginning at the start.
    page.keyboard.press("Home")
    at(page, "")
    for count, word in enumerate(reached.split("/"), 1):
        page.locator(f"button.choice[data-word='{word}']").click()
        agrees(page, told("/".join(reached.split("/")[:count]), False))
    # Here the file ends, and says what goes on.
    expect(page.locator("button.choice:disabled").first).to_contain_text("not in this file")
    expect(page.locator("#beyond")).to_contain_text(f"--at {reached}")


def test_a_file_whose_scope_is_small_has_everything(open_page: OpenPage, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    small = ["--losses", "0", "--retransmissions", "0", "--calls", "close-in-turn", "--no-delay"]
    assert main(["explore", *small, "--property", "drained", "-o", str(path)]) == 0
    page = at(open_page(path), "")
    expect(page.locator("#note")).to_have_text(re.compile(r"This file has all \d+ positions of this scope\."))
    while page.locator("button.choice").count():
        before = page.evaluate("document.body.dataset.address")
        expect(page.locator("button.choice:disabled")).to_have_count(0)
        page.keyboard.press("1")
        page.wait_for_selector(f"body:not([data-address='{before}'])")
    expect(page.locator("#next")).to_have_text("Nothing can happen next")


def test_a_malicious_model_shows_as_text(open_page: OpenPage, tmp_path: Path) -> None:
    evil = f"</script><script>{RUN}</script><img src=x onerror=\"{RUN}\"> $model ]]> --> \u202e" + "x" * 3000
    model = tmp_path / "script><img src=x onerror=1>'.py"
    model.write_text(
        "from tcpverify.tcp.vocabulary import *\n"
        f"EVIL = {evil!r}\n"
        "AMENDMENT = Amendment(name='evil', title=EVIL, source=EVIL,\n"
        "    changes=(change('ESTABLISHED.close', text=EVIL, clause=EVIL),))\n",
        encoding="utf-8",
    )
    stepper = Stepper(CheckRequest(f"textbook+{model}", Fraction(1), scope=Scope(losses=0), properties=("drained",)))
    found = excerpt(stepper, 10, Limits(10), Limits())
    path = tmp_path / "page.html"
    path.write_text(static_page(found, evil, [("drained", evil)], "tcpverify explore " + evil), encoding="utf-8")
    page = at(open_page(path, viewport=PHONE), "")
    expect(page.locator(".lead")).to_contain_text(f"<script>{RUN}</script>")
    page.locator("#choices summary").first.click()
    expect(page.locator("#choices")).to_contain_text("</script><script>")
    page.keyboard.press("1")
    page.wait_for_selector("body[data-address='A.close']")
    assert page.locator("img, body b").count() == 0
    assert "it ran" not in page.title()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
