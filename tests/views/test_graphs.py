"""Graphs as text: deterministic, legible words only from the graph, nothing in a model can break out of its place."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from tcpverify.evidence.trace import parse
from tcpverify.tcp.registry import load
from tcpverify.tcp.scope import Scope
from tcpverify.views.drawing import drawn, graph_document, graphml, rendered, summary
from tcpverify.views.graphpage import graph_page
from tcpverify.workflow.graph import reachable_graph, request_of
from tcpverify.workflow.machine import machine_graph
from tcpverify.workflow.quotient import quotient
from tcpverify.workflow.results import CheckRequest

SMALL = CheckRequest("textbook", Fraction(1), scope=Scope(losses=0, retransmissions=0))
#: everything that means something to DOT, to HTML or to XML, and what no file may hold
EVIL = '</script><b>"\\N\\" & ]]> -- {|} %s \x00\x1b[31m <IMG SRC="/etc/passwd"/>'
SHOWN = '</script><b>"\\N\\" & ]]> -- {|} %s'
needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="no Graphviz here")


@pytest.fixture(scope="module")
def states() -> nx.MultiDiGraph:
    return reachable_graph(SMALL, times=True)


@pytest.fixture(scope="module")
def traced() -> nx.MultiDiGraph:
    """A run of eleven steps in what can be reached."""
    trace = parse((Path(__file__).parent / "traces" / "at-1.99.json").read_text(encoding="utf-8"))
    return reachable_graph(replace(request_of(trace), states=5000), trace=trace)


@pytest.fixture(scope="module")
def graphs(states: nx.MultiDiGraph) -> dict[str, nx.Graph]:
    return {
        "machine": machine_graph(load("rfc9293+rfc1337")),
        "ends": quotient(states),
        "expanded": quotient(states, expand=["LAST-ACK/TIME-WAIT"], members=4),
        "property": quotient(states, "property"),
    }


def spoilt(graph: nx.Graph) -> nx.Graph:
    """The same graph with a model, states and events named to do harm."""
    found = nx.relabel_nodes(graph, {node: f"{node}{EVIL}" for node in graph})
    for data in [found.graph, *(d for _, d in found.nodes(data=True)), *(d for *_, d in found.edges(data=True))]:
        for name, value in data.items():
            harmless = ("kind", "by", "asked", "status", "time_wait", "msl", "stopped", "path", "time", "times")
            if isinstance(value, str) and name not in harmless and value:
                data[name] = f"{value}{EVIL}"
    return found


NAMES = ("machine", "ends", "expanded", "property")


def test_the_drawing_of_the_machine_says_what_changes(graphs: dict[str, nx.Graph]) -> None:
    text = drawn(graphs["machine"])
    assert "<S>&#160;rcv RST&#160;</S>" in text and "no longer so (against rfc9293)" in text
    assert "lasts 2·MSL" in text and "timeout = 2·MSL" in text
    assert text.count("[label=CLOSED]") == 2, "the figure has CLOSED at the top and at the bottom"
    assert "user timeout" not in text.partition("->")[2] and "user timeout" in drawn(graphs["machine"], True)


def test_durations_that_are_numbers_have_a_unit() -> None:
    text = drawn(machine_graph(load("linux")))
    assert "lasts 60 s" in text and "timeout = 60 s" in text and "timeout = 2·MSL&" in text


def test_groups_and_lines_say_how_much_they_stand_for(states: nx.MultiDiGraph, graphs: dict[str, nx.Graph]) -> None:
    text, groups = drawn(graphs["ends"]), graphs["ends"]
    data = groups.nodes["LAST-ACK / TIME-WAIT"]
    assert f"{data['states']} · {data['inside']} ↻" in text
    edge = groups.edges["CLOSED / CLOSED", "CLOSED / SYN-SENT"]
    assert f"active OPEN ×{edge['count']}" in text
    # The end of runs that were given up is counted in words, and no node.
    size = f"{len(states)} states and {states.number_of_edges()} transitions, drawn as {len(groups) - 1} nodes"
    assert summary(groups) == size and size in text
    assert text.count("<TABLE") - text.count(" -> ") == len(groups), "a label for every node, and the heading"
    gone = sum(edge["count"] for _, _, edge in groups.in_edges("given up", data=True))
    assert f"Not drawn: {gone} transitions" in text
    assert drawn(graphs["expanded"]).count("subgraph cluster_") == 1


def printed(picture: bytes) -> float:
    """Points that the smallest words have where an SVG is made as large as A4, less a centimetre around, allows."""
    width, height = (float(size) for size in re.findall(rb'(?:width|height)="([\d.]+)pt"', picture))
    scale = re.search(rb"scale\(([\d.]+)", picture)
    assert scale is not None
    smallest = min(map(float, re.findall(rb'font-size="([\d.]+)"', picture))) * float(scale[1])
    page = (190 / 25.4 * 72, 277 / 25.4 * 72)
    return smallest * max(min(1, w / width, h / height) for w, h in (page, page[::-1]))


@needs_dot
@pytest.mark.parametrize(("model", "groups"), [("textbook", 27), ("rfc9293", 55)])
def test_what_is_printed_on_a4_can_be_read(model: str, groups: int) -> None:
    found = quotient(reachable_graph(CheckRequest(model, Fraction(1), scope=Scope(losses=0), states=6000)))
    assert len(found) >= groups
    assert printed(rendered(drawn(found), "svg")) >= 7


@needs_dot
def test_a_counterexample_on_a4_can_be_read(traced: nx.MultiDiGraph) -> None:
    found = quotient(traced, path=True)
    assert len(found) > 30
    assert printed(rendered(drawn(found), "svg")) >= 7


@pytest.mark.parametrize("name", NAMES)
@needs_dot
def test_dot_understands_it(name: str, graphs: dict[str, nx.Graph]) -> None:
    for graph in (graphs[name], spoilt(graphs[name])):
        root = ElementTree.fromstring(rendered(drawn(graph), "svg"))
        said = " ".join("".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text"))
        assert not list(root.iter("{http://www.w3.org/2000/svg}image"))
        assert graph is graphs[name] or SHOWN in said.replace("\u00a0", " ")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_model_breaks_out(name: str, graphs: dict[str, nx.Graph]) -> None:
    bad = spoilt(graphs[name])
    text = drawn(bad)
    assert "\x00" not in text and "\x1b" not in text
    labels = re.findall(r"label=<(<TABLE.*?</TABLE>)>", text)
    tags = {e.tag for label in labels for e in ElementTree.fromstring(label.replace("&#160;", " ")).iter()}
    assert labels and tags <= {"TABLE", "TR", "TD", "HR", "FONT", "B", "S"}
    page = graph_page(bad)
    assert "</script><b>" not in page and page.count("</script>") == 3 and "<IMG" not in page
    ElementTree.fromstring(graphml(bad).encode())


def test_data_formats_hold_the_graph(graphs: dict[str, nx.Graph]) -> None:
    for graph in graphs.values():
        document = graph_document(graph)
        assert (len(document["nodes"]), len(document["edges"])) == (len(graph), graph.number_of_edges())
        again: Any = nx.parse_graphml(graphml(graph))
        assert (len(again), again.number_of_edges()) == (len(graph), graph.number_of_edges())
        assert again.graph["model"] == graph.graph["model"]


_TWICE = """
from dataclasses import replace
from tcpverify.views.drawing import json_text
from tests.views.test_graphs import *
from tcpverify.evidence.trace import parse
from tcpverify.workflow.graph import request_of
from pathlib import Path
states = reachable_graph(SMALL, times=True)
trace = parse(Path("tests/views/traces/too-short.json").read_text(encoding="utf-8"))
traced = reachable_graph(replace(request_of(trace), states=1), trace=trace)
expanded = quotient(states, expand=["LAST-ACK/TIME-WAIT"])
for graph in (machine_graph(load("linux")), quotient(states, "incarnation"), expanded, quotient(states, "none"),
              quotient(traced, path=True), quotient(traced, "property")):
    print(drawn(graph), json_text(graph), graphml(graph))
"""


def test_equal_graphs_are_equal_text() -> None:
    outputs = [
        subprocess.run(
            [sys.executable, "-c", _TWICE], capture_output=True, check=True,
            timeout=120, env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "4242")
    ]  # fmt: skip
    assert outputs[0] == outputs[1] and len(outputs[0]) > 100_000
