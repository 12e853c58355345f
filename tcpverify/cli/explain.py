"""`tcpverify explain`: what a property, a rule or a word of the output means."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tcpverify.cli.common import Command
from tcpverify.errors import UsageError

if TYPE_CHECKING:
    from tcpverify.views.styled import Line

__all__ = ["explain"]


@click.command(cls=Command)
@click.argument("name")
@click.option("--model", default="textbook", show_default=True, help="Where to look for a rule.")
def explain(name: str, model: str) -> int:
    """Say what NAME means: a property, a rule, a model, a word of the answers, or of the language of model files.

    \b
    Examples:
      tcpverify explain no-old-segment
      tcpverify explain TIME-WAIT.fin-again --model rfc9293+literal
      tcpverify explain vacuous
      tcpverify explain elapsed
    """
    from tcpverify.views.styled import Screen

    screen = Screen(sys.stdout)
    width = screen.width
    found = _property(name, width) or _word(name, width) or _language(name, width) or _of_model(name, model, width)
    if not found:
        raise UsageError(_unknown(name, model))
    screen.write(found)
    return 0


def _property(name: str, width: int) -> list[Line]:
    from tcpverify.tcp.properties import PREMISES, PROPERTIES
    from tcpverify.views.styled import wrapped

    found = next((p for p in PROPERTIES if p.name == name.lower()), None)
    if found is None:
        return []
    kinds = {
        "safety": "It is a safety property: one step breaks it, and the trace ends with that step.",
        "cycle": "It is a liveness property: an exchange that can repeat for ever breaks it.",
        "liveness": "It is a liveness property: a run that goes on without ever getting there breaks it.",
        "deadlock": "It is broken by a state in which nothing can happen any more, or time cannot pass.",
    }
    default = "" if found.default else " It is checked only when named with --property."
    said = [
        f"Property {found.name}: {found.meaning}.",
        f"It is motivated by {found.clause}. {kinds[found.kind]}{default}",
        f"It is vacuous unless, in some reachable state: {PREMISES.get(found.premise, found.premise)}.",
    ]
    return [*wrapped(said[0], width, "title"), *(row for text in said[1:] for row in wrapped(text, width))]


def _word(name: str, width: int) -> list[Line]:
    from tcpverify.tcp.powers import POWERS
    from tcpverify.tcp.properties import PREMISES
    from tcpverify.views.glossary import WORDS
    from tcpverify.views.styled import wrapped

    for word, meaning in WORDS.items():
        # TIME-WAIT is a state, TIME_WAIT how long it lasts.
        if name == word or name.lower().replace("_", "-") == word.lower().replace("_", "-") != "time-wait":
            return [*wrapped(word, width, "title"), *wrapped(meaning, width)]
    for word, meaning in PREMISES.items():
        # REOPENED is a variable, reopened a premise.
        if name.lower() == word and not name.isupper():
            text = f"Every run checks that in some reachable state {meaning}; else its proofs are vacuous."
            return [*wrapped(f"Premise {word}", width, "title"), *wrapped(text, width)]
    for word, meaning in POWERS.items():
        if name.lower() == word:
            text = f"{meaning.capitalize()}. `tcpverify why` says which verdicts depend on it."
            return [*wrapped(f"Power {word}", width, "title"), *wrapped(text, width)]
    return []


def _language(name: str, width: int) -> list[Line]:
    """A word of model files, in all its uses."""
    from tcpverify.tcp.lexicon import entries
    from tcpverify.tcp.vocabulary import STATES
    from tcpverify.views.language import word_lines

    if name.upper() in STATES:
        return []
    every = entries()
    found = [e for e in every if name == e.word] or [e for e in every if name.upper() in (e.word.upper(), e.form)]
    return [row for entry in found for row in word_lines(entry, width)]


def _of_model(name: str, model: str, width: int) -> list[Line]:
    """A rule of the model, all rules of a state, or a model by its name."""
    from tcpverify.tcp.plugins import offers
    from tcpverify.tcp.registry import catalogue, load
    from tcpverify.views.library import library_rows
    from tcpverify.views.model import model_lines, rule_lines
    from tcpverify.views.styled import wrapped

    loaded = load(model)
    for rule in loaded.table.rules.values():
        if rule.name.lower() == name.lower():
            return [*wrapped(f"Rule {rule.name} of {loaded.name}", width, "title"),
                    *rule_lines(loaded.table, rule, width)]  # fmt: skip
    if name.upper() in loaded.table.states:
        return model_lines(loaded, width, state=name.upper())
    for entry in catalogue():
        if entry.name == name.lower():
            text = f"{entry.kind.capitalize()} {entry.name}: {entry.title} [{entry.source}]."
            doc = _docstring(entry.path.read_text(encoding="utf-8"))
            return [*wrapped(text, width, "title"), *wrapped(doc, width)]
    for row in library_rows((), offers())[0]:
        # Not executed: what its text says of itself is all that is said here.
        if name.lower() in (row.name, f"{row.distribution}:{row.name}"):
            origin = f"{row.distribution} {row.version}".rstrip()
            text = f"{row.kind.capitalize()} {row.name} of {origin}: {row.title} [{row.source}]."
            return wrapped(text, width, "title")
    return []


def _docstring(source: str) -> str:
    import ast

    return " ".join((ast.get_docstring(ast.parse(source)) or "").split())


def _unknown(name: str, model: str) -> str:
    from difflib import get_close_matches

    from tcpverify.tcp.lexicon import entries
    from tcpverify.tcp.powers import POWERS
    from tcpverify.tcp.properties import PREMISES, PROPERTIES
    from tcpverify.tcp.registry import load, shipped
    from tcpverify.views.glossary import WORDS

    known = [*(p.name for p in PROPERTIES), *WORDS, *POWERS, *PREMISES, *load(model).table.rules, *shipped(),
             *(entry.word for entry in entries())]  # fmt: skip
    lower = {word.lower(): word for word in known}
    close = [lower[word] for word in get_close_matches(name.lower(), lower, n=3)]
    if close:
        return f"nothing is called {name!r}; did you mean {' or '.join(close)}?"
    return (
        f"nothing is called {name!r}; `tcpverify explain` knows properties such as no-old-segment, "
        f"rules such as TIME-WAIT.fin-again (of {model}), and words such as vacuous"
    )
