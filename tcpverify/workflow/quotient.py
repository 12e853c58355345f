"""Many states as one node: what a picture of a large graph shows of it.

Works on the plain graphs of `tcpverify.workflow.graph` and knows no engine. Every transition is counted once: on the
edge between two groups, or as ``inside`` of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import product
from typing import Any

import networkx as nx

from tcpverify.errors import UsageError
from tcpverify.workflow.intervals import around

__all__ = ["BY", "ELSEWHERE", "MEMBERS", "UNFOLDED", "folded", "group_named", "levels", "quotient"]

#: what states may have in common: both ends' states, these and what is under way, which incarnations there are, what
#: a property looks at; ``none`` leaves every state on its own
BY = ("ends", "flight", "incarnation", "property", "none")
#: nodes that a group shows when it is expanded
MEMBERS = 24
#: states up to which a picture may show them all
UNFOLDED = 500

ELSEWHERE = "elsewhere"
_ATTRIBUTE = {"ends": "ends", "incarnation": "incarnations", "property": "part"}


def quotient(
    graph: nx.MultiDiGraph, by: str = "ends", expand: Collection[str] = (), path: bool = False, members: int = MEMBERS
) -> nx.DiGraph:
    """The graph of groups of states.

    Parameters
    ----------
    by
        one of `BY`.
    expand
        names of groups that show their members: what is under way, or where that is the same, single states.
    path
        states that a trace passes stay on their own, and groups that are more than a step away from them are one node.
    members
        how many nodes an expanded group shows, those found first; the others are one node.

    Returns
    -------
    networkx.DiGraph
        a graph like the given one, with ``by`` and ``collapsed`` (how many states are in groups) among its
        attributes. Nodes have ``label``, ``group``, ``states``, ``inside`` (transitions that stay in it),
        ``inside_events``, ``depth`` (the least), ``initial``, ``expanded``, and on a path ``path`` and ``named``;
        edges ``count``, ``events`` (``rcv ACK ×12; CLOSE ×3``), ``kind`` (``mixed`` if there are several),
        ``breaks`` (``drained ×2``), and on a path ``path``, ``time`` and ``said``. ``times`` and ``guard`` stand
        where the given graph has them.

    Raises
    ------
    UsageError
        if there is no such group.
    """
    names = _names(graph, by, {group_named(graph, by, name) for name in expand}, path, members)
    if path:
        _gather_far(graph, names)
    return _built(graph, by, names)


def levels(graph: nx.MultiDiGraph, by: str = "ends", members: int = MEMBERS) -> nx.DiGraph:
    """All groups and all their members in one graph, for pictures in which groups are expanded and collapsed.

    What `quotient` gives for any set of expanded groups is what is left of it without the members of the others and
    without the expanded groups themselves. Nodes and edges are as there; ``expanded`` tells members from groups.
    """
    every = {_group(data, by, state) for state, data in graph.nodes(data=True)}
    inner = _names(graph, by, every, False, members)
    shown: dict[str, set[str]] = {}
    for name, group in inner.values():
        shown.setdefault(group, set()).add(name)
    # Nothing is gained by opening a group that shows one thing.
    alone = {group for group, names in shown.items() if len(names) == 1}
    inner = {state: (group if group in alone else name, group) for state, (name, group) in inner.items()}
    return _built(graph, by, {state: (group, group) for state, (_, group) in inner.items()}, inner)


def _built(graph: nx.MultiDiGraph, by: str, *layers: Mapping[int, tuple[str, str]]) -> nx.DiGraph:
    """The graph of names, each with the group it belongs to; with several layers, a state has a node in each."""
    found = nx.DiGraph(**graph.graph)
    groups = {name: group for layer in layers for name, group in layer.values()}
    names = {state: dict.fromkeys(layer[state][0] for layer in layers) for state in graph}
    held: dict[str, list[int]] = {}
    for layer in layers:
        for state, (name, _) in layer.items():
            if layer is layers[0] or name != layers[0][state][0]:
                held.setdefault(name, []).append(state)
    for name, states in held.items():
        found.add_node(name, **_node(graph, states, groups[name], name))
    between: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for tail, head, data in graph.edges(data=True):
        for one, other in product(names[tail], names[head]):
            # In layers a group and its members are never seen together.
            apart = groups[one] != groups[other] or (one == groups[one]) == (other == groups[other])
            if apart or len(layers) == 1:
                between.setdefault((one, other), []).append(data)
    for (tail, head), edges in between.items():
        if tail == head:
            found.nodes[tail]["inside"] = len(edges)
            found.nodes[tail]["inside_events"] = _counted(d["event"] for d in edges)
            inner = _counted(b for d in edges for b in _split(d["breaks"]))
            if inner:
                found.nodes[tail]["breaks"] = inner
        # A step of a trace is shown even where it stays within a group.
        if tail != head or any("path" in d for d in edges):
            found.add_edge(tail, head, **_edge(edges))
    found.graph.update(by=by, collapsed=sum(len(s) for s in held.values() if len(s) > 1), groups=len(held))
    return found


def folded(
    graph: nx.MultiDiGraph, by: str, expand: Collection[str] = (), path: bool = False, members: int = MEMBERS,
    data: bool = False,
) -> nx.DiGraph:  # fmt: skip
    """The quotient that is asked for, or where that is more than anybody can look at, a coarser one.

    ``data`` says that no picture is made of it. What was asked for is then ``asked`` among the graph's attributes.
    """
    order = ("none", "flight", "ends")
    for level in order[order.index(by) :] if by in order and not data else (by,):
        if level == "none" and len(graph) > UNFOLDED and not data:
            continue
        found = quotient(graph, level, expand if level == by else (), path, members)
        if len(found) <= UNFOLDED or level == "ends":
            break
    found.graph["asked"] = by
    return found


def group_named(graph: nx.MultiDiGraph, by: str, name: str) -> str:
    """The group that a user means: ``TIME-WAIT/LAST-ACK`` names the ends in any order.

    Raises
    ------
    UsageError
        if no group has that name; says some that there are.
    """
    known = dict.fromkeys(_group(data, by, state) for state, data in graph.nodes(data=True))
    wanted = sorted(part.strip().upper() for part in name.split("/"))
    for group in known:
        if group == name or (by in _ATTRIBUTE and sorted(p.strip().upper() for p in group.split("/")) == wanted):
            return group
    some = ", ".join(list(known)[:8]) + (f" and {len(known) - 8} more" if len(known) > 8 else "")
    raise UsageError(f"there is no group {name!r} to expand; there are {some}")


def _group(data: dict[str, Any], by: str, state: int) -> str:
    if by in _ATTRIBUTE:
        return str(data[_ATTRIBUTE[by]])
    label = _label(data)
    return label if by == "flight" else f"{state}: {label}"


def _label(data: dict[str, Any]) -> str:
    return f"{data['ends']} · {data['flight']}" if data["flight"] else str(data["ends"])


def _names(
    graph: nx.MultiDiGraph, by: str, expand: set[str], path: bool, members: int
) -> dict[int, tuple[str, str]]:
    """For every state the name of its node, and the group that this belongs to."""
    found: dict[int, tuple[str, str]] = {}
    inner: dict[str, dict[str, list[int]]] = {}
    for state, data in graph.nodes(data=True):
        group = _group(data, by, state)
        if path and "path" in data:
            found[state] = (f"{state}: {_label(data)}", group)
        elif group in expand:
            inner.setdefault(group, {}).setdefault(_label(data), []).append(state)
            found[state] = ("", group)
        else:
            found[state] = (group, group)
    for group, kinds in inner.items():
        # What is under way tells members apart, and if that does not, their clocks do.
        alone = len(kinds) == 1
        rows = [[s] for s in next(iter(kinds.values()))] if alone else list(kinds.values())
        for number, states in enumerate(rows):
            label = _label(graph.nodes[states[0]])
            name = f"{states[0]}: {label}" if alone else f"{group} » {label}"
            if number >= members - 1 and len(rows) > members:
                name = f"{group} » {len(rows) - members + 1} more"
            for state in states:
                found[state] = (name, group)
    return found


def _gather_far(graph: nx.MultiDiGraph, names: dict[int, tuple[str, str]]) -> None:
    """Give all nodes that no step leads to from the path, or from there to it, one name."""
    on_path = {state for state, data in graph.nodes(data=True) if "path" in data}
    near = {names[s][0] for edge in graph.edges() if on_path & set(edge) for s in edge}
    far = sorted({name for name, _ in names.values()} - near - {names[s][0] for s in on_path})
    if len(far) > 1:
        for state, (name, _) in names.items():
            if name in far:
                names[state] = (ELSEWHERE, ELSEWHERE)


def _node(graph: nx.MultiDiGraph, states: list[int], group: str, name: str) -> dict[str, Any]:
    every = [graph.nodes[state] for state in states]
    first = every[0]
    # Names are unique; what is shown need not be.
    label = name.split(" » ", 1)[1] if " » " in name else name.removeprefix(f"{states[0]}: ")
    data: dict[str, Any] = {
        "label": label,
        "group": group,
        "states": len(states),
        "inside": 0,
        "inside_events": "",
        "depth": min(d["depth"] for d in every),
        "initial": any(d["initial"] for d in every),
        "expanded": name != group,
    }
    if len(states) == 1 and "path" in first:
        data |= {"path": first["path"], "named": first["named"]}
    if "times" in first:
        data["times"] = around([d["times"] for d in every])
        data["zone"] = first["zone"] if len(states) == 1 else ""
    return data


def _edge(edges: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = {d["kind"] for d in edges}
    data: dict[str, Any] = {
        "count": len(edges),
        "events": _counted(d["event"] for d in edges),
        "kind": kinds.pop() if len(kinds) == 1 else "mixed",
        "breaks": _counted(b for d in edges for b in _split(d["breaks"])),
    }
    steps = [d for d in edges if "path" in d]
    if steps:
        data |= {name: "; ".join(d[name] for d in steps) for name in ("path", "time", "said")}
    if "guard" in edges[0]:
        data["guard"] = "; ".join(dict.fromkeys(d["guard"] for d in edges if d["guard"]))
    return data


def _split(text: str) -> list[str]:
    return text.split("; ") if text else []


def _counted(events: Iterable[str]) -> str:
    """What occurs how often, most often first: ``rcv ACK ×12; CLOSE ×3``."""
    rows = sorted(Counter(events).items(), key=lambda row: (-row[1], row[0]))
    return "; ".join(f"{name} ×{count}" for name, count in rows)
