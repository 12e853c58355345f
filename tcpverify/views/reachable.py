"""The reachable graph, or what a quotient leaves of it, as DOT text; with a counterexample in it if there is one."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import log10
from textwrap import wrap
from typing import Any

import graphviz
import networkx as nx

from tcpverify.views import dot
from tcpverify.views.dot import Key
from tcpverify.views.quantities import plural, short

__all__ = ["reachable_dot"]

Data = Mapping[str, Any]

_KINDS = {
    "call": Key("──▶", dot.GREEN, "the application calls"),
    "deliver": Key("──▶", dot.INK, "a segment arrives"),
    "timer": Key("╌╌▶", dot.BLUE, "a timer expires"),
    "mixed": Key("──▶", dot.GREY, "several kinds of events"),
}
_BROKEN = Key("━━▶", dot.VERMILLION, "breaks a property")
_PATH = Key("━━▶", dot.VERMILLION, "the counterexample, step by step")
_REST = Key("──▶", dot.FADED, "what else can be reached")
_INITIAL = "bold frame: where runs start"
_IN_WORDS = {
    "ends": "One node for all states in which both ends have these states (in either order).",
    "flight": "One node for all states with these ends and segments in flight; clocks are left out.",
    "incarnation": "One node for all states with these incarnations of the connection.",
    "property": "One node for all states that look alike to the property",
    "none": "One node for every state.",
}
_WIDE, _EVENTS, _CROWD = 34, 2, 30
GIVEN_UP = "given up"


def reachable_dot(graph: nx.DiGraph) -> str:
    """The DOT text of a graph of `tcpverify.workflow.quotient`.

    Ranks go by the number of steps from the start; the thicker a line, the more transitions it stands for. What stays
    within a group is counted in its node.
    """
    return _Reachable(graph).text()


class _Reachable:
    def __init__(self, graph: nx.DiGraph) -> None:
        self.graph = graph
        self.ids = {name: f"n{number}" for number, name in enumerate(graph)}
        self.traced = "trace_property" in graph.graph
        #: an artefact of the scope, counted where it happens instead of drawn
        self.given_up = {t: d["count"] for t, h, d in graph.edges(data=True) if h == GIVEN_UP}
        self.edges = [(t, h, d) for t, h, d in graph.edges(data=True) if h != GIVEN_UP]
        self.largest = max((d["count"] for _, _, d in self.edges), default=1)

        #: per faded node the first state of the path that leads to it
        self.reached: dict[str, str] = {}
        passed = ((n, d) for n, d in graph.nodes(data=True) if d.get("path"))
        for name, _ in sorted(passed, key=lambda row: int(row[1]["path"].split("; ")[0])):
            for head in graph.successors(name):
                self.reached.setdefault(head, name)
        beside = [1 for t, h, _ in self.edges if not (graph.nodes[t].get("path") or graph.nodes[h].get("path"))]
        self.crowded = self.traced and len(beside) > _CROWD

    def text(self) -> str:
        """The whole file."""
        drawing = self._empty()
        clusters: dict[str, list[str]] = {}
        for name, data in self.graph.nodes(data=True):
            if name == GIVEN_UP:
                continue
            if data["expanded"] and not data.get("path"):
                clusters.setdefault(data["group"], []).append(name)
            else:
                drawing.node(self.ids[name], **self._node(name, data))
        for number, (group, names) in enumerate(clusters.items()):
            self._cluster(drawing, number, group, names)
        for tail, head, data in self.edges:
            if self._left_out(tail, head):
                continue
            drawing.edge(self.ids[tail], self.ids[head], **self._edge(tail, head, data))
        text: str = drawing.source
        return text

    def _empty(self) -> graphviz.Digraph:
        about = self.graph.graph
        msl = about["msl"]
        what = "Counterexample in the reachable graph" if self.traced else "The reachable graph"
        notes = [f"{about['title']}. TIME-WAIT = {_short(about['time_wait'])}, MSL = {_short(msl)}."]
        states, transitions = plural(about["states"], "state"), plural(about["transitions"], "transition")
        notes.append(f"{states} and {transitions}, drawn as {plural(len(self.graph), 'node')}. {self._grouping()}")
        if about["stopped"]:
            notes.append(f"Not all that can be reached: the exploration stopped at depth {about['depth']}.")
        if self.given_up:
            notes.append("Gives up: an end has used up its retransmissions, and the run is not followed further.")
        if self.traced:
            reason = about["trace_reason"]
            notes.append(f"Breaks {about['trace_property']}" + (f": {reason}." if reason else " (an endless run)."))
        if self.crowded:
            notes.append("What leads from one faded node to another is left out.")
        notes.append("×n: so many transitions, and thicker lines for more; (n states, m inside): in this group.")
        return dot.new(
            f"{about['model']}: reachable graph", f"{what} of {about['model']}", notes, self._legend(),
            rankdir="TB", ranksep="0.5", nodesep="0.3", newrank="true",
        )  # fmt: skip

    def _grouping(self) -> str:
        by = self.graph.graph["by"]
        lens = f" ({self.graph.graph['lens']})." if by == "property" else ""
        return _IN_WORDS[by] + lens

    def _legend(self) -> list[Key]:
        if self.traced:
            return [_PATH, _REST]
        kinds = {d["kind"] for _, _, d in self.edges}
        found = [key for name, key in _KINDS.items() if name in kinds]
        if any(d["breaks"] for _, _, d in self.edges):
            found.append(_BROKEN)
        return [*found, Key("▢", dot.INK, _INITIAL)]

    # ------------------------------------------------------------ nodes

    def _cluster(self, drawing: graphviz.Digraph, number: int, group: str, names: list[str]) -> None:
        frame = {
            "label": dot.quoted(group), "labelloc": "t", "style": "rounded,dashed", "color": dot.GREY,
            "bgcolor": dot.PALE,
        }  # fmt: skip
        with drawing.subgraph(name=f"cluster_{number}", graph_attr=frame) as part:
            for name in names:
                part.node(self.ids[name], **self._node(name, self.graph.nodes[name], True))

    def _node(self, name: str, data: Data, inner: bool = False) -> dict[str, str]:
        on_path = bool(data.get("path"))
        faded = self.traced and not on_path
        ends, _, flight = (data.get("named") or data["label"]).partition(" · ")
        rows = [dot.words(row) for row in wrap(ends, _WIDE, break_on_hyphens=False)]
        if inner and flight:
            # The frame around it names the ends.
            rows = []
        rows += [dot.small(row) for row in wrap(flight, _WIDE, break_on_hyphens=False)]
        if on_path:
            rows[0] = f"<B>{rows[0]}</B>"
        counted = [plural(data["states"], "state")] if data["states"] > 1 else []
        counted += [f"{data['inside']} inside"] if data["inside"] else []
        counted += [f"gives up ×{self.given_up[name]}"] if name in self.given_up else []
        if counted:
            rows.append(dot.small(f"({', '.join(counted)})", dot.GREY))
        if data.get("breaks"):
            rows.append(dot.small(f"✗ {data['breaks']}", dot.VERMILLION))
        for times in ("times", "zone"):
            rows += [dot.small(part, dot.BLUE) for part in data.get(times, "").split("; ") if part]
        look = {"label": dot.cells(rows)}
        if data["initial"]:
            look |= {"penwidth": "3"}
        if on_path:
            look |= {"color": dot.VERMILLION, "penwidth": "2", "fillcolor": dot.TINT, "group": "path"}
        elif faded:
            look |= {"color": dot.FADED, "fontcolor": dot.GREY}
        elif "TIME-WAIT" in data["label"]:
            look |= {"fillcolor": dot.TINT}
        return look

    # ------------------------------------------------------------ edges

    def _edge(self, tail: str, head: str, data: Data) -> dict[str, str]:
        if data.get("path"):
            steps = zip(*(data[name].split("; ") for name in ("path", "said", "time")), strict=True)
            rows = [f"<B>{dot.words(f'{path}. {said}, at {_short(time)}')}</B>" for path, said, time in steps]
            if self.graph.graph["trace_property"] in data["breaks"]:
                rows.append(f"<B>✗ {dot.words(self.graph.graph['trace_property'])}</B>")
            return {
                "label": dot.cells(rows, align="LEFT"), "color": dot.VERMILLION, "penwidth": "2.5",
                "weight": "100",
            }  # fmt: skip
        return {**self._line(tail, head, data), **({} if self._ranks(tail, head) else {"constraint": "false"})}

    def _ranks(self, tail: str, head: str) -> bool:
        """Whether a line makes its head come below its tail."""
        nodes = self.graph.nodes
        if not self.traced:
            return bool(nodes[head]["depth"] > nodes[tail]["depth"])
        # What is beside the path comes below the first step that leads there, or above the one that it leads to.
        if not nodes[tail].get("path"):
            return bool(nodes[head].get("path")) and not self.reached.get(tail)
        return bool(nodes[head].get("path")) or self.reached[head] == tail

    def _line(self, tail: str, head: str, data: Data) -> dict[str, str]:
        if self.traced:
            return {"color": dot.FADED, "penwidth": "0.6", "weight": "0", "arrowsize": "0.5"}
        rest = any(self.graph.nodes[name]["label"].endswith(" more") for name in (tail, head))
        if rest or self.graph.nodes[tail]["expanded"] != self.graph.nodes[head]["expanded"]:
            # What leads into an expanded group and out of it: many lines, each of little interest.
            return {"label": dot.quoted(f"×{data['count']}"), "color": dot.GREY, "fontcolor": dot.GREY}
        events = data["events"].split("; ")
        rows = [dot.small(event.removesuffix(" ×1")) for event in events[:_EVENTS]]
        if len(events) > _EVENTS:
            rest = data["count"] - sum(int(e.rpartition(" ×")[2]) for e in events[:_EVENTS])
            rows.append(dot.small(f"{len(events) - _EVENTS} more kinds ×{rest}", dot.GREY))
        if data["breaks"]:
            rows.append(dot.small(f"✗ {data['breaks']}", dot.VERMILLION))
        rows += [dot.small(guard, dot.BLUE) for guard in data.get("guard", "").split("; ")[:_EVENTS] if guard]
        kind = _BROKEN if data["breaks"] else _KINDS.get(data["kind"], _KINDS["mixed"])
        return {
            "label": dot.cells(rows, padding=0), "color": kind.colour, "penwidth": self._width(data["count"]),
            "style": "dashed" if kind is _KINDS["timer"] else "solid",
        }  # fmt: skip

    def _left_out(self, tail: str, head: str) -> bool:
        """Beside a counterexample, what leads from one faded group to another where that is too much."""
        return self.crowded and not any(self.graph.nodes[name].get("path") for name in (tail, head))

    def _width(self, count: int) -> str:
        """From 0.7 to 5 points, by the logarithm of the count."""
        return f"{0.7 + 4.3 * log10(count) / max(log10(self.largest), 1):.1f}"


def _short(number: str) -> str:
    return short(Fraction(number))
