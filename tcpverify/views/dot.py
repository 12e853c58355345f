"""DOT text: colours, text that cannot break the file, titles and legends. The program `dot` is not needed for it.

Everything that comes from a model goes through `words` (in labels that are like HTML) or `quoted` (in all others).
Elements are written in the order in which they are added, so equal graphs are equal text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import wrap
from typing import Any, NamedTuple

import graphviz

from tcpverify.views.svg import clean, escaped

__all__ = [
    "BLUE", "FADED", "FAINT", "GREEN", "GREY", "INK", "ORANGE", "PALE", "TINT", "VERMILLION", "Key", "about",
    "cells", "fraction", "new", "plain", "quoted", "small", "words",
]  # fmt: skip

# Okabe and Ito's colours, and tints of them: told apart by people who do not see red or green, and on grey paper by
# the kind of line that always goes with them.
ORANGE, GREEN = "#E69F00", "#009E73"
BLUE, VERMILLION, GREY = "#0072B2", "#D55E00", "#767676"
INK, FADED, FAINT, TINT, PALE = "#111111", "#BBBBBB", "#A0A0A0", "#FBE6BF", "#F4F4F4"
FONT = "Arial,Helvetica,sans-serif"
#: points; what is drawn at A4 must not become smaller than about six
TITLE, NODE, LABEL, NOTE = 17, 14, 12, 12
#: characters
ROW = 90
#: the same colours, dark enough for words in small print
_INKS = {GREEN: "#00694D", VERMILLION: "#A34700", ORANGE: INK, BLUE: "#005C91", GREY: "#5C5C5C"}


class Key(NamedTuple):
    """One row of a legend: a sample (characters that look like what is drawn), its colour, and what it means.

    ``fill`` is set where the sample is an area.
    """

    sample: str
    colour: str
    meaning: str
    fill: str = ""


def plain(text: str) -> str:
    """One line of text: what breaks lines or cannot be printed is replaced."""
    return " ".join(clean(text).split())


def words(text: str) -> str:
    """Text for a label that is like HTML."""
    return escaped(plain(text)).replace('"', "&quot;")


def quoted(*lines: str) -> str:
    """Lines of text for any other attribute, to be used as they are."""
    text: str = graphviz.nohtml("\\n".join(plain(line).replace("\\", "\\\\") for line in lines))
    return text


def cells(rows: Iterable[str], padding: int = 1, align: str = "CENTER", more: str = "") -> str:
    """Rows of a table without lines; each row is what `words` made, perhaps with marks around it."""
    inside = "".join(row if row == "<HR/>" else f'<TR><TD ALIGN="{align}">{row}</TD></TR>' for row in rows)
    return (
        f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="{padding}"{more}>{inside}</TABLE>>'
    )


def fraction(above: str, below: str, colour: str = "", mark: str = "") -> list[str]:
    """An event over an action, as rows of `cells`; ``mark`` is ``B`` (bold) or ``S`` (struck out)."""

    def marked(text: str) -> str:
        # The blanks keep the words off the line that they belong to.
        said = f"&#160;{words(text)}&#160;"
        said = f"<{mark}>{said}</{mark}>" if mark else said
        return f'<FONT COLOR="{_INKS.get(colour, colour)}">{said}</FONT>' if colour else said

    return [marked(above), "<HR/>", marked(below)]


def small(text: str, colour: str = INK, mark: str = "") -> str:
    """A row of `cells` in small print; ``mark`` as for `fraction`."""
    said = f"<{mark}>{words(text)}</{mark}>" if mark else words(text)
    return f'<FONT POINT-SIZE="{NOTE}" COLOR="{_INKS.get(colour, colour)}">{said}</FONT>'


def about(graph: Mapping[str, Any]) -> str:
    """The model of a graph in words, from the attributes of the graph."""
    return f"{graph['title']}, but {graph['amendments']}" if graph["amendments"] else str(graph["title"])


def new(
    name: str, title: str, notes: Sequence[str], legend: Sequence[Key], row: int = ROW, **more: str
) -> graphviz.Digraph:
    """A drawing with a title and notes above it, and a legend in the same place.

    ``row`` is the length of their rows, ``more`` are attributes of the graph.
    """
    return graphviz.Digraph(
        quoted(name),
        graph_attr={
            "label": _heading(title, notes, legend, row), "labelloc": "t", "labeljust": "l", "fontname": FONT,
            "fontcolor": INK, "fontsize": str(NOTE), "bgcolor": "white", "margin": "0.15", "charset": "UTF-8", **more,
        },
        node_attr={
            "shape": "box", "style": "rounded,filled", "fillcolor": "white", "color": INK, "fontname": FONT,
            "fontcolor": INK, "fontsize": str(NODE), "margin": "0.12,0.06", "height": "0.4",
        },
        edge_attr={
            "fontname": FONT, "fontsize": str(LABEL), "color": INK, "fontcolor": INK, "arrowsize": "0.7",
        },
    )  # fmt: skip


def _heading(title: str, notes: Sequence[str], legend: Sequence[Key], row: int) -> str:
    rows = [f'<FONT POINT-SIZE="{TITLE}"><B>{words(part)}</B></FONT>' for part in wrap(plain(title), 70)]
    rows += [words(part) for note in notes for part in wrap(plain(note), row)]
    line = ""
    found: list[str] = []
    for key in legend:
        if line and len(line) + len(key.sample) + len(key.meaning) > row:
            rows.append("&#160;&#160;&#160; ".join(found))
            line, found = "", []
        line += f"{key.sample} {key.meaning}   "
        found.append(f'<FONT COLOR="{key.colour}"><B>{words(key.sample)}</B></FONT>&#160;{words(key.meaning)}')
    if found:
        rows.append("&#160;&#160;&#160; ".join(found))
    return cells([*rows, " "], align="LEFT")
