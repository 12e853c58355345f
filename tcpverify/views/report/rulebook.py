"""The rules of a model for a page: each with its clause as a reference, and whether it ever applied."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from markupsafe import Markup, escape

from tcpverify.tcp.registry import LoadedModel
from tcpverify.views.model import model_document

__all__ = ["anchor", "cited", "rulebook"]

_SECTION = re.compile(r"RFC (\d{1,5}) §(\d+(?:\.\d+)*)")


def cited(clause: str) -> Markup:
    """A clause with a link to the section that it names first; everything else of it is text."""
    found = _SECTION.search(clause)
    if found is None:
        return escape(clause)
    address = f"https://www.rfc-editor.org/rfc/rfc{found[1]}#section-{found[2]}"
    link = Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(address, found[0])
    return escape(clause[: found.start()]) + link + escape(clause[found.end() :])


def anchor(number: int) -> str:
    """The id of the element that shows a rule, by its place in the table."""
    return f"rule-{number}"


def rulebook(model: LoadedModel, silent: Collection[str] | None, shown: Iterable[str]) -> list[dict[str, Any]]:
    """One entry for each rule, in the order of the table.

    Parameters
    ----------
    silent
        rules that never applied in the run; None if no run says so.
    shown
        rules that apply in an exchange on the page.
    """
    known = frozenset(shown)
    rows = []
    for number, rule in enumerate(model_document(model)["rules"], 1):
        used = "" if silent is None else "never applied" if rule["name"] in silent else "applied"
        words = [rule[k] for k in ("name", "state", "event", "clause", "text", "when")]
        rows.append({
            **rule,
            "id": anchor(number),
            "when": "always" if rule["when"] == "true" else rule["when"],
            "then": rule["then"] or ["nothing"],
            "used": used,
            "shown": rule["name"] in known,
            "search": " ".join([*words, *rule["then"], *rule["changed_by"]]).lower(),
        })  # fmt: skip
    return rows
