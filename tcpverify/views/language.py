"""A word of the rule language, explained."""

from __future__ import annotations

from collections.abc import Mapping

from tcpverify.tcp.lexicon import Entry
from tcpverify.views.styled import Line, wrapped

__all__ = ["word_lines"]

#: kind of word: what a single one is
_WHAT: Mapping[str, str] = {
    "variable": "what an end keeps",
    "input": "what an event brings",
    "test": "a test that RFC 9293 names",
    "operator": "an operator of conditions and values",
    "value": "a fixed value",
    "function": "a function of model files",
    "class": "a part of a model",
    "field": "a field of {form}",
    "tag": "a tag of rules",
    "timer": "a timer",
    "duration": "a duration, for numbers",
    "choice": "a choice of the scope that a model can bring",
}


def word_lines(entry: Entry, width: int) -> list[Line]:
    """The word, what it is, how it is used and what it means."""
    found = wrapped(f"{entry.word}: {_WHAT[entry.kind].format(form=entry.form)}", width, "title")
    if entry.form and entry.kind not in ("field", "choice"):
        found += wrapped(entry.form, width, "dim", "  ", "    ")
    meaning = entry.meaning if entry.meaning.endswith(".") else f"{entry.meaning}."
    found += wrapped(meaning[:1].upper() + meaning[1:], width)
    if entry.example:
        found += wrapped(f"Such as  {entry.example}", width, "", "", "         ")
    return found
