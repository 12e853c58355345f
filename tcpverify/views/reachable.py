"""The reachable graph, or what a quotient leaves of it, as DOT text; with a counterexample in it if there is one."""

from __future__ import annotations

import re
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

__all__ = ["reachable_dot", "reachable_parts"]

Data = Mapping[str, Any]

_KINDS = {
    "call": Key("──▶", dot.GREEN, "the application calls"),
    "deliver": Key("──▶", dot.INK, "a segment arrives"),
    "timer": Key("╌╌▶", dot.BLUE, "a timer expires"),
    "mixed": Key("──▶", dot.GREY, "several kinds of events"),
}
_BROKEN = Key("━━▶", dot.VERMILLION, "some break a property (✗)")
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
_TIME_WAIT = re.compile(r"(^|/ )TIME-WAIT\b")
_WIDE, _EVENTS = 34, 2
#: lines that a picture can bear with words on them, and without
_TOLD, _DRAWN = 60, 110
_CLOCKS = 8
#: steps back from which on a line would cross the whole picture
_FAR = 4
GIVEN_UP = "given up"


def reachable_dot(graph: nx.DiGraph, everything: bool = False) -> str:
    """The DOT text of a graph of `tcpverify.workflow.quotient`.

    Ranks go by the number of steps from the start; the thicker a line, the more transitions it stands for. What stays
    within a group is counted in its node. Where there are very many lines, those that stand for most are drawn and
    the others counted, unless ``everything`` is wanted.
    """
    return _Reachable(graph, everything).text()


def reachable_parts(graph: nx.DiGraph) -> dict[str, Any]:
    """The same DOT text in parts, of which whoever expands and collapses groups puts together what is to be seen.

    Parameters
    ----------
    graph
        of `tcpverify.workflow.quotient.levels`.

    Returns
    -------
    dict
        ``head``, the beginning of the text; ``groups``, each with ``name``, ``ends`` (its two states, if these make
        it), ``states``, ``id``, ``dot`` (its statement) and, if it can be expanded, ``frame`` (the attributes of its
        cluster) and ``members`` (each ``id``, ``dot``, and ``alone``, the statement for where there is no frame);
        ``edges``: the ids of both ends, and the statement.
    """
    return _Reachable(graph, everything=True).parts()


class _Reachable:
    def __init__(self, graph: nx.DiGraph, everything: bool) -> None:
        self.graph, self.everything = graph, everything
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
        #: lines that lead far back, in words at the node where they begin
        self.back: dict[str, list[str]] = {}
        self.told, self.drawn = self._worth()

    def _worth(self) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        """The lines that are drawn with words, and those that are drawn at all.

        Where there are too many, the path and a shortest way to every node come first, then what stands for most
        transitions.
        """
        nodes = self.graph.nodes
        ways: dict[str, tuple[int, int, str]] = {}
        for tail, head, data in self.edges:
            if nodes[tail]["depth"] < nodes[head]["depth"]:
                rank = (nodes[tail]["depth"], -data["count"], tail)
                ways[head] = min(ways.get(head, rank), rank)
        first = {(way[2], head) for head, way in ways.items()}
        broken: set[str] = set()
        for tail, head, data in sorted(self.edges, key=lambda edge: -edge[2]["count"]):
            names = {name.rpartition(" ×")[0] for name in data["breaks"].split("; ") if name}
            if names - broken:
                broken |= names
                first.add((tail, head))
        places = {(t, h): n for n, (t, h, _) in enumerate(self.edges)}
        order = sorted(
            self.edges,
            key=lambda e: (not e[2].get("path"), (e[0], e[1]) not in first, -e[2]["count"], places[e[0], e[1]]),
        )
        pairs = [(tail, head) for tail, head, _ in order]
        if self.everything:
            return set(pairs), set(pairs)
        if self.traced:
            # Beside a counterexample, what leads from one faded group to another tells nothing about it.
            pairs = [pair for pair in pairs if any(nodes[name].get("path") for name in pair)]
        told, drawn = pairs[: max(_TOLD, len(first))], set(pairs[: max(_DRAWN, len(first))])
        far = {(t, h) for t, h in pairs if not self.traced and nodes[t]["depth"] - nodes[h]["depth"] >= _FAR}
        for tail, head in told:
            if (tail, head) in far:
                self.back.setdefault(tail, []).append(head)
        return set(told) - far, drawn - far

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
            if (tail, head) in self.drawn:
                drawing.edge(self.ids[tail], self.ids[head], **self._edge(tail, head, data))
        text: str = drawing.source
        return text

    def parts(self) -> dict[str, Any]:
        """What `reachable_parts` returns."""
        drawing = self._empty(parts=True)
        head = str(drawing.source).rstrip().removesuffix("}")
        groups: dict[str, dict[str, Any]] = {}
        for name, data in self.graph.nodes(data=True):
            if name == GIVEN_UP:
                continue
            inner = name != data["group"]
            drawing.node(self.ids[name], **self._node(name, data, inner))
            said = {"id": self.ids[name], "dot": drawing.body[-1].strip()}
            if inner:
                drawing.node(self.ids[name], **self._node(name, data))
                said["alone"] = drawing.body[-1].strip()
                groups[data["group"]].setdefault("members", []).append(said)
            else:
                ends = name.split(" / ") if self.graph.graph["by"] == "ends" else []
                groups[name] = {"name": name, "ends": ends, "states": data["states"], **said}
        for group in groups.values():
            if "members" in group:
                # Only the library knows how attributes are quoted.
                group["frame"] = graphviz.Digraph(graph_attr=_frame(group["name"])).source.splitlines()[1].strip()
        edges = []
        for tail, head_, data in self.edges:
            drawing.edge(self.ids[tail], self.ids[head_], **self._edge(tail, head_, data))
            edges.append([self.ids[tail], self.ids[head_], drawing.body[-1].strip()])
        return {"head": head, "groups": list(groups.values()), "edges": edges}

    def _empty(self, parts: bool = False) -> graphviz.Digraph:
        about = self.graph.graph
        msl = about["msl"]
        what = "Counterexample in the reachable graph" if self.traced else "The reachable graph"
        notes = [f"{dot.about(about)}. TIME-WAIT = {_short(about['time_wait'])}, MSL = {_short(msl)}."]
        states, transitions = plural(about["states"], "state"), plural(about["transitions"], "transition")
        drawn = "" if parts else f", drawn as {plural(len(self.graph), 'node')}"
        notes.append(f"{states} and {transitions}{drawn}. {self._grouping()}")
        if about["stopped"]:
            notes.append(f"Not all that can be reached: the exploration stopped at depth {about['depth']}.")
        if self.given_up:
            notes.append("Gives up: an end has used up its retransmissions, and the run is not followed further.")
        if self.traced:
            reason = about["trace_reason"]
            notes.append(f"Breaks {about['trace_property']}" + (f": {reason}." if reason else " (an endless run)."))
        if self.back:
            notes.append("↩: what leads far back, in words.")
        back = {(tail, head) for tail, heads in self.back.items() for head in heads}
        hidden = [d["count"] for t, h, d in self.edges if (t, h) not in self.drawn | back]
        if hidden:
            among = " that lead from one faded node to another" if self.traced else ""
            stand_for = f"{plural(len(hidden), 'line')}{among}, for {plural(sum(hidden), 'transition')}"
            notes.append(f"Left out: {stand_for} (--all).")
        lines = "" if self.traced else "×n: so many transitions, and thicker lines for more; "
        notes.append(f"{lines}m ↻: transitions within a node.")
        return dot.new(
            f"{about['model']}: reachable graph", f"{what} of {about['model']}", notes, self._legend(),
            rankdir="TB", ranksep="0.25", nodesep="0.15",
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
        if len(self.told) < len(self.drawn):
            found.append(Key("──▶", dot.FAINT, "fewer transitions, not told"))
        return [*found, Key("▢", dot.INK, _INITIAL)]

    # ------------------------------------------------------------ nodes

    def _cluster(self, drawing: graphviz.Digraph, number: int, group: str, names: list[str]) -> None:
        with drawing.subgraph(name=f"cluster_{number}", graph_attr=_frame(group)) as part:
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
        counted += [f"{data['inside']} ↻"] if data["inside"] else []
        if counted:
            rows.append(dot.small(", ".join(counted), dot.GREY))
        for head in self.back.get(name, ()):
            edge = self.graph.edges[name, head]
            rows.append(dot.small(f"↩ {head}", dot.VERMILLION if edge["breaks"] else dot.INK))
            rows += [dot.small(event, dot.GREY) for event in self._events(edge)]
        if name in self.given_up:
            rows.append(dot.small(f"gives up ×{self.given_up[name]}", dot.GREY))
        if data.get("breaks"):
            rows.append(dot.small(f"✗ {data['breaks']}", dot.VERMILLION))
        rows += [dot.small(part, dot.BLUE) for part in _clocks(data)]
        look = {"label": dot.cells(rows)}
        if data["initial"]:
            look |= {"penwidth": "3"}
        if on_path:
            look |= {"color": dot.VERMILLION, "penwidth": "2", "fillcolor": dot.TINT, "group": "path"}
        elif faded:
            look |= {"color": dot.FADED, "fontcolor": dot.GREY}
        elif _TIME_WAIT.search(data["label"]):
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
        if (tail, head) not in self.told:
            return {"color": dot.FAINT, "penwidth": "0.8"}
        rest = any(self.graph.nodes[name]["label"].endswith(" more") for name in (tail, head))
        if rest or self.graph.nodes[tail]["expanded"] != self.graph.nodes[head]["expanded"]:
            # What leads into an expanded group and out of it: many lines, each of little interest.
            return {"label": dot.quoted(f"×{data['count']}"), "color": dot.GREY, "fontcolor": dot.GREY}
        rows = [dot.small(e, dot.VERMILLION if e.startswith("✗") else dot.INK) for e in self._events(data)]
        rows += [dot.small(guard, dot.BLUE) for guard in data.get("guard", "").split("; ")[:_EVENTS] if guard]
        kind = _BROKEN if data["breaks"] else _KINDS.get(data["kind"], _KINDS["mixed"])
        return {
            "label": dot.cells(rows, padding=0), "color": kind.colour, "penwidth": self._width(data["count"]),
            "style": "dashed" if kind is _KINDS["timer"] else "solid",
        }  # fmt: skip

    @staticmethod
    def _events(data: Data) -> list[str]:
        """What happens on a line, in a few rows: the most frequent events, and what they break."""
        events = data["events"].split("; ")
        found = [event.removesuffix(" ×1") for event in events[:_EVENTS]]
        if len(events) > _EVENTS:
            rest = data["count"] - sum(int(e.rpartition(" ×")[2]) for e in events[:_EVENTS])
            found.append(f"{plural(len(events) - _EVENTS, 'other event')} ×{rest}")
        return [*found, *([f"✗ {data['breaks']}"] if data["breaks"] else [])]

    def _width(self, count: int) -> str:
        """From 0.7 to 5 points, by the logarithm of the count."""
        return f"{0.7 + 4.3 * log10(count) / max(log10(self.largest), 1):.1f}"


def _frame(group: str) -> dict[str, str]:
    """How an expanded group is framed."""
    return {
        "label": dot.quoted(group), "labelloc": "t", "style": "rounded,dashed", "color": dot.GREY, "bgcolor": dot.PALE,
    }  # fmt: skip


def _clocks(data: Data) -> list[str]:
    """What clocks may show; of many states together the ages of segments say nothing."""
    found = [part for name in ("times", "zone") for part in data.get(name, "").split("; ") if part]
    if data["states"] > 1:
        found = [part for part in found if not part.startswith("age of ")]
    return found if len(found) <= _CLOCKS else [*found[:_CLOCKS], f"and {len(found) - _CLOCKS} more"]


def _short(number: str) -> str:
    return short(Fraction(number))
