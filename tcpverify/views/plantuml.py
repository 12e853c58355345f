"""A trace as a PlantUML sequence diagram."""

from __future__ import annotations

from textwrap import wrap

from tcpverify.evidence.trace import Trace
from tcpverify.views.quantities import BARE, Unit
from tcpverify.views.sequence import Item, items, name_of

__all__ = ["plantuml"]

_WIDE, _NARROW = 70, 34
#: what may stand in a text besides letters and digits; everything else is written as a character code
_PLAIN = frozenset(" ,=()+→·–≥≤§:?")
#: markup only where it is doubled
_SINGLE = frozenset("-/.'_*")
#: how far an arrow falls that is late
_SLANT = 30


def plantuml(trace: Trace, title: str = "", *, unit: Unit = BARE, verbose: bool = False) -> str:
    """The diagram as text; TIME-WAIT is an activation, a late segment slants, a lost one ends in a cross.

    Title, unit and verbosity are as in `tcpverify.views.ladder`.
    """
    lines = ["@startuml", f"title {_said(name_of(trace))}", "participant A", "participant B"]
    for item in items(trace, title, unit, verbose):
        lines += _lines(item)
    return "\n".join([*lines, "@enduml"]) + "\n"


def _lines(item: Item) -> list[str]:
    other = "B" if item.end == "A" else "A"
    if item.kind == "time":
        return [f"== {_said(item.text)} =="]
    if item.kind == "note":
        where = {"A": "left of A", "B": "right of B"}.get(item.end, "over A, B")
        colour = " #FBE9F1" if item.bad else ""
        return [f"note {where}{colour} : {_said(item.text, _NARROW if item.end else _WIDE)}"]
    if item.kind == "event":
        # Not a note: an activation ends only at an arrow.
        return [f"{'?-> A' if item.end == 'A' else 'B <-?'} : {_said(item.text, _NARROW)}"]
    if item.kind == "lost":
        return [f"{item.end} ->x {other} : {_said(item.text)}"]
    if item.kind == "message":
        slant = f"({_SLANT})" if item.late else ""
        colour = "[#A3195B]" if item.bad else ""
        return [f"{item.end} -{colour}>{slant} {other} : {_said(item.text)}"]
    if item.kind == "loop":
        return [f"loop {_said(item.text)}"]
    return ["end"] if item.kind == "over" else [f"{'activate' if item.kind == 'begin' else 'deactivate'} {item.end}"]


def _said(words: str, width: int = _WIDE) -> str:
    """Any text; it can neither end the line nor be taken for PlantUML's own."""
    return "\\n".join(_escaped(line) for line in wrap(words, width, break_on_hyphens=False))


def _escaped(line: str) -> str:
    found = []
    for place, c in enumerate(line):
        near = line[max(place - 1, 0) : place] + line[place + 1 : place + 2]
        plain = c.isalnum() or c in _PLAIN or (c in _SINGLE and c not in near)
        plain = plain or (c == "#" and near[-1:].isdigit())
        # At the beginning of a line these would be headings and lists.
        plain = plain and not (place == 0 and c in "#=*-")
        found.append(c if plain else f"<U+{ord(c):04X}>")
    return "".join(found)
