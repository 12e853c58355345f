"""A graph as one HTML page that needs no network: drawn in the browser by WebAssembly Graphviz, and in words below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import networkx as nx

from tcpverify.views.drawing import drawn
from tcpverify.views.report.embed import asset, embedded, graphviz_module, policy
from tcpverify.views.svg import escaped

__all__ = ["graph_page"]

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 Helvetica, Arial, sans-serif; color: #111; background: #fff; margin: 1rem; }
#drawing { overflow: auto; border: 1px solid #bbb; border-radius: 6px; padding: .5rem; }
#fit:checked ~ #drawing svg { width: 100%; height: auto; }
label { user-select: none; }
table { border-collapse: collapse; margin: .5rem 0; }
td, th { border-bottom: 1px solid #ddd; padding: .2rem .7rem .2rem 0; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; }
summary { cursor: pointer; margin-top: 1rem; }
pre { overflow: auto; }
@media print { details, #fit, label { display: none; } #drawing { border: 0; } }
"""
_DRAW = 'draw(document.getElementById("drawing"), [data.dot], data.title);\n'
#: rows of the tables below the drawing; the file formats for programs hold all
_ROWS = 2000


def graph_page(graph: nx.Graph, everything: bool = False) -> str:
    """The text of the page."""
    about = graph.graph
    title = f"{about['model']}: {'state machine' if about['kind'] == 'machine' else 'reachable graph'}"
    text = drawn(graph, everything)
    scripts = [graphviz_module(), asset("drawing.js") + _DRAW]
    edges = ({"from": tail, "to": head, **data} for tail, head, data in graph.edges(data=True))
    nodes = ({"node": name, **data} for name, data in graph.nodes(data=True))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escaped(policy(*scripts)).replace('"', "&quot;")}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escaped(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escaped(title)}</h1>
<input type="checkbox" id="fit" checked><label for="fit"> fit to the width of the window</label>
<div id="drawing" tabindex="0"><p>This page draws with JavaScript; without it, the tables below say the same.</p></div>
{_table("Nodes", nodes)}
{_table("Edges", edges)}
<details><summary>The drawing as DOT text</summary><pre>{escaped(text)}</pre></details>
<script type="application/json" id="data">{embedded({"dot": text, "title": title})}</script>
<script type="module">{scripts[0]}</script>
<script>{scripts[1]}</script>
</body>
</html>
"""


def _table(name: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """A table of the attributes that any row has; what is the same nowhere is left out."""
    every = list(rows)
    heads = [head for head in dict.fromkeys(key for row in every for key in row) if _said(every, head)]
    shown = every[:_ROWS]
    more = f"<p>{len(every) - _ROWS} more are left out here.</p>" if len(every) > _ROWS else ""
    return (
        f"<details><summary>{name} ({len(every)})</summary><table>\n<tr>{_cells(heads, 'th')}</tr>\n"
        + "\n".join(f"<tr>{_cells([row.get(head, '') for head in heads], 'td')}</tr>" for row in shown)
        + f"\n</table>{more}</details>"
    )


def _said(rows: Sequence[Mapping[str, Any]], head: str) -> bool:
    return any(row.get(head) not in ("", None) for row in rows)


def _cells(values: Sequence[Any], tag: str) -> str:
    words = ("yes" if v is True else "" if v is False else str(v) for v in values)
    return "".join(f"<{tag}>{escaped(word)}</{tag}>" for word in words)
