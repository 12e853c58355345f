"""The reachable graph, or what a quotient leaves of it, as DOT text; with a counterexample in it if there is one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import log10
from textwrap import wrap
from typing import Any

import graphviz
import networkx as nx

from tcpverify.views import dot
from tcpverify.views.dot import Key
from tcpverify.views.quantities import short
from tcpverify.views.reachlines import chosen
from tcpverify.views.reachnotes import GIVEN_UP, marks, notes

__all__ = ["reachable_dot", "reachable_parts"]

Data = Mapping[str, Any]

_KINDS = {
    "call": Key("──▶", dot.GREEN, "the application calls"),
    "deliver": Key("──▶", dot.INK, "a segment arrives (its flags)"),
    "timer": Key("╌╌▶", dot.BLUE, "a timer expires"),
    "mixed": Key("──▶", dot.GREY, "several kinds"),
}
_BROKEN = Key("━━▶", dot.VERMILLION, "breaks a property (✗)")
_PATH = Key("━━▶", dot.VERMILLION, "the counterexample, step by step")
_REST = Key("──▶", dot.FADED, "what else can be reached")
_INITIAL = "bold frame: where runs start"
_TIME_WAIT = re.compile(r"(^|/ )TIME-WAIT\b")
#: characters to a row of a node and of a line that has little room
_WIDE, _NARROW = 34, 18
#: inches: A4 less a centimetre on every side, if 12 points are to be printed as 7; for how many nodes that is right,
#: and how many characters to a row above them
_PAGE, _FEW, _MANY, _ROW = "11.5,18.7", 15, 70, 160
_CLOCKS = 8
#: lines that lead far back, each with words of its own at the node where it begins
_TURNS = 2


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
        it), ``states``, ``inside`` (transitions among these), ``id``, ``dot`` (its statement) and, if it can be
        expanded, ``frame`` (the attributes of its cluster) and ``members`` (each ``name``, ``states``, ``inside``,
        ``id``, ``dot``, and ``alone``, the statement for where there is no frame); ``edges``: the ids of both ends,
        the statement (lines have no words in the picture), what happens on it, and whether it is one of the lines
        between groups that come first where there are too many; ``more``: how many lines between groups do not.
    """
    return _Reachable(graph, everything=True).parts()


class _Reachable:
    def __init__(self, graph: nx.DiGraph, everything: bool) -> None:
        self.graph, self.everything = graph, everything
        self.ids = {name: f"n{number}" for number, name in enumerate(graph)}
        self.traced = "trace_property" in graph.graph
        self.edges = [(t, h, d) for t, h, d in graph.edges(data=True) if h != GIVEN_UP]
        self.largest = max((d["count"] for _, _, d in self.edges), default=1)

        #: per faded node the first state of the path that leads to it
        self.reached: dict[str, str] = {}
        passed = ((n, d) for n, d in graph.nodes(data=True) if d.get("path"))
        for name, _ in sorted(passed, key=lambda row: int(row[1]["path"].split("; ")[0])):
            for head in graph.successors(name):
                self.reached.setdefault(head, name)
        self.lines = chosen(graph, self.edges, everything)
        self.marks = marks(data for _, *_, data in (*graph.nodes(data=True), *self.edges))
        expanded = any(d["expanded"] and not d.get("path") for d in graph.nodes.values())
        #: whether the picture is made for one page
        self.page = _FEW < len(graph) <= _MANY and not (everything or expanded or graph.graph["times"])

    def text(self) -> str:
        """The whole file."""
        drawing = self._empty(self._notes())
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
            if (tail, head) in self.lines.drawn:
                drawing.edge(self.ids[tail], self.ids[head], **self._edge(tail, head, data))
        text: str = drawing.source
        return text

    def parts(self) -> dict[str, Any]:
        """What `reachable_parts` returns."""
        drawing = self._empty()
        head = str(drawing.source).rstrip().removesuffix("}")
        groups: dict[str, dict[str, Any]] = {}
        for name, data in self.graph.nodes(data=True):
            if name == GIVEN_UP:
                continue
            inner = name != data["group"]
            drawing.node(self.ids[name], **self._node(name, data, inner))
            said = {"name": data["label"], "states": data["states"], "inside": data["inside"]}
            said |= {"id": self.ids[name], "dot": drawing.body[-1].strip()}
            if inner:
                drawing.node(self.ids[name], **self._node(name, data))
                said["alone"] = drawing.body[-1].strip()
                groups[data["group"]].setdefault("members", []).append(said)
            else:
                ends = name.split(" / ") if self.graph.graph["by"] == "ends" else []
                groups[name] = {**said, "name": name, "ends": ends}
        for group in groups.values():
            if "members" in group:
                # Only the library knows how attributes are quoted.
                group["frame"] = graphviz.Digraph(graph_attr=_frame(group["name"])).source.splitlines()[1].strip()
        among = chosen(self.graph, [e for e in self.edges if e[0] in groups and e[1] in groups], everything=False)
        edges = []
        for tail, head_, data in self.edges:
            look = {name: value for name, value in self._edge(tail, head_, data).items() if name != "label"}
            drawing.edge(self.ids[tail], self.ids[head_], **look)
            main = (tail, head_) in among.drawn
            edges.append([self.ids[tail], self.ids[head_], drawing.body[-1].strip(), _in_words(data), int(main)])
        more = sum(e[0] in groups and e[1] in groups and (e[0], e[1]) not in among.drawn for e in self.edges)
        return {"head": head, "groups": list(groups.values()), "edges": edges, "more": more}

    def _empty(self, notes: Sequence[str] | None = None) -> graphviz.Digraph:
        """A drawing of nothing yet; without ``notes`` the legend alone is above it."""
        model = self.graph.graph["model"]
        what = "Counterexample in the reachable graph" if self.traced else "The reachable graph"
        bare = notes is None
        room = {"ranksep": "0.3" if bare else "0.25", "nodesep": "0.15"}
        if self.page:
            room = {"ranksep": "0.03", "nodesep": "0.08", "size": _PAGE, "ratio": "compress"}
        return dot.new(
            f"{model}: reachable graph", "" if bare else f"{what} of {model}", notes or [], self._legend(bare),
            row=_ROW if self.page else dot.ROW, rankdir="TB", **room,
        )  # fmt: skip

    def _notes(self) -> list[str]:
        back = {(tail, head) for tail, heads in self.lines.back.items() for head in heads}
        hidden = [d["count"] for t, h, d in self.edges if (t, h) not in self.lines.drawn | back]
        return notes(self.graph, self.marks, hidden, bool(back))

    def _legend(self, bare: bool) -> list[Key]:
        if self.traced:
            return [_PATH, _REST]
        kinds = {d["kind"] for _, _, d in self.edges}
        found = [key for name, key in _KINDS.items() if name in kinds]
        if any(d["breaks"] for _, _, d in self.edges):
            said = ", ".join(f"{mark.removeprefix('✗')} {name}".strip() for name, mark in self.marks.items())
            found.append(_BROKEN._replace(meaning=f"breaks a property (✗): {said}") if bare else _BROKEN)
        if len(self.lines.told) < len(self.lines.drawn):
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
        # The frame around it names the ends.
        names = [] if inner and flight else _stacked(ends, "" if self.graph.graph["by"] == "ends" else " /")
        ink = dot.GREY if faded else dot.INK
        rows = [dot.small(row, ink, "B" if on_path else "") for row in names]
        rows += [dot.small(row, ink) for row in wrap(flight, _WIDE, break_on_hyphens=False)]
        counted = [str(data["states"])] if data["states"] > 1 or data["inside"] else []
        counted += [f"{data['inside']} ↻"] if data["inside"] else []
        if counted:
            rows.append(dot.small(" · ".join(counted), dot.GREY))
        for head in self.lines.back.get(name, ())[:_TURNS]:
            edge = self.graph.edges[name, head]
            rows += [dot.small(row, dot.VERMILLION if edge["breaks"] else dot.INK) for row in _stacked(f"↩ {head}")]
            rows += [dot.small(event, dot.GREY) for event in self._events({**edge, "breaks": ""})]
        rest = self.lines.back.get(name, ())[_TURNS:]
        if rest:
            more = sum(self.graph.edges[name, head]["count"] for head in rest)
            rows.append(dot.small(f"↩ {len(rest)} more ×{more}"))
        if data.get("breaks"):
            rows += [dot.small(row, dot.VERMILLION) for row in self._broken(data)]
        rows += [dot.small(part, dot.BLUE) for part in _clocks(data)]
        # Arrows are wider in some fonts than Graphviz takes them to be.
        margin = "0.07,0.045" if self.page else "0.18,0.06" if flight else "0.1,0.06"
        look = {"label": dot.cells(rows, padding=0), "margin": margin}
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
            label = _beside(rows, "LEFT")
            return {"label": label, "color": dot.VERMILLION, "penwidth": "2.5", "weight": "100"}
        return {**self._line(tail, head, data), **({} if self._ranks(tail, head) else {"constraint": "false"})}

    def _ranks(self, tail: str, head: str) -> bool:
        """Whether a line makes its head come below its tail."""
        nodes = self.graph.nodes
        if not self.traced:
            return self.lines.below(self.graph, tail, head)
        # What is beside the path comes below the first step that leads there, or above the one that it leads to.
        if not nodes[tail].get("path"):
            return bool(nodes[head].get("path")) and not self.reached.get(tail)
        return bool(nodes[head].get("path")) or self.reached[head] == tail

    def _line(self, tail: str, head: str, data: Data) -> dict[str, str]:
        if self.traced:
            return {"color": dot.FADED, "penwidth": "0.6", "weight": "1", "arrowsize": "0.5"}
        if (tail, head) not in self.lines.told:
            return {"color": dot.FAINT, "penwidth": "0.8"}
        rest = any(self.graph.nodes[name]["label"].endswith(" more") for name in (tail, head))
        if rest or self.graph.nodes[tail]["expanded"] != self.graph.nodes[head]["expanded"]:
            # What leads into an expanded group and out of it: many lines, each of little interest.
            return {"label": dot.quoted(f"×{data['count']}"), "color": dot.GREY, "fontcolor": dot.GREY}
        rows = [dot.small(e, dot.VERMILLION if e.startswith("✗") else dot.INK) for e in self._events(data)]
        rows += [dot.small(guard, dot.BLUE) for guard in data.get("guard", "").split("; ")[:2] if guard]
        kind = _BROKEN if data["breaks"] else _KINDS.get(data["kind"], _KINDS["mixed"])
        return {
            "label": _beside(rows), "color": kind.colour, "penwidth": self._width(data["count"]),
            "style": "dashed" if kind is _KINDS["timer"] else "solid",
        }  # fmt: skip

    def _events(self, data: Data) -> list[str]:
        """What happens on a line, in a few rows: the most frequent event, how many, and what they break."""
        first, *others = (event.rpartition(" ×")[0].removeprefix("rcv ") for event in data["events"].split("; "))
        if self.graph.graph["by"] == "ends":
            first = first.removeprefix("TIME-WAIT ")
        many = f" ×{data['count']}" if data["count"] > 1 else ""
        width = _NARROW if self.page else _WIDE
        return [*wrap(first + "…" * bool(others) + many, width, break_on_hyphens=False), *self._broken(data)]

    def _broken(self, data: Data) -> list[str]:
        """What a line or a node breaks, by the marks that the notes explain."""
        found = (one.rpartition(" ×") for one in data["breaks"].split("; ") if one)
        return wrap("  ".join(f"{self.marks[name]}\u00a0×{count}" for name, _, count in found), _NARROW)

    def _width(self, count: int) -> str:
        """From 0.7 to 5 points, by the logarithm of the count."""
        return f"{0.7 + 4.3 * log10(count) / max(log10(self.largest), 1):.1f}"


def _beside(rows: Sequence[str], align: str = "CENTER") -> str:
    """Words of a line, kept off it."""
    return dot.cells([f"&#160;{row}" for row in rows], padding=0, align=align)


def _in_words(data: Data) -> str:
    """What happens on a line, in a sentence."""
    events = data["events"].split("; ")
    said = "; ".join(events[:_CLOCKS]) + f"; {len(events) - _CLOCKS} other events" * (len(events) > _CLOCKS)
    return said + f". Breaks {data['breaks']}" * bool(data["breaks"])


def _stacked(ends: str, slash: str = " /") -> list[str]:
    """Both ends' states, one below the other: a picture has more room downwards than across."""
    one, found, other = ends.partition(" / ")
    rows = [one + slash, other] if found else [ends]
    return [part for row in rows for part in wrap(row, _WIDE, break_on_hyphens=False)]


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
