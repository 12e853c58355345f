"""A state machine so small that it fits beside a ladder: names and arrows without words."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import graphviz
import networkx as nx

from tcpverify.views import dot

__all__ = ["compact"]


def compact(graph: nx.MultiDiGraph, used: Collection[str]) -> dict[str, Any]:
    """The machine of `tcpverify.workflow.machine`, with an arrow for every pair of states.

    Parameters
    ----------
    used
        rules that must have their arrow, even if it is one that the RFC's figure leaves out.

    Returns
    -------
    dict
        ``dot``; ``nodes``: the id of every state in the drawing; ``arrows``: the ids of every rule's arrow.
    """
    drawing = graphviz.Digraph(
        graph_attr={"bgcolor": "white", "margin": "0.1", "nodesep": "0.15", "ranksep": "0.28"},
        node_attr={
            "shape": "box", "style": "rounded,filled", "fillcolor": "white", "fontname": dot.FONT, "fontsize": "11",
            "margin": "0.08,0.03", "height": "0.28",
        },
        edge_attr={"color": dot.GREY, "arrowsize": "0.55"},
    )  # fmt: skip
    nodes = {state: f"n{number}" for number, state in enumerate(graph)}
    for state, name in nodes.items():
        drawing.node(name, label=dot.quoted(state), id=name)
    pairs: dict[tuple[str, str], list[str]] = {}
    for tail, head, data in graph.edges(data=True):
        rules = data["rules"].split("; ")
        if tail != head and data["status"] != "removed" and (data["main"] or any(r in used for r in rules)):
            pairs.setdefault((tail, head), []).extend(rules)
    arrows: dict[str, list[str]] = {}
    first = next(iter(graph), "")
    for number, ((tail, head), rules) in enumerate(pairs.items()):
        # Arrows back to the first state would turn the drawing upside down.
        look = {"constraint": "false"} if head == first else {}
        drawing.edge(nodes[tail], nodes[head], id=f"e{number}", **look)
        for rule in rules:
            arrows.setdefault(rule, []).append(f"e{number}")
    return {"dot": drawing.source, "nodes": nodes, "arrows": arrows}
