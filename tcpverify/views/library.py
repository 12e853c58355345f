"""The list of models: those that come with the program, by group, and those that other distributions offer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tcpverify.errors import ModelError
from tcpverify.tcp.modelfile import GROUPS, Entry, glance
from tcpverify.tcp.plugins import Offer, Offers
from tcpverify.tcp.registry import DEFAULT_MODEL
from tcpverify.views.styled import Line, Span, line, wrapped

__all__ = ["Row", "library_document", "library_lines", "library_rows"]

HEADS = {
    "standards": "Standards: what the RFCs say",
    "variants": "Variants: fixes and ideas, some of them widespread, some never built",
    "stacks": "Stacks: what implementations do",
    "options": "Options: what an operator or an application can switch",
    "relatives": "Relatives: what other protocols do instead",
}
_ORDER = ("base", "sum", "amendment")


@dataclass(frozen=True)
class Row:
    """A model in the list: the word that names it in an expression, and what it says of itself.

    ``distribution`` and ``version`` are empty for what comes with the program; ``stands_for`` for all but sums.
    """

    name: str
    kind: str
    group: str
    title: str
    source: str
    stands_for: str = ""
    distribution: str = ""
    version: str = ""


def library_rows(entries: Iterable[Entry], offers: Offers) -> tuple[list[Row], list[str]]:
    """The rows of the list, and what is wrong with models on offer, one sentence each; no file is executed."""
    rows = [
        Row(e.name, e.kind, e.group, e.title, e.source, e.content if isinstance(e.content, str) else "")
        for e in entries
    ]
    shipped = {row.name for row in rows}
    problems = [text for _, text in offers.problems]
    names = [offer.name for offer in offers.models]
    for offer in offers.models:
        # The short name goes to a shipped model before all others, and to none of two that claim it.
        taken = offer.name in shipped or names.count(offer.name) > 1
        try:
            rows.append(_offered(offer, offer.full if taken else offer.name))
        except ModelError as error:
            problems.append(f"{offer.origin}: {error}")
    return rows, problems


def _offered(offer: Offer, name: str) -> Row:
    said = glance(offer.path)
    return Row(
        name, said.kind, said.group, said.title, said.source, said.stands_for, offer.distribution, offer.version
    )


def library_lines(rows: Sequence[Row], problems: Sequence[str], width: int) -> list[Line]:
    """The list for a person: group by group, in each bases, sums and amendments by name; then by distribution."""
    lines: list[Line] = []
    indent = max((len(row.name) for row in rows), default=0) + 2
    sections = [(HEADS[group], [r for r in rows if r.group == group and not r.distribution]) for group in GROUPS]
    for origin in dict.fromkeys((r.distribution, r.version) for r in rows if r.distribution):
        theirs = [r for r in rows if (r.distribution, r.version) == origin]
        sections.append((f"From the installed distribution {' '.join(origin).strip()}", theirs))
    for head, members in sections:
        if members:
            lines.append(line(Span(head, "head")))
        for row in sorted(members, key=lambda row: (_ORDER.index(row.kind), row.name)):
            lines += _row(row, indent, width)
        if members:
            lines.append(())
    for problem in problems:
        lines += [*wrapped(f"! {problem}", width, "warn", "", "  "), ()]
    return lines


def _row(row: Row, indent: int, width: int) -> list[Line]:
    default = " (the default)" if row.name == DEFAULT_MODEL else ""
    # What a sum stands for says where it comes from.
    source = f" [{row.source}]" if row.source and not row.stands_for else ""
    stands = f"; stands for {row.stands_for}" if row.stands_for else ""
    head = f"  {row.name:<{indent}}{row.kind:<11}"
    return wrapped(f"{row.title}{stands}{default}{source}", width, "", head, " " * len(head))


def library_document(rows: Sequence[Row], problems: Sequence[str]) -> dict[str, Any]:
    """The list as a JSON document, schema ``tcpverify.models/1``."""
    return {
        "schema": "tcpverify.models/1",
        "default": DEFAULT_MODEL,
        "models": [
            {
                "name": row.name, "kind": row.kind, "group": row.group, "title": row.title, "source": row.source,
                "stands_for": row.stands_for or None,
                "distribution": {"name": row.distribution, "version": row.version} if row.distribution else None,
            }
            for row in rows
        ],
        "problems": list(problems),
    }  # fmt: skip
