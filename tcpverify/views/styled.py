"""Text with meaning: lines of spans that name what they are, and how they reach a terminal, a pipe or a file.

Views produce lines; only `Screen` knows about colours, encodings and widths. `rich` is imported only when a
person looks at a terminal that can show colours.
"""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from typing import IO, NamedTuple

__all__ = [
    "MAX_WIDTH",
    "MIN_WIDTH",
    "Glyphs",
    "Line",
    "Screen",
    "Span",
    "columns",
    "line",
    "text_of",
    "wrapped",
]

MIN_WIDTH, MAX_WIDTH, PIPE_WIDTH = 80, 120, 100

#: what a span may be, and how it looks where colours are possible
STYLES = {
    "title": "bold",
    "head": "bold",
    "dim": "dim",
    "time": "dim",
    "good": "green",
    "bad": "bold red",
    "warn": "yellow",
    "shade": "yellow",
    "inc0": "dim",
    "inc1": "cyan",
    "inc2": "magenta",
    "inc3": "blue",
}


class Span(NamedTuple):
    """A piece of a line, and the name of its style (a key of `STYLES`, or empty)."""

    text: str
    style: str = ""


Line = tuple[Span, ...]


def line(*parts: str | Span) -> Line:
    """A line of plain strings and spans."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def text_of(lines: Iterable[Line]) -> str:
    """The bare text, without trailing blanks."""
    return "".join("".join(span.text for span in row).rstrip() + "\n" for row in lines)


_ASCII = str.maketrans(
    {
        "§": "section ",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "−": "-",
        "·": "-",
        "–": "-",
        "—": "-",
        "…": "...",
        "½": "1/2",
        "→": "->",
        "×": "x",
        "✓": "+",
        "✗": "x",
        "’": "'",
        "“": '"',
        "”": '"',
    }
)


class Glyphs(NamedTuple):
    """The characters that a ladder is drawn with."""

    unicode: bool
    odd: str
    even: str
    closed: str
    shade: str
    odd_out: tuple[str, str]
    even_out: tuple[str, str]
    shaft: str
    heads: tuple[str, str]
    lane: str
    leaves: tuple[str, str]
    arrives: tuple[str, str]
    branches: tuple[str, str]
    lost: str
    mark: str
    rule: str

    @staticmethod
    def of(unicode: bool) -> Glyphs:
        """Box drawing, or plain ASCII where the encoding has none."""
        return _UNICODE if unicode else _PLAIN

    def words(self, text: str) -> str:
        """Text in the characters that can be shown."""
        return text if self.unicode else text.translate(_ASCII).encode("ascii", "replace").decode()


_UNICODE = Glyphs(
    True, "│", "║", "┆", "▒", ("├", "┤"), ("╟", "╢"), "─", ("▶", "◀"), "┊",
    ("╮", "╭"), ("╰", "╯"), ("├", "┤"), "✗", "►", "─",
)  # fmt: skip
_PLAIN = Glyphs(
    False, "|", "I", ":", "#", ("|", "|"), ("I", "I"), "-", (">", "<"), ".",
    (".", "."), ("'", "'"), ("+", "+"), "X", "=>", "-",
)  # fmt: skip


def wrapped(text: str, width: int, style: str = "", first: str = "", indent: str = "") -> list[Line]:
    """A paragraph: ``first`` stands before its first line, ``indent`` before the others."""
    rows = textwrap.wrap(text, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False)
    return [(Span(row, style),) for row in rows]


def columns(
    heads: Sequence[str], rows: Sequence[Sequence[Span]], right: Iterable[int] = (), indent: str = "  "
) -> list[Line]:
    """A table: every column as wide as its widest cell; ``right`` names the columns set flush right."""
    flush = frozenset(right)
    widths = [max(len(cell) for cell in [head, *(r[i].text for r in rows)]) for i, head in enumerate(heads)]

    def cell(span: Span, place: int) -> Span:
        width = widths[place]
        return Span(span.text.rjust(width) if place in flush else span.text.ljust(width), span.style)

    every = [[Span(head, "head") for head in heads], *rows] if any(heads) else rows
    return [
        (Span(indent), *(part for i, span in enumerate(row) for part in (cell(span, i), Span("  "))))
        for row in every
    ]


class Screen:
    """Where lines go.

    Parameters
    ----------
    stream
        a text stream. Colours are used only if it is a terminal and NO_COLOR is not set; box drawing only if
        its encoding is UTF-8.
    width
        columns to fill; by default those of the terminal, between 80 and 120, or 100 where there is none.
    """

    def __init__(self, stream: IO[str], width: int | None = None) -> None:
        self.stream = stream
        self.terminal = stream.isatty()
        encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "")
        self.glyphs = Glyphs.of(encoding.startswith("utf"))
        self.colour = self.terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        found = shutil.get_terminal_size((PIPE_WIDTH, 24)).columns if width is None else width
        self.width = max(MIN_WIDTH, min(MAX_WIDTH, found))

    def write(self, lines: Iterable[Line]) -> None:
        """Print lines."""
        if self.colour:
            self._paint(lines)
        else:
            self.stream.write(self.glyphs.words(text_of(lines)))
        self.stream.flush()

    def _paint(self, lines: Iterable[Line]) -> None:
        from rich.console import Console
        from rich.text import Text

        console = Console(file=self.stream, width=self.width, highlight=False, soft_wrap=True)
        for row in lines:
            text = Text()
            for span in row:
                text.append(self.glyphs.words(span.text), STYLES.get(span.style, ""))
            text.rstrip()
            console.print(text, soft_wrap=True)
