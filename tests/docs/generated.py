"""``python -m tests.docs.generated``: write the pages of docs/reference/ that the program itself knows best.

Commands and options come from the command line's own help, models from their files, words from ``tcpverify explain``,
documents from their schemas.
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from inspect import cleandoc
from pathlib import Path
from typing import Any

import click

from tcpverify.cli.exploring import exploring_options
from tcpverify.cli.main import COMMANDS, cli, main
from tcpverify.tcp.lexicon import HEADS as HEADS_OF_WORDS
from tcpverify.tcp.lexicon import Entry, entries
from tcpverify.tcp.modelfile import GROUPS
from tcpverify.tcp.powers import POWERS
from tcpverify.tcp.properties import PREMISES, PROPERTIES
from tcpverify.tcp.registry import catalogue
from tcpverify.views.glossary import WORDS
from tcpverify.views.library import HEADS
from tests.docs.console import ROOT

__all__ = ["PAGES", "rewrite"]

FOLDER: Path = ROOT / "docs" / "reference"
_BY = "<!-- written by python -m tests.docs.generated -->"


def _plain(text: str) -> str:
    """Words of the program as words of Markdown."""
    return re.sub(r"([\\*<\[\]])", r"\\\1", " ".join(text.split()))


def _paragraphs(text: str) -> list[str]:
    """Paragraphs and lists of a docstring."""
    found: list[str] = []
    for paragraph in text.split("\n\n"):
        found += [_plain(item) for item in re.split(r"\n(?=- )", paragraph)]
        found.append("")
    return found


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    def line(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"

    heads = list(heads)
    return [line(heads), line("---" for _ in heads), *map(line, rows), ""]


# ------------------------------------------------------------ commands


def _commands() -> list[str]:
    """Every command with its help, the options that many share said once."""

    @click.command()
    @exploring_options
    def nothing(**options: Any) -> None:
        pass

    common = {option.name: _option(option, nothing) for option in nothing.params}
    page = [
        "# Commands", "", _BY, "",
        "Every command with its options, as `--help` says them. `-h` is short for `--help`; `--debug` shows the",
        "traceback of an error. [Reference](../reference.md) has the documents and exit statuses in detail.", "",
    ]  # fmt: skip
    group = click.Context(cli, info_name="tcpverify")
    for name in COMMANDS:
        command = cli.get_command(group, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=group)
        usage = " ".join((f"tcpverify {name}", *command.collect_usage_pieces(context)))
        page += [f"## `tcpverify {name}`", "", "```text", usage, "```", ""]
        page += _help(command.help or "")
        mine = [(p.name, _option(p, command)) for p in command.params if isinstance(p, click.Option)]
        mine = [(n, row) for n, row in mine if n not in ("debug", None) and not row[0].startswith("--debug")]
        shared = [n for n, row in mine if common.get(n) == row]
        own = [row for n, row in mine if common.get(n) != row]
        page += _table(("option", "meaning"), own) if own else []
        if shared:
            page += ["And the [options of every command that explores](#options-of-every-command-that-explores).", ""]
    page += ["## Options of every command that explores", "", *_table(("option", "meaning"), common.values())]
    return page


def _option(option: click.Parameter, command: click.Command) -> tuple[str, str]:
    record = option.get_help_record(click.Context(command))
    assert record is not None
    return f"`{record[0]}`", _plain(record[1])


def _help(text: str) -> list[str]:
    """Paragraphs of a docstring as click reads them: what follows \\b keeps its lines."""
    found: list[str] = []
    for paragraph in cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b"):
            head, *rows = paragraph.removeprefix("\b\n").splitlines()
            found += [head, "", "```text", *(row.strip() for row in rows), "```", ""]
        else:
            found += [_plain(paragraph), ""]
    return found


# ------------------------------------------------------------ models


def _models() -> list[str]:
    """Every model that comes with the program, with what it implements and why it is wanted."""
    page = [
        "# Models", "", _BY, "",
        "What can stand in a model expression: a base or a sum, then amendments, joined by `+`, such as",
        "`rfc9293+rfc1337`. A sum is a short name for others. `tcpverify show MODEL` prints the rules of each with the",
        "clauses that they implement; [the library](../library.md) says which TIME-WAIT each of them needs.", "",
    ]  # fmt: skip
    entries = catalogue()
    for group in GROUPS:
        page += [f"## {HEADS[group]}", ""]
        for entry in (e for e in entries if e.group == group):
            doc = ast.get_docstring(ast.parse(entry.path.read_text(encoding="utf-8"))) or ""
            page += [f"### `{entry.name}`", ""]
            stands = f" Stands for `{entry.content}`." if isinstance(entry.content, str) else ""
            page += [f"*{entry.kind.capitalize()}: {_plain(entry.title)}.*{stands}", ""]
            page += [f"Source: {_plain(entry.source)}.", ""] if entry.source else []
            page += _paragraphs(doc)
    return page


# ------------------------------------------------------------ words


def _words() -> list[str]:
    """What `tcpverify explain` says of every word that it knows of itself."""
    page = [
        "# Properties and words", "", _BY, "",
        "What `tcpverify explain NAME` says of properties, of the premises without which they are vacuous, of the",
        "environment's powers, and of the words that the answers use.", "",
    ]  # fmt: skip
    parts = (
        ("Properties", [p.name for p in PROPERTIES]), ("Words", list(WORDS)), ("Powers", list(POWERS)),
        ("Premises", list(PREMISES)),
    )  # fmt: skip
    for head, names in parts:
        page += [f"## {head}", ""]
        for name in names:
            said = _explained(name)
            page += [f"### `{name}`" if head != "Words" else f"### {name}", "", _plain(said), ""]
    return page


def _explained(name: str) -> str:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="utf-8")
    with redirect_stdout(out):
        assert main(["explain", name]) == 0
    said = " ".join(raw.getvalue().decode("utf-8").split())
    for head in (f"Property {name}: ", f"Premise {name} ", f"Power {name} ", f"{name} "):
        if said.startswith(head):
            said = said.removeprefix(head)
            return said[:1].upper() + said[1:]
    raise AssertionError(said)


# ------------------------------------------------------------ the rule language


def _language() -> list[str]:
    """Every word that a model file may use."""
    page = [
        "# Words of model files", "", _BY, "",
        "Every word that `from tcpverify.tcp.vocabulary import *` brings, and every name that rules know.",
        "[The rule language](../rule-language.md) shows how they go together; `tcpverify explain WORD` says the same.",
        "",
    ]  # fmt: skip
    heads: dict[str, tuple[str, ...]] = {
        "variable": ("word", "in print", "meaning"), "input": ("word", "in print", "meaning"),
        "test": ("word", "meaning", "stands for"), "operator": ("word", "such as", "meaning"),
        "function": ("use", "meaning", "such as"), "class": ("word", "meaning", "such as"),
        "field": ("of", "field", "meaning"),
    }  # fmt: skip
    every = entries()
    for kind, head in HEADS_OF_WORDS.items():
        page += [f"## {head}", ""]
        shown = heads.get(kind, ("word", "meaning"))
        page += _table(shown, ([_cell(entry, column) for column in shown] for entry in every if entry.kind == kind))
    return page


def _cell(entry: Entry, column: str) -> str:
    meaning = _plain(entry.meaning.rstrip("."))
    text = {
        "word": entry.word, "field": entry.word, "in print": entry.form, "use": entry.form, "of": entry.form,
        "stands for": entry.form, "such as": entry.example,
    }.get(column, "")  # fmt: skip
    return meaning if column == "meaning" else f"`{text}`" if text else ""


# ------------------------------------------------------------ documents


def _schemas() -> list[str]:
    """The JSON documents that the program writes, field by field at the top."""
    page = [
        "# JSON documents", "", _BY, "",
        "Every document names its schema in `schema`. All numbers that come from a model are strings that hold exact",
        "rationals. The schemas are JSON Schema files, held against what the program writes.", "",
    ]  # fmt: skip
    for path in sorted((ROOT / "docs" / "schemas").glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        name = document["properties"]["schema"]["const"]
        page += [f"## `{name}`", "", f"{_plain(document['title'])}: [{path.name}](../schemas/{path.name}).", ""]
        rows = []
        for field, said in document["properties"].items():
            if field != "schema":
                optional = "" if field in document.get("required", ()) else "; not always there"
                words = (_plain(said.get("description", "")) + optional).removeprefix("; ")
                rows.append((f"`{field}`", _kind(said), words))
        page += _table(("field", "kind", "what it holds"), rows)
    return page


def _kind(said: dict[str, Any]) -> str:
    """What a field of a document is, in a word or two."""
    if "$ref" in said:
        return str(said["$ref"]).rpartition("/")[2].replace("urn:tcpverify:", "").partition(":")[0]
    if "anyOf" in said or "oneOf" in said:
        return " or ".join(dict.fromkeys(_kind(one) for one in said.get("anyOf") or said["oneOf"]))
    if "enum" in said:
        return ", ".join(f"`{word}`" for word in said["enum"] if word is not None)
    if said.get("type") == "array" and isinstance(said.get("items"), dict):
        return f"array of {_kind(said['items'])}"
    kinds = said.get("type", "any")
    return kinds if isinstance(kinds, str) else " or ".join(kinds)


#: file: what writes it
PAGES: dict[str, Callable[[], list[str]]] = {
    "commands.md": _commands, "language.md": _language, "models.md": _models, "words.md": _words,
    "schemas.md": _schemas,
}  # fmt: skip


def rewrite(name: str) -> str:
    """A page as it should be."""
    return "\n".join(PAGES[name]()).rstrip() + "\n"


def write() -> int:
    """Write every page; says which have changed."""
    for name in PAGES:
        path, new = FOLDER / name, rewrite(name)
        if not path.is_file() or path.read_text(encoding="utf-8") != new:
            path.write_text(new, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} has changed")
    return 0


if __name__ == "__main__":
    sys.exit(write())
