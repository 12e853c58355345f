"""The page of `report` in a browser: what it shows at every step is what the trace says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tcpverify.tcp.scope import Scope
from tcpverify.views.report.page import report_page
from tcpverify.views.report.provenance import Provenance
from tcpverify.workflow.derived import BoundRequest
from tcpverify.workflow.quotient import quotient
from tcpverify.workflow.report import report
from tcpverify.workflow.reported import Reported
from tcpverify.workflow.results import CheckRequest
from tests.browser.conftest import OpenPage

WIDE = {"width": 1400, "height": 1000}
PHONE = {"width": 390, "height": 844}
SCOPE = Scope(losses=0)
VARIABLES = {"SND.UNA": "una", "SND.NXT": "nxt", "RCV.NXT": "rcv"}


@pytest.fixture(scope="module")
def reported() -> Reported:
    """Three properties at 1.5 MSL, two of which fail there, the region of one, and a part of what can be reached."""
    request = CheckRequest(
        "textbook", Fraction(1), (Fraction(3, 2),), scope=SCOPE, sweep=False,
        properties=("no-old-segment", "drained", "no-data-loss"), states=800,
    )  # fmt: skip
    return report(request, BoundRequest("textbook", scope=SCOPE, beyond=False, certify=False))


@pytest.fixture(scope="module")
def path(reported: Reported, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("report") / "page.html"
    found.write_text(report_page(reported, Provenance(["tcpverify", "report"], {"tcpverify": "1"})), encoding="utf-8")
    return found


@pytest.fixture
def page(path: Path, open_page: OpenPage) -> Page:
    return _drawn(open_page(path, viewport=WIDE))


def _drawn(page: Page) -> Page:
    page.wait_for_selector("#small-machine[data-drawn='1']")
    return page


def _saved(page: Page, number: int, folder: Path) -> dict[str, Any]:
    """The trace that the link saves."""
    page.locator("#pick").select_option(str(number))
    with page.expect_download() as download:
        page.locator("a.download").nth(number).click()
    download.value.save_as(folder / "trace.json")
    found: dict[str, Any] = json.loads((folder / "trace.json").read_text(encoding="utf-8"))
    return found


def _expected(trace: dict[str, Any]) -> Iterator[tuple[dict[str, Any], set[int], dict[str, Any] | None]]:
    """Per step, the beginning first: both ends, the segments under way, the step."""
    ends, flying = dict(trace["initial"]), set[int]()
    yield dict(ends), set(flying), None
    for step in trace["steps"]:
        ends[step["end"]] = step["after"]
        if step["delivered"] is not None and not step["kept"]:
            flying.discard(step["delivered"])
        flying |= {s["number"] for s in step["sent"] if not s["lost"]}
        yield dict(ends), set(flying), step


def _cell(page: Page, variable: str, end: str) -> str:
    found = page.locator(f"#variables tr[data-variable='{variable}'] td[data-end='{end}']").text_content()
    assert found is not None
    return found


def _check_step(page: Page, number: int, ends: dict[str, Any], flying: set[int], step: dict[str, Any] | None) -> None:
    expect(page.locator("#count")).to_contain_text(f"step {number} of ")
    for end in "AB":
        assert _cell(page, "state", end) == ends[end]["state"]
        for variable, key in VARIABLES.items():
            value = ends[end][key]
            assert _cell(page, variable, end) == ("—" if value is None else str(value)), (number, end, variable)
        # The machine beside the ladder marks the state that this end is in.
        node = page.locator(f"#small-machine g.node:has(.badge-{end.lower()})")
        assert (node.locator("text").first.text_content() or "").strip() == ends[end]["state"]
    shown = page.locator("#flight li[data-segment]").evaluate_all("rows => rows.map(r => Number(r.dataset.segment))")
    assert set(shown) == flying
    row = page.locator(".exchange:not([hidden]) tr[data-row].now")
    assert row.get_attribute("data-row") == str(number)
    marked = page.locator(".exchange:not([hidden]) .ladder rect.ground.now")
    assert marked.count() >= 1
    assert set(marked.evaluate_all("rects => rects.map(r => r.dataset.step)")) == {str(number)}
    if step is not None:
        said = page.locator("#now").text_content() or ""
        assert step["rule"] in said
        assert step["text"] in said
        assert step["clause"] in said
        assert all(why in said for why in step["broken"].values())
        assert f"t = {Fraction(step['time'])}" in (page.locator("#count").text_content() or "") or "/" in step["time"]


def test_every_step_by_keyboard_shows_what_the_trace_says(page: Page, reported: Reported, tmp_path: Path) -> None:
    for number, exchange in enumerate(reported.exchanges):
        trace = _saved(page, number, tmp_path)
        assert trace == exchange.trace.to_json()
        slider = page.locator("#slider")
        slider.focus()
        page.keyboard.press("Home")
        for place, (ends, flying, step) in enumerate(_expected(trace)):
            if place:
                page.keyboard.press("ArrowRight")
            _check_step(page, place, ends, flying, step)
        assert slider.input_value() == slider.get_attribute("max") == str(len(trace["steps"]))
        # The last step is the one that breaks the property; there is nothing after it.
        expect(page.locator("#now .broken").filter(has_text=trace["property"])).to_be_visible()
        page.keyboard.press("ArrowRight")
        assert slider.input_value() == str(len(trace["steps"]))


def test_the_slider_the_buttons_and_the_table_move_alike(page: Page, reported: Reported) -> None:
    last = len(reported.exchanges[0].trace.steps)
    slider = page.locator("#slider")
    assert slider.input_value() == str(last), "a page opens with the whole exchange"
    slider.fill("3")
    expect(page.locator("#count")).to_contain_text("step 3 of")
    page.locator("#next").click()
    expect(page.locator("#count")).to_contain_text("step 4 of")
    page.locator("#back").press("Enter")
    expect(page.locator("#count")).to_contain_text("step 3 of")
    page.locator("#first").click()
    expect(page.locator("#back")).to_be_disabled()
    page.locator(".exchange:not([hidden]) details summary").click()
    page.locator(".exchange:not([hidden]) button[data-go='5']").click()
    expect(page.locator("#count")).to_contain_text("step 5 of")
    assert page.evaluate("location.hash") == "#at=1.5"
    page.locator("#last").click()
    expect(page.locator("#count")).to_contain_text(f"step {last} of {last}")


def test_playing_goes_through_the_trace_and_stops(page: Page) -> None:
    page.clock.install()
    page.locator("#play").press("Enter")
    expect(page.locator("#count")).to_contain_text("step 0 of")
    expect(page.locator("#play")).to_have_text("Pause")
    page.clock.run_for(2500)
    expect(page.locator("#count")).to_contain_text("step 2 of")
    page.clock.run_for(30_000)
    expect(page.locator("#next")).to_be_disabled()
    expect(page.locator("#play")).to_have_text("Play")


def test_an_address_names_a_step(path: Path, open_page: OpenPage) -> None:
    page = open_page(f"{path.as_uri()}#at=2.4")
    expect(page.locator("#pick")).to_have_value("1")
    expect(page.locator("#count")).to_contain_text("step 4 of")
    page.evaluate("location.hash = '#at=1.999'")
    expect(page.locator("#next")).to_be_disabled()


def test_the_arrow_taken_is_marked_in_the_machine(page: Page, reported: Reported) -> None:
    steps = reported.exchanges[0].trace.steps
    before = dict(reported.exchanges[0].trace.initial)
    for number, step in enumerate(steps, 1):
        moved = before[step.end].state != step.after.state
        before[step.end] = step.after
        page.locator("#slider").fill(str(number))
        expect(page.locator("#count")).to_contain_text(f"step {number} of")
        assert (page.locator("#small-machine .taken").count() > 0) == moved, (number, step.rule)


def _shown_graph(reported: Reported, *expanded: str) -> tuple[int, int]:
    """Nodes and edges of the quotient, without the end of runs that were given up, which is counted in words only."""
    assert reported.graph is not None
    found = quotient(reported.graph, expand=expanded, members=12)
    found.remove_node("given up")
    return found.number_of_nodes(), found.number_of_edges()


def _every_line(page: Page) -> None:
    page.locator("#every-line").check()
    expect(page.locator("#reachable")).not_to_have_attribute("aria-busy", "true")


def _drawn_graph(page: Page) -> tuple[int, int]:
    expect(page.locator("#reachable")).not_to_have_attribute("aria-busy", "true")
    return page.locator("#reachable g.node").count(), page.locator("#reachable g.edge").count()


def _groups(page: Page) -> list[str]:
    """The groups that can be expanded, by name."""
    found: list[str] = page.evaluate("data.graph.groups.filter(g => g.members).map(g => g.name)")
    return found


def _box(page: Page, name: str) -> Locator:
    number = page.evaluate("name => data.graph.groups.findIndex(g => g.name === name)", name)
    return page.locator(f"input[data-group='{number}']")


def test_the_graph_expands_and_collapses(page: Page, reported: Reported) -> None:
    collapsed = _shown_graph(reported)
    # Lines that stand for few transitions are left out, unless the exchange goes there.
    more = page.evaluate("data.graph.more")
    few = collapsed[1] - more
    assert more and few <= _drawn_graph(page)[1] <= few + page.locator("#reachable g.edge.way").count()
    expect(page.locator("#graph .sizes")).to_contain_text(f"All lines ({more} more)")
    _every_line(page)
    assert _drawn_graph(page) == collapsed
    expect(page.locator("#graph")).to_contain_text("This is not all that can be reached")
    group = "CLOSED / CLOSED"
    page.locator(f"#reachable [aria-label^='{group},']").click()
    expect(page.locator("#reachable g.cluster")).to_have_count(1)
    assert _drawn_graph(page) == _shown_graph(reported, group) != collapsed
    expect(page.locator(f"#reachable [aria-label^='{group},']")).to_be_focused()
    expect(page.locator("#graph-said")).to_have_text(f"{group} expanded")
    # By keyboard: the frame has the focus.
    page.keyboard.press("Enter")
    expect(page.locator("#reachable g.cluster")).to_have_count(0)
    assert _drawn_graph(page) == collapsed
    page.locator(".groups summary").click()
    for name in (group, "CLOSED / SYN-SENT"):
        _box(page, name).check()
        expect(page.locator(f"#reachable [aria-label^='{name},']").first).to_have_attribute("aria-expanded", "true")
    assert _drawn_graph(page) == _shown_graph(reported, group, "CLOSED / SYN-SENT")
    page.locator("#collapse-all").click()
    expect(page.locator(".groups input:checked")).to_have_count(0)
    assert _drawn_graph(page) == collapsed


def test_much_that_is_expanded_is_still_drawn(page: Page, reported: Reported) -> None:
    page.locator(".groups summary").click()
    _every_line(page)
    names = _groups(page)[:4]
    for name in names:
        _box(page, name).check()
        expect(page.locator("#reachable")).not_to_have_attribute("aria-busy", "true")
    assert _drawn_graph(page) == _shown_graph(reported, *names)
    assert "nan" not in page.locator("#reachable").inner_html()


def test_the_graph_marks_where_the_exchange_is_and_was(page: Page, reported: Reported) -> None:
    passed: set[frozenset[str]] = set()
    for number, (ends, _, _) in enumerate(_expected(reported.exchanges[1].trace.to_json())):
        if number == 0:
            page.locator("#pick").select_option("1")
        page.locator("#slider").fill(str(number))
        states = {ends["A"]["state"], ends["B"]["state"]}
        passed.add(frozenset(states))
        expect(page.locator("#reachable g.node.been")).to_have_count(len(passed))
        marked = page.locator("#reachable .at")
        expect(marked).to_have_count(1)
        assert set((marked.get_attribute("aria-label") or "").split(",")[0].split(" / ")) == states


def _inside(page: Page) -> bool:
    """Whether all of the graph is to be seen in its frame."""
    found: bool = page.evaluate(
        "(() => { const place = document.querySelector('#reachable'), svg = place.querySelector('svg');"
        " const [frame, box] = [place, svg].map(e => e.getBoundingClientRect());"
        " return box.left >= frame.left && box.right <= frame.right && box.top >= frame.top"
        " && box.bottom <= frame.bottom && place.scrollWidth <= place.clientWidth"
        " && place.scrollHeight <= place.clientHeight; })()"
    )
    return found


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_graph_opens_whole_and_grows_by_keyboard(path: Path, open_page: OpenPage, viewport: dict[str, int]) -> None:
    page = _drawn(open_page(path, viewport=viewport))
    assert _inside(page)
    zoom = page.locator("#zoom")
    whole = int(zoom.input_value())
    expect(page.locator("#zoomed")).to_have_text(f"{whole} %")
    page.locator("#reachable").focus()
    for _ in range(4):
        page.keyboard.press("+")
    assert int(zoom.input_value()) > 2 * whole and not _inside(page)
    large = int(zoom.input_value())
    page.keyboard.press("-")
    assert whole < int(zoom.input_value()) < large
    page.keyboard.press("0")
    assert int(zoom.input_value()) == whole and _inside(page)
    page.locator("#graph-larger").press("Enter")
    page.locator("#graph-fit").press("Enter")
    assert int(zoom.input_value()) == whole
    # What is fitted stays so when the window changes and when a group is opened.
    page.set_viewport_size({"width": 700, "height": 700})
    expect(zoom).not_to_have_value(str(whole))
    assert _inside(page)
    page.locator("#reachable .toggle").first.click()
    expect(page.locator("#reachable g.cluster")).to_have_count(1)
    assert _inside(page)


def test_the_way_of_an_exchange_stands_out(page: Page, reported: Reported) -> None:
    for number, exchange in enumerate(reported.exchanges):
        pairs = [frozenset(e.get("state") for e in ends.values()) for ends, _, _ in _expected(exchange.trace.to_json())]
        steps: dict[tuple[frozenset[str], ...], list[int]] = {}
        for step, pair in enumerate(pairwise(pairs), 1):
            if pair[0] != pair[1]:
                steps.setdefault(pair, []).append(step)
        page.locator("#pick").select_option(str(number))
        expect(page.locator("#reachable")).not_to_have_attribute("aria-busy", "true")
        expect(page.locator("#reachable g.edge.way")).to_have_count(len(steps))
        expect(page.locator("#reachable g.node.way")).to_have_count(len(set(pairs)))
        written = page.locator("#reachable .step").all_text_contents()
        assert sorted(written) == sorted(", ".join(map(str, found)) for found in steps.values())
        for last in (0, 3, len(pairs) - 1):
            page.locator("#slider").fill(str(last))
            done = sum(found[0] <= last for found in steps.values())
            expect(page.locator("#reachable g.edge.been")).to_have_count(done)


def test_lines_say_what_happens_to_whoever_points_or_tabs_there(page: Page, reported: Reported) -> None:
    assert reported.graph is not None
    graph, group = quotient(reported.graph), "CLOSED / TIME-WAIT"
    told = page.locator("#graph-told")
    expect(told).to_contain_text("Point at a group")
    assert "×" not in " ".join(page.locator("#reachable g.edge text").all_text_contents()).replace("step", "")
    page.locator(f"#reachable [aria-label^='{group},']").focus()
    expect(told).to_contain_text(f"{group}: {graph.nodes[group]['states']} states")
    heads = [head for head in graph.successors(group) if head != "given up"]
    for head in heads:
        row = told.locator("li").filter(has_text=f"{group} → {head}")
        expect(row).to_contain_text(graph.edges[group, head]["events"])
    lines = page.locator("#reachable g.edge.of")
    assert 0 < lines.count() <= len(heads) + len(list(graph.predecessors(group)))
    # A line by itself, with the mouse.
    line = page.locator("#reachable g.edge .near").first
    line.dispatch_event("mouseenter")
    line.locator("..").dispatch_event("mouseenter")
    expect(told.locator("li")).to_have_count(0)
    expect(told).to_contain_text("→")


def test_the_rules_can_be_filtered(page: Page, reported: Reported) -> None:
    table = reported.model.table
    rows = page.locator(".rules tbody tr:visible")
    assert rows.count() == len(table.rules)
    page.locator("#state").select_option("TIME-WAIT")
    assert rows.count() == sum(r.state == "TIME-WAIT" for r in table.rules.values())
    page.locator("#changed").check()
    assert 0 < rows.count() < sum(r.state == "TIME-WAIT" for r in table.rules.values())
    page.locator("#changed").uncheck()
    page.locator("#state").select_option("")
    page.locator("#words").fill("last-ack fin acknowledged")
    assert 0 < rows.count() < 20
    expect(page.locator("#matches")).to_have_text(f"{rows.count()} of {len(table.rules)} rules")
    page.locator("#words").fill("")
    page.locator("#applied").check()
    applied = {s.rule for e in reported.exchanges for s in e.trace.steps}
    assert set(rows.locator("th code").all_text_contents()) == applied
    # A link to a rule that is filtered away brings it back.
    page.locator("#words").fill("nothing has these words")
    assert rows.count() == 0
    page.locator("#now a[href^='#rule-']").click()
    expect(page.locator(".rules tr:target")).to_be_visible()


def test_verdicts_and_region_are_there(page: Page, reported: Reported) -> None:
    assert reported.check is not None
    for verdict in reported.check.verdicts:
        row = page.locator(f"#verdicts tr[data-property='{verdict.property}']")
        assert row.get_attribute("data-verdict") == verdict.verdict
    expect(page.locator("#region svg")).to_be_visible()
    expect(page.locator("#region .condition").first).to_contain_text("TIME_WAIT ≥")
    assert "textbook: state machine" not in (page.locator("#whole-machine").text_content() or "")
    assert page.locator("#whole-machine svg g.node").count() >= len(reported.model.table.states)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_differ_and_can_be_read(path: Path, open_page: OpenPage, scheme: str) -> None:
    page = open_page(path, viewport=WIDE, color_scheme=scheme)
    look = "(e, name) => getComputedStyle(e)[name].match(/\\d+/g).map(Number)"
    ink, paper = (page.locator("body").evaluate(look, name) for name in ("color", "backgroundColor"))
    assert (sum(ink) < sum(paper)) == (scheme == "light")
    assert abs(sum(ink) - sum(paper)) > 450


def test_a_phone_scrolls_only_downwards(path: Path, open_page: OpenPage) -> None:
    page = _drawn(open_page(path, viewport=PHONE, device_scale_factor=2, has_touch=True))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator(".exchange:not([hidden]) .ladder").scroll_into_view_if_needed()
    expect(page.locator("#slider")).to_be_in_viewport()
    page.locator("#next").or_(page.locator("#back")).first.tap()
    assert page.locator(".exchange:not([hidden]) .ladder").evaluate("e => e.scrollWidth > e.clientWidth")
    # That there is more of it is said, and only where there is.
    expect(page.locator(".exchange:not([hidden]) .sideways")).to_be_visible()
    page.set_viewport_size(WIDE)
    expect(page.locator(".exchange:not([hidden]) .sideways")).to_be_hidden()
    assert page.locator(".exchange:not([hidden]) .ladder").evaluate("e => e.scrollWidth <= e.clientWidth")


def test_paper_gets_every_exchange_and_no_buttons(page: Page, reported: Reported) -> None:
    page.emulate_media(media="print")
    assert page.locator(".exchange:visible").count() == len(reported.exchanges)
    assert page.locator("button:visible, #slider:visible, .curtain:visible").count() == 0


def test_everything_has_a_name_for_those_who_do_not_see_it(page: Page) -> None:
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, input, select, [role=region], section')].filter(e =>"
        " !(e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.textContent.trim()"
        " || (e.labels && e.labels.length))).map(e => e.outerHTML.slice(0, 80))"
    )
    assert nameless == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    # What scrolls can be reached with the keyboard.
    stuck = "[...document.querySelectorAll('.wide')].filter(e => e.tabIndex < 0).length"
    assert page.evaluate(stuck) == 0


def test_without_scripts_the_page_still_tells_its_story(path: Path, open_page: OpenPage, reported: Reported) -> None:
    page = open_page(path, viewport=WIDE, java_script_enabled=False)
    assert page.locator(".exchange .ladder svg").count() == len(reported.exchanges)
    assert page.locator(".exchange:visible").count() == len(reported.exchanges)
    assert page.locator("#slider:visible, #filter:visible").count() == 0
    assert "States: CLOSED" in (page.locator("#whole-machine").text_content() or "")


def test_where_graphviz_does_not_run_its_text_is_shown(path: Path, open_page: OpenPage, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(" &#39;wasm-unsafe-eval&#39;") == 1
    without = tmp_path / "without.html"
    without.write_text(text.replace(" &#39;wasm-unsafe-eval&#39;", ""), encoding="utf-8")
    page = open_page(without, forgive=("WebAssembly",))
    page.wait_for_selector("#whole-machine[data-drawn='0']")
    expect(page.locator("#whole-machine .note")).to_contain_text("could not draw")
    assert "digraph" in (page.locator("#whole-machine pre").text_content() or "")
    page.locator("#first").click()
    expect(page.locator("#count")).to_contain_text("step 0 of")
