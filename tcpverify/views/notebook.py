"""Answers as pieces of HTML for a notebook: tables, text in the colours of a terminal, pictures.

A notebook is a page of somebody else's, light or dark, that cleans what it shows: no style sheet, no script, no ids.
Pictures are images of their own, so that nothing in them meets anything around them. All words are escaped.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence

from tcpverify.views.quantities import BARE, Unit
from tcpverify.views.report import verdicts
from tcpverify.views.settings import durations_text, scope_text
from tcpverify.views.styled import Line, Span
from tcpverify.views.svg import element, escaped
from tcpverify.workflow.results import CheckReport

__all__ = ["block", "check_html", "folded", "paragraph", "picture", "preformatted", "table"]

#: styles of spans, in colours that can be read on white and on black
_LOOKS = {
    "title": "font-weight:bold",
    "head": "font-weight:bold",
    "dim": "opacity:.7",
    "time": "opacity:.7",
    "good": "color:#1a8f6e;font-weight:bold",
    "bad": "color:#cf3a70;font-weight:bold",
    "warn": "color:#b36b00",
    "shade": "color:#b36b00",
    "inc1": "color:#2080bd",
    "inc2": "color:#b36b00",
    "inc3": "color:#1a8f6e",
}
_VERDICTS = {"proved": "good", "refuted": "bad", "unknown": "warn", "vacuous": "warn"}
_CELL = "text-align:left;vertical-align:top;padding:.15em .8em"
#: names and verdicts are not broken into lines
_KEPT, _SHORT = "white-space:nowrap", 20
_NUMBER = "text-align:right;vertical-align:top;padding:.15em .8em"


def block(*parts: str) -> str:
    """Pieces of HTML as one."""
    return element("div", *(part for part in parts if part), class_="tcpverify")


def paragraph(words: str, look: str = "") -> str:
    """A paragraph of text, in the style of spans that ``look`` names."""
    return element("p", escaped(words), style=_LOOKS.get(look))


def preformatted(lines: Iterable[Line]) -> str:
    """Lines as a terminal would show them."""
    rows = ["".join(_span(span) for span in row) for row in lines]
    style = "line-height:1.25;white-space:pre;overflow-x:auto"
    return element("pre", "\n".join(rows), style=style)


def _span(span: Span) -> str:
    words, look = escaped(span.text), _LOOKS.get(span.style)
    return element("span", words, style=look) if look and words else words


def table(heads: Sequence[str], rows: Iterable[Sequence[tuple[str, str]]], right: Iterable[int] = ()) -> str:
    """A table of cells, each its words and the style of them; the columns in ``right`` hold numbers."""
    numbers = frozenset(right)

    def cells(tag: str, row: Sequence[tuple[str, str]]) -> str:
        return "".join(
            element(tag, escaped(words), style=";".join(filter(None, (
                _NUMBER if place in numbers else _CELL, _LOOKS.get(look), _KEPT if len(words) <= _SHORT else "",
            ))))
            for place, (words, look) in enumerate(row)
        )  # fmt: skip

    body = "".join(element("tr", cells("td", row)) for row in rows)
    head = element("tr", cells("th", [(words, "") for words in heads]))
    return element("table", element("thead", head), element("tbody", body))


def folded(words: str, inside: str) -> str:
    """What is shown once somebody asks for it."""
    return element("details", element("summary", escaped(words)), inside)


def picture(svg: str, words: str) -> str:
    """An SVG file as an image; ``words`` say what it shows."""
    data = b64encode(svg.encode("utf-8")).decode("ascii")
    return element("img", src=f"data:image/svg+xml;base64,{data}", alt=words, style="max-width:100%")


def check_html(report: CheckReport, title: str, unit: Unit = BARE, ladder: str = "", about: str = "") -> str:
    """Verdicts as tables, with everything that they depend on, then the ladder of a refutation, an SVG file."""
    parts = [
        paragraph(f"{report.model}: {title}", "title"),
        paragraph(f"{durations_text(report.parameters, unit, report.request.scope.delay)}."),
        paragraph(f"Scope: {scope_text(report.request.scope)}.", "dim"),
    ]
    for answer in verdicts.answers(report, unit):
        rows = [
            [(row["property"], ""), (f"{row['sign']} {row['verdict']}", _VERDICTS[row["verdict"]]),
             (str(row["states"]), ""), (str(row["transitions"]), ""),
             ("; ".join(filter(None, (row["evidence"], row["reason"]))), "dim")]
            for row in answer["rows"]
        ]  # fmt: skip
        heads = ("property", "verdict", "states", "transitions", "evidence")
        parts += [paragraph(answer["head"], "head"), table(heads, rows, right=(2, 3))]
    context = verdicts.sweep(report, unit)
    if context is not None:
        heads = ("TIME-WAIT =", *(h["text"] + ("*" if h["own"] else "") for h in context["heads"]))
        rows = [
            [(row["property"], ""), *((cell["sign"], _VERDICTS.get(cell["word"], "")) for cell in row["cells"])]
            for row in context["rows"]
        ]
        legend = "✓ proved, ✗ refuted, ? not decided here, * what decides."
        parts.append(folded("Other durations, as context", table(heads, rows) + paragraph(legend, "dim")))
    qualified = "".join(map(paragraph, verdicts.qualified(report, "; they are listed here")))
    if report.silent_rules:
        qualified += folded("Rules that never applied", paragraph(", ".join(report.silent_rules), "dim"))
    parts.append(folded("What qualifies these verdicts", qualified))
    if ladder:
        parts.append(picture(ladder, about))
    said = "bad" if report.exit_status == 1 else "good" if report.exit_status == 0 else "warn"
    return block(*parts, paragraph(verdicts.conclusion(report, unit), said))

