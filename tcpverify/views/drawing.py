"""A graph in every format: DOT, what `dot` makes of it, GraphML, JSON.

Only SVG, PNG and PDF need the program `dot`; nothing else of this project does.
"""

from __future__ import annotations

import json
from typing import Any

import graphviz
import networkx as nx

from tcpverify.errors import UsageError
from tcpverify.views.machine import machine_dot
from tcpverify.views.reachable import reachable_dot
from tcpverify.views.reachnotes import plain_size
from tcpverify.views.svg import clean

__all__ = ["GRAPH_SCHEMA", "RENDERED", "drawn", "graph_document", "graphml", "json_text", "rendered", "summary"]

GRAPH_SCHEMA = "tcpverify.graph/1"
#: formats that `dot` writes
RENDERED = ("svg", "png", "pdf")


def drawn(graph: nx.Graph, everything: bool = False) -> str:
    """The DOT text of a state machine or of a quotient; ``everything`` draws also what is left out otherwise."""
    return machine_dot(graph, everything) if graph.graph["kind"] == "machine" else reachable_dot(graph, everything)


def summary(graph: nx.Graph) -> str:
    """What a quotient stands for and what it leaves out, in a line."""
    about = graph.graph
    if about["kind"] == "machine":
        return f"the state machine of {about['model']}"
    said = plain_size(graph)
    if about["by"] != about.get("asked", about["by"]):
        said += f" (by {about['by']}, since by {about['asked']} there are too many to look at)"
    if about["stopped"] == "states":
        further = f"--states {2 * about['states']} goes further than depth {about['depth']}"
        said += f"; not all that can be reached: {further}"
    elif about["stopped"]:
        said += f"; not all that can be reached: stopped at depth {about['depth']} by a limit or by you"
    return said


def rendered(text: str, form: str) -> bytes:
    """What `dot` makes of DOT text.

    Raises
    ------
    UsageError
        if there is no `dot`, or it fails.
    """
    said = ""
    # Graphviz may find no rows where some lines do not count for them, and no way for a curve.
    counting = text.replace(" constraint=false", "")
    for tried in (text, counting, counting.replace(" {\n", " {\n\tgraph [splines=line]\n", 1)):
        try:
            found: bytes = graphviz.Source(tried).pipe(format=form, quiet=True)
            return found
        except graphviz.ExecutableNotFound:
            raise UsageError(
                f"{form} needs the program dot (Debian and Homebrew package graphviz), which is not installed; "
                "--format html draws the same in a browser, and dot, graphml and json need nothing"
            ) from None
        except graphviz.CalledProcessError as error:
            said = said or next(iter((error.stderr or b"").decode("utf-8", "replace").splitlines()), str(error))
    raise UsageError(f"dot cannot draw this as {form}: {said}")


def graph_document(graph: nx.Graph) -> dict[str, Any]:
    """The document of schema `GRAPH_SCHEMA`: the attributes of graph, nodes and edges."""
    edges = graph.edges(keys=True, data=True) if graph.is_multigraph() else graph.edges(data=True)
    about = dict(graph.graph)
    return {
        "schema": GRAPH_SCHEMA,
        "kind": about.pop("kind"),
        "model": about.pop("model"),
        "about": about,
        "nodes": [{"id": str(name), **data} for name, data in graph.nodes(data=True)],
        "edges": [
            {"source": str(tail), "target": str(head), **({"key": str(key[0])} if key else {}), **data}
            for tail, head, *key, data in edges
        ],
    }


def json_text(graph: nx.Graph) -> str:
    """The document as text, one node or edge to a line."""
    document = graph_document(graph)
    rows = ["{"]
    for name, value in document.items():
        if isinstance(value, list):
            inside = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in value)
            rows.append(f" {json.dumps(name)}: [\n{inside}\n ]" + ("" if name == "edges" else ","))
        else:
            rows.append(f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)},")
    return "\n".join([*rows, "}"]) + "\n"


def graphml(graph: nx.Graph) -> str:
    """GraphML, for Gephi, yEd, igraph and whoever else reads it."""
    found = graph.__class__()
    found.graph.update({name: _printable(value) for name, value in graph.graph.items()})
    for name, data in graph.nodes(data=True):
        found.add_node(_printable(str(name)), **{key: _printable(value) for key, value in data.items()})
    for tail, head, data in graph.edges(data=True):
        ends = (_printable(str(tail)), _printable(str(head)))
        found.add_edge(*ends, **{key: _printable(value) for key, value in data.items()})
    return "\n".join(nx.generate_graphml(found)) + "\n"


def _printable(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value
