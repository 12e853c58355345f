"""What is written above a picture of a reachable graph: what it is of, how to read it, and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import networkx as nx

from tcpverify.views import dot
from tcpverify.views.quantities import plural, short

__all__ = ["GIVEN_UP", "marks", "notes", "plain_size"]

#: what is not followed further: counted instead of drawn
GIVEN_UP = "given up"
_IN_WORDS = {
    "ends": "One node for all states in which both ends have these states (in either order).",
    "flight": "One node for all states with these ends and segments in flight; clocks are left out.",
    "incarnation": "One node for all states with these incarnations of the connection.",
    "property": "One node for all states that look alike to the property",
    "none": "One node for every state.",
}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def plain_size(graph: nx.DiGraph) -> str:
    """``9227 states and 42338 transitions, drawn as 26 nodes``."""
    about = graph.graph
    said = f"{plural(about['states'], 'state')} and {plural(about['transitions'], 'transition')}"
    return f"{said}, drawn as {plural(len(graph) - (GIVEN_UP in graph), 'node')}"


def marks(every: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What stands for the breaking of a property: ✗, with a letter where there are several; most often broken first."""
    found: Counter[str] = Counter()
    for data in every:
        for name, _, count in (one.rpartition(" ×") for one in data.get("breaks", "").split("; ") if one):
            found[name] += int(count)
    order = sorted(found, key=lambda name: (-found[name], name))
    return {name: "✗" + (_LETTERS[n % len(_LETTERS)] if len(order) > 1 else "") for n, name in enumerate(order)}


def notes(graph: nx.DiGraph, marked: Mapping[str, str], hidden: Sequence[int], back: bool) -> list[str]:
    """The sentences.

    Parameters
    ----------
    marked
        of `marks`.
    hidden
        for every line that is not drawn how many transitions it stands for.
    back
        whether lines that lead far back are in words.
    """
    about = graph.graph
    traced = "trace_property" in about
    wait, msl = (short(Fraction(about[name])) for name in ("time_wait", "msl"))
    size = [f"{plain_size(graph)}. {_grouping(about)}"]
    if about["stopped"]:
        size.append(f"Not all that can be reached: the exploration stopped at depth {about['depth']}.")
    gone = sum(d["count"] for _, _, d in graph.in_edges(GIVEN_UP, data=True)) if GIVEN_UP in graph else 0
    if gone:
        size.append(f"Not drawn: {plural(gone, 'transition')} by which an end gives up, its retransmissions used up.")
    if hidden:
        among = " that lead from one faded node to another" if traced else ""
        stand_for = f"{plural(len(hidden), 'line')}{among}, for {plural(sum(hidden), 'transition')}"
        size.append(f"Left out: {stand_for} (--all).")
    inside = "n · m ↻: n states, with m transitions among them."
    read = [f"In faded nodes, {inside}"]
    if not traced:
        read = [f"In nodes, {inside} On lines, ×n: so many transitions; …: not only by this."]
    if back:
        read.append("↩: what leads far back.")
    if traced:
        reason = about["trace_reason"]
        read.insert(0, f"Breaks {about['trace_property']}" + (f": {reason}." if reason else " (an endless run)."))
    elif marked:
        said = ", ".join(f"{mark} {name}" if len(marked) > 1 else name for name, mark in marked.items())
        read.append(f"✗ breaks a property: {said}.")
    return [f"{dot.about(about)}. TIME-WAIT = {wait}, MSL = {msl}.", " ".join(size), " ".join(read)]


def _grouping(about: Mapping[str, Any]) -> str:
    said = _IN_WORDS[about["by"]]
    if about["by"] == "property":
        said += f" ({about['lens']})."
    return said
