"""Answers: the same documents and texts as the command's, and what a notebook shows of them."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pytest

import tcpverify
from tcpverify.cli.main import main
from tcpverify.tcp.vocabulary import Amendment, change
from tcpverify.views.notebook import block, paragraph, picture, preformatted, table
from tcpverify.views.styled import Span

FEW = {"losses": 0, "retransmissions": 0, "incarnations": 1}
WORDS = "--losses 0 --retransmissions 0 --incarnations 1 --property drained --msl 1"
NASTY = "</pre><script>alert(1)</script>"


@pytest.fixture(scope="module")
def short() -> tcpverify.api.answers.CheckResult:
    """A TIME-WAIT that is too short."""
    return tcpverify.check(time_wait="1.99msl", properties=["drained", "no-data-loss"], **FEW)


class _Page(HTMLParser):
    """Which elements and images a piece of HTML has, and whether they are closed as they should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.words = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        if tag == "img":
            self.images.append(dict(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_document_is_that_of_the_command(short, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", *WORDS.split(), "--property", "no-data-loss", "--time-wait", "1.99", "--format", "json"])
    found, mine = json.loads(capsys.readouterr().out), json.loads(json.dumps(short.to_json()))
    for document in (found, mine):
        del document["seconds"]
        for result in document["results"]:
            del result["seconds"]
    assert mine == found


def test_the_text_is_that_of_the_command(short, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", *WORDS.split(), "--property", "no-data-loss", "--time-wait", "1.99"])
    seconds = re.compile(r"\s+\(\d+\.\d\s+s\)")
    assert seconds.sub("", str(short)) == seconds.sub("", capsys.readouterr().out)


def test_what_is_refuted_and_what_is_not(short) -> None:
    assert short.refuted == ("drained",)
    assert not short.proved
    assert {v.property: v.verdict for v in short.verdicts}["drained"] == "refuted"
    assert short.trace().property == short.trace("drained").property == "drained"
    assert short.trace().trace.parameters["TIME_WAIT"] == Fraction(199, 100)
    with pytest.raises(tcpverify.UsageError, match="no-data-loss is not refuted"):
        short.trace("no-data-loss")


def test_a_notebook_shows_verdicts_and_the_ladder(short) -> None:
    page = _Page(short._repr_html_())
    assert page.tags.count("table") == 1
    assert "✗ refuted" in page.words
    assert "Scope: no losses" in page.words
    assert len(page.images) == 1
    assert "drained" in str(page.images[0]["alt"])
    kind, _, data = str(page.images[0]["src"]).partition(";base64,")
    assert kind == "data:image/svg+xml"
    root = ElementTree.fromstring(b64decode(data))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert b64decode(data).decode() == short.trace().svg()


def test_a_notebook_lists_the_rules_that_never_applied(short) -> None:
    silent = short.report.silent_rules
    words = _Page(short._repr_html_()).words
    assert len(silent) > 9 and f"{len(silent)} rules of the table never applied in this scope; they are listed" in words
    assert ", ".join(silent) in words and "rules below" not in words


def test_nothing_from_outside_becomes_markup() -> None:
    shown = block(
        paragraph(NASTY), preformatted([(Span(NASTY, "bad"), Span(NASTY))]), table([NASTY], [[(NASTY, "")]]),
        picture(f"<svg>{NASTY}</svg>", f'"{NASTY}'),
    )  # fmt: skip
    page = _Page(shown)
    assert "script" not in page.tags
    assert page.words.count(NASTY) == 5


def test_a_model_with_markup_in_its_words_shows_text() -> None:
    nasty = Amendment("nasty", NASTY, NASTY, (change("TIME-WAIT.syn", text=NASTY, clause=NASTY),), over=("ideal",))
    model = tcpverify.load("textbook") + nasty
    assert "script" not in _Page(model._repr_html_()).tags
    found = tcpverify.check(model, time_wait=0, properties="drained", **FEW)
    page = _Page(found._repr_html_())
    assert "script" not in page.tags
    assert NASTY in page.words
    assert b"<script" not in b64decode(str(page.images[0]["src"]).partition(",")[2])


def test_a_trace_is_kept_and_replayed(short, tmp_path: Path) -> None:
    run = short.trace()
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(run.to_json()), encoding="utf-8")
    assert tcpverify.read_trace(file).trace == run.trace
    assert tcpverify.replay(file).trace == run.trace
    assert str(run) == run.text() and "TIME-WAIT timer expires" in str(run)
    document = run.to_json()
    document["steps"][-1]["time"] = "1"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(tcpverify.FileFormatError, match="is not a run of model textbook"):
        tcpverify.replay(file)
    with pytest.raises(tcpverify.UsageError, match="cannot be read"):
        tcpverify.read_trace(tmp_path / "nowhere.json")


def test_nothing_is_executed_because_a_trace_names_it(short, tmp_path: Path) -> None:
    document = short.trace().to_json() | {"model": "textbook+./mine.py"}
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(tcpverify.UsageError, match=r"say model='textbook\+./mine.py' if that is"):
        tcpverify.replay(file)


def test_a_region() -> None:
    region = tcpverify.bound(properties="drained", time_wait="60s", within_scope=True, **FEW)
    assert region.exact and region.minimal_time_wait == "2*MSL"
    assert region.to_json()["given"] == {"TIME_WAIT": "60"}
    assert region.holds(MSL=1, RTO_MAX=1, TIME_WAIT=2) is True
    assert region.holds(MSL=1, RTO_MAX=1, TIME_WAIT="1.99msl") is False
    with pytest.raises(tcpverify.UsageError, match="about MSL, RTO_MAX, TIME_WAIT"):
        region.holds(MSL=1)
    with pytest.raises(tcpverify.UsageError, match="greater than 0"):
        region.holds(MSL=0, RTO_MAX=1, TIME_WAIT=1)
    assert len(_Page(region._repr_html_()).images) == 1 + len(region.traces())
    ElementTree.fromstring(region.plot()._repr_svg_())


def test_graphs_are_networkx_graphs_and_draw_themselves(short) -> None:
    machine = tcpverify.graph("rfc9293+rfc1337")
    assert isinstance(machine, nx.MultiDiGraph)
    assert "digraph" in machine.dot()
    states = tcpverify.graph(show="reachable", **FEW)
    assert nx.number_weakly_connected_components(states) == 1
    assert len(states.folded("flight")) > len(states.folded()) > 10
    inside = tcpverify.graph(trace=short.trace())
    assert inside.graph["time_wait"] == "199/100"
    assert sum("path" in data for *_, data in inside.edges(data=True)) == len(short.trace().steps)
    other = tcpverify.check("rfc9293", properties="no-assassination", **FEW).trace()
    assert tcpverify.graph(trace=other).graph["model"] == "rfc9293"
    stranger = tcpverify.Run(replace(other.trace, model="./mine.py"))
    with pytest.raises(tcpverify.UsageError, match="nothing is executed because a trace names it"):
        tcpverify.graph(trace=stranger)
    for wrong, said in (
        ({"show": "stars"}, "no graph 'stars'"), ({"losses": 0}, "rules alone"),
        ({"trace": short.trace(), "losses": 0}, "leave the other options out"),
    ):  # fmt: skip
        with pytest.raises(tcpverify.UsageError, match=said):
            tcpverify.graph(**wrong)
    with pytest.raises(tcpverify.UsageError, match="not by 'colour'"):
        states.folded("colour")
    with pytest.raises(tcpverify.UsageError, match="drawn as it is"):
        machine.folded()


def test_without_dot_a_graph_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    shown = _Page(tcpverify.graph("rfc9293")._repr_html_())
    assert shown.images == []
    assert "needs the program dot" in shown.words


def test_other_answers_are_those_of_their_commands() -> None:
    few = {**FEW, "properties": "drained"}
    compared = tcpverify.compare("textbook", "textbook+no-restart", bounds=False, **few)
    assert compared.to_json()["schema"] == "tcpverify.compare/1" and "TIME-WAIT.fin-again" in str(compared)
    reasons = tcpverify.why(losses=0, retransmissions=0, calls="close", properties="time-wait-side")
    assert reasons.to_json()["schema"] == "tcpverify.why/1" and reasons.trace().property == "time-wait-side"
    price = tcpverify.cost("textbook", rate=5000, ports=100, bytes="1K", **few)
    assert price.to_json()["schema"] == "tcpverify.cost/1" and price.report.request.bytes == 1024
    assert (price.report.request.given, price.report.request.rate) == ({}, 5000)
    sayings = tcpverify.claims(6, lang="zh")
    assert sayings.to_json()["schema"] == "tcpverify.claims/1" and "6" in str(sayings)
    for answer in (compared, reasons, price, sayings):
        assert _Page(answer._repr_html_()).tags
