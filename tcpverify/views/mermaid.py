"""A trace as a Mermaid sequence diagram, for pages that draw it themselves (GitHub, GitLab, Sphinx)."""

from __future__ import annotations

import json
from textwrap import wrap

from tcpverify.evidence.trace import Trace
from tcpverify.views.quantities import BARE, Unit
from tcpverify.views.sequence import Item, items, name_of

__all__ = ["mermaid"]

_WIDE, _NARROW = 46, 32
#: what may stand in a text besides letters and digits; everything else is written as a character code
_PLAIN = frozenset(" .,=()/_+-'→·–≥≤§:*?!")


def mermaid(trace: Trace, title: str = "", *, unit: Unit = BARE, verbose: bool = False) -> str:
    """The diagram as text; TIME-WAIT is an activation, a lost segment ends in a cross.

    Title, unit and verbosity are as in `tcpverify.views.ladder`.
    """
    # YAML reads a JSON string; ASCII only, so that no line of the head can end early.
    lines = ["---", f"title: {json.dumps(name_of(trace))}", "---", "sequenceDiagram"]
    lines += ["    participant A", "    participant B"]
    lines += [f"    {_line(item)}" for item in items(trace, title, unit, verbose)]
    return "\n".join(lines) + "\n"


def _line(item: Item) -> str:
    other = "B" if item.end == "A" else "A"
    if item.kind == "time":
        return f"Note over A,B: {_said(item.text)}"
    if item.kind in ("note", "event"):
        where = {"A": "left of A", "B": "right of B"}.get(item.end, "over A,B")
        return f"Note {where}: {_said(item.text, _NARROW if item.end else _WIDE)}"
    if item.kind in ("message", "lost"):
        return f"{item.end}{'-x' if item.kind == 'lost' else '->>'}{other}: {_said(item.text, _WIDE)}"
    if item.kind == "loop":
        return f"loop {_said(item.text)}"
    return "end" if item.kind == "over" else f"{'activate' if item.kind == 'begin' else 'deactivate'} {item.end}"


def _said(words: str, width: int = _WIDE) -> str:
    """Any text; it can neither end the line nor be taken for Mermaid's own or for HTML."""
    lines = wrap(words, width, break_on_hyphens=False)
    return "<br/>".join("".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in line) for line in lines)
