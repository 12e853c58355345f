"""The state machine of a model as the RFC draws it: event over action on the arrows (RFC 9293, Figure 5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from textwrap import wrap
from typing import Any

import graphviz
import networkx as nx

from tcpverify.views import dot
from tcpverify.views.dot import Key

__all__ = ["machine_dot"]

#: the rows of the figure, each from left to right
_FIGURE = (
    ("CLOSED",), ("LISTEN",), ("SYN-RECEIVED", "SYN-SENT"), ("ESTABLISHED",), ("FIN-WAIT-1", "CLOSE-WAIT"),
    ("FIN-WAIT-2", "CLOSING", "LAST-ACK"), ("TIME-WAIT", ""),
)  # fmt: skip
_KINDS = {
    "call": Key("──▶", dot.GREEN, "the application calls"),
    "segment": Key("──▶", dot.INK, "a segment arrives"),
    "timer": Key("╌╌▶", dot.BLUE, "a timer expires"),
}
_CHANGES = {
    "added": Key("━━▶", dot.VERMILLION, "new"),
    "changed": Key("──▶", dot.ORANGE, "the same, but more is done"),
    "removed": Key("····▶", dot.GREY, "no longer so"),
}
_STYLE = {"added": "bold", "removed": "dotted"}
_MARKS = {"added": "B", "removed": "S"}
#: characters in a row within a state
_WIDE = 44
#: a duration that is a number, perhaps after parameters
_SECONDS = re.compile(r"((?:^|[=+-] )\d+(?:/\d+)?)$")

Data = Mapping[str, Any]


def machine_dot(graph: nx.MultiDiGraph, everything: bool = False) -> str:
    """The DOT text of a graph of `tcpverify.workflow.machine`.

    Parameters
    ----------
    everything
        draw also resets, aborts, user timeouts, and what changes no state.
    """
    return _Machine(graph, everything).text()


class _Machine:
    def __init__(self, graph: nx.MultiDiGraph, everything: bool) -> None:
        self.graph, self.everything = graph, everything
        self.ids = {state: f"s{number}" for number, state in enumerate(graph)}
        self.start = next((s for s, d in graph.nodes(data=True) if d["initial"]), "")
        self.shown = [
            (tail, head, data)
            for tail, head, data in graph.edges(data=True)
            if everything or data["main"] or data["status"] in ("added", "removed")
        ]
        self.figure = set(graph) == {state for row in _FIGURE for state in row if state}
        steps = nx.DiGraph((t, h) for t, h, d in self.shown if d["status"] != "removed")
        depth = nx.single_source_shortest_path_length(steps, self.start) if self.start in steps else {}
        #: where the last states lead to the first one, the figure draws that once more at the bottom
        self.again = {t for t, h, _ in self.shown if h == self.start and t != h and depth.get(t, 2) > 1}

    def text(self) -> str:
        """The whole file."""
        drawing = self._empty()
        for state, data in self.graph.nodes(data=True):
            drawing.node(self.ids[state], **self._node(state, data))
        if self.again:
            drawing.node("again", label=dot.quoted(self.start))
        self._rows(drawing)
        for (tail, head), arrows in self._grouped():
            look = self._edge(arrows)
            ends = [self.ids[tail], self._head(tail, head)]
            if self._leftwards(tail, head):
                # Within a row lines go to the right, whatever their arrow says.
                ends.reverse()
                look["dir"] = "back"
            drawing.edge(*ends, **look)
        text: str = drawing.source
        return text

    def _empty(self) -> graphviz.Digraph:
        about = self.graph.graph
        notes = [dot.about(about)]
        notes.append("On the arrows: the event over what the end does about it (x: nothing), as in Figure 5.")
        kinds = {d["kind"] for _, _, d in self.shown}
        legend = [key for name, key in _KINDS.items() if name in kinds]
        states = {d["status"] for _, _, d in self.shown}
        against = f" (against {about['base']})"
        legend += [key._replace(meaning=key.meaning + against) for name, key in _CHANGES.items() if name in states]
        hidden = self.graph.number_of_edges() - len(self.shown)
        if hidden:
            notes.append(
                f"Left out: {hidden} arrows for resets, aborts, user timeouts and what changes no state (--all)."
            )
        return dot.new(
            f"{about['model']}: state machine", f"The state machine of {about['model']}", notes, legend,
            rankdir="TB", ranksep="0.55", nodesep="0.6",
        )  # fmt: skip

    def _node(self, state: str, data: Data) -> dict[str, str]:
        """A state, the timer that it is for, and what happens there without leaving it."""
        rows = [dot.words(state)]
        look = {}
        lasts = self.graph.graph["time_wait"]
        if "time-wait" in data["timers"].split(", ") and lasts:
            rows.append(dot.words(f"lasts {_dotted(lasts)}"))
            look = {"fillcolor": dot.TINT, "penwidth": "2"}
        stays: dict[tuple[str, str], list[str]] = {}
        for tail, head, arrow in self.shown:
            if tail == head == state:
                stays.setdefault((arrow["status"], arrow["action"] or "x"), []).append(_dotted(arrow["event"]))
        if not stays:
            return {"label": dot.quoted(state, *rows[1:]), **look}
        rows.append("<HR/>")
        for (status, action), events in stays.items():
            for line in _rows(f"{', '.join(dict.fromkeys(events))} / {action}"):
                rows.append(dot.small(line, _ink(status), _MARKS.get(status, "")))
        return {"label": dot.cells(rows), **look}

    def _leftwards(self, tail: str, head: str) -> bool:
        if not self.figure or self._head(tail, head) == "again":
            return False
        return any(tail in row and head in row and row.index(tail) > row.index(head) for row in _FIGURE)

    def _rows(self, drawing: graphviz.Digraph) -> None:
        """The places of the figure, if it is that machine."""
        if not self.figure:
            return
        for row in _FIGURE:
            names = [self.ids[s] if s else "again" for s in row if s or self.again]
            with drawing.subgraph(graph_attr={"rank": "same"}) as part:
                for name in names:
                    part.node(name)
            for left, right in pairwise(names):
                drawing.edge(left, right, style="invis", weight="0")

    def _head(self, tail: str, head: str) -> str:
        return "again" if head == self.start and tail in self.again else self.ids[head]

    def _grouped(self) -> Iterator[tuple[tuple[str, str], list[Data]]]:
        """What one line stands for: arrows between the same two states that look alike."""
        found: dict[tuple[str, str, str, str], list[Data]] = {}
        for tail, head, data in self.shown:
            if tail != head:
                kind = data["kind"] if data["main"] else "aside"
                found.setdefault((tail, head, kind, data["status"]), []).append(data)
        for (tail, head, *_), arrows in found.items():
            yield (tail, head), arrows

    def _edge(self, arrows: list[Data]) -> dict[str, str]:
        status, kind = arrows[0]["status"], arrows[0]["kind"]
        alike = len({a["kind"] for a in arrows}) == 1
        colour = _CHANGES[status].colour if status in _CHANGES else _KINDS[kind].colour if alike else dot.INK
        rows: list[str] = []
        for arrow in arrows:
            rows += [" "] if rows else []
            ink = _ink(status) if status in _CHANGES else _KINDS[arrow["kind"]].colour
            rows += dot.fraction(_dotted(arrow["event"]), arrow["action"] or "x", ink, _MARKS.get(status, ""))
        return {
            "label": dot.cells(rows),
            "color": colour,
            "style": _STYLE.get(status, "dashed" if kind == "timer" and alike else "solid"),
            "penwidth": "2" if status == "added" else "1.2",
        }


def _ink(status: str) -> str:
    """The colour of words; orange ones could not be read."""
    return _CHANGES[status].colour if status in _MARKS else dot.INK


def _rows(text: str) -> list[str]:
    """Rows that do not begin with what stands under the line, nor with the second word of an event."""
    joined = text.replace(", ", ",\t").replace(" ", "\u00a0").replace(",\t", ", ")
    return wrap(joined, _WIDE, break_on_hyphens=False, break_long_words=False)


def _dotted(text: str) -> str:
    """Text with durations as people write them: ``2·MSL`` for ``2*MSL``, and seconds where there is only a number."""
    return _SECONDS.sub(r"\1 s", text.replace("*", "·"))
