"""Models by name: ``rfc9293+rfc1337``, ``./mine.py+literal``.

A model expression is a base and the amendments applied to it, joined by ``+``; each part is a shipped name or
a path to a ``.py`` file. A model file is Python and defines one of three names: ``MODEL`` (a `Table`),
``AMENDMENT`` (an `Amendment`) or ``SUM`` (an expression that the file's name stands for, such as
``"rfc9293+ideal"``; paths in it are relative to the file). Only files that the user named, or that come with
the program, are ever executed.
"""

from __future__ import annotations

import importlib.resources
import os
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tcpverify.errors import ModelError, TcpverifyError, UsageError
from tcpverify.lang.expr import Expr, Sort
from tcpverify.lang.table import Amendment, Rule, Table

if TYPE_CHECKING:
    from tcpverify.lang.total import Flaw

__all__ = [
    "DEFAULT_MODEL", "Entry", "LoadedModel", "catalogue", "combinations", "load", "misfits", "shipped",
    "shipped_directory", "verify_table",
]  # fmt: skip

DEFAULT_MODEL = "textbook"
_KINDS: dict[str, tuple[str, type[Table] | type[Amendment] | type[str]]] = {
    "MODEL": ("base", Table),
    "AMENDMENT": ("amendment", Amendment),
    "SUM": ("sum", str),
}


@dataclass(frozen=True)
class Entry:
    """One model file.

    Attributes
    ----------
    name
        the word that stands for it in a model expression: a shipped name, or the path as the user wrote it.
    kind
        ``base``, ``amendment`` or ``sum``.
    title, source
        one line for a person, and the text that it implements.
    path
        the file it was read from.
    content
        what the file defines: a table, an amendment, or the expression that a sum stands for.
    """

    name: str
    kind: str
    title: str
    source: str
    path: Path
    content: Table | Amendment | str


@dataclass(frozen=True)
class LoadedModel:
    """A model expression, carried out.

    ``name`` is the expression as the user wrote it (a sum keeps its short name) and also the table's;
    ``parts`` are the base and the amendments that it came to, sums replaced by what they stand for.
    """

    name: str
    table: Table
    parts: tuple[Entry, ...]


def load(spec: str) -> LoadedModel:
    """The model that an expression names.

    Raises
    ------
    UsageError
        if the expression is not one: an empty part, a file that does not exist.
    ModelError
        if a part is unknown, a file is wrong, or the parts do not go together.
    """
    words = [word.strip() for word in spec.split("+")]
    if not all(words):
        raise UsageError(f"{spec!r} is not a model: write a base and its amendments as base+amendment")
    parts = tuple(part for word in words for part in _resolve(word, Path(), ()))
    base, *rest = parts
    if not isinstance(base.content, Table):
        raise ModelError(
            f"{base.name!r} is an amendment and needs a base before it, such as rfc9293+{base.name}"
        )
    table = base.content
    for part in rest:
        if not isinstance(part.content, Amendment):
            raise ModelError(
                f"{part.name!r} is a base, not an amendment; only the first part of {spec!r} can be a base"
            )
        table = table.amended(part.content)
    own = [part for part in parts if part.path.parent != shipped_directory()]
    if own and (problem := next(misfits(table), None)):
        raise ModelError(f"{' and '.join(str(part.path) for part in own)}: {problem}")
    name = "+".join(words)
    return LoadedModel(name, replace(table, name=name), parts)


def shipped() -> dict[str, Path]:
    """The files of the models that come with the program, by name; none is executed."""
    files = sorted(shipped_directory().glob("*.py"))
    return {file.stem.replace("_", "-"): file for file in files if not file.stem.startswith("_")}


def catalogue() -> list[Entry]:
    """The models that come with the program: bases first, then sums, then amendments, each by name."""
    entries = [_read(name, path) for name, path in shipped().items()]
    for place, entry in enumerate(entries):
        if entry.kind == "sum":
            source = load(entry.name).table.source
            entries[place] = replace(entry, source=source)
    order = ("base", "sum", "amendment")
    return sorted(entries, key=lambda entry: (order.index(entry.kind), entry.name))


def combinations() -> list[str]:
    """Every shipped model of the full state table, alone and with each shipped amendment that goes together with it.

    An amendment that a model has already, and one that only a sequence regime asks for (PAWS), is left out.
    """
    entries = catalogue()
    sums = {e.name for e in entries if e.kind == "sum"}
    found: list[str] = []
    seen: set[frozenset[str]] = set()
    # A sum with a name of its own comes first, so that it is called by that name.
    for base in sorted((e.name for e in entries if e.kind != "amendment"), key=sums.__contains__, reverse=True):
        model = load(base)
        if "TIME_WAIT" not in model.table.numbers:
            continue
        found.append(base)
        seen.add(frozenset(part.name for part in model.parts))
        has = {part.name for part in model.parts}
        for amendment in (e.name for e in entries if e.kind == "amendment" and e.name not in (*has, "paws")):
            try:
                sum_ = frozenset(part.name for part in load(f"{base}+{amendment}").parts)
            except TcpverifyError:
                continue
            if sum_ not in seen:
                seen.add(sum_)
                found.append(f"{base}+{amendment}")
    return found


def verify_table(model: LoadedModel) -> list[Flaw]:
    """Gaps and overlaps of the model's table, each with a concrete event; an empty list is a proof (Z3)."""
    from tcpverify.lang.total import flaws

    return flaws(model.table)


# ------------------------------------------------------------ from words to files


def shipped_directory() -> Path:
    """Where the shipped models are: inside the package when installed, beside it in a checkout."""
    package = Path(str(importlib.resources.files("tcpverify")))
    inside = package / "models"
    return inside if inside.is_dir() else package.parent / "models"


def _resolve(word: str, relative_to: Path, within: tuple[Path, ...]) -> list[Entry]:
    """The parts that a word stands for: itself, or those of a sum; ``within`` are the sums being expanded."""
    if word.endswith(".py") or os.sep in word:
        path = relative_to / Path(word).expanduser()
        if path.is_dir():
            raise UsageError(f"{word!r} is a directory, not a model file")
        if not path.is_file():
            raise UsageError(f"model file {word!r} does not exist")
        if path.suffix != ".py":
            raise UsageError(f"{word!r} is not a model file: its name does not end in .py")
    else:
        path = _find(word)
    entry = _read(word, path)
    if not isinstance(entry.content, str):
        return [entry]
    here = path.resolve()
    if here in within:
        raise ModelError(f"{path}: the SUM of {word!r} leads back to itself")
    parts = [part.strip() for part in entry.content.split("+")]
    if not all(parts):
        raise ModelError(f"{path}: SUM = {entry.content!r} is not a base and its amendments joined by '+'")
    return [found for part in parts for found in _resolve(part, path.parent, (*within, here))]


def _find(name: str) -> Path:
    names = shipped()
    if name in names:
        return names[name]
    close = get_close_matches(name.lower().replace("_", "-"), names, n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else f"shipped are {', '.join(names)}"
    raise ModelError(f"unknown model {name!r}; {hint}")


def _read(name: str, path: Path) -> Entry:
    """Execute a model file and take what it defines."""
    found = _execute(path)
    defined = [word for word in _KINDS if word in found]
    if len(defined) != 1:
        what = f"defines {' and '.join(defined)}" if defined else "defines none of them"
        raise ModelError(f"{path}: a model file defines one of MODEL, AMENDMENT and SUM; this one {what}")
    word = defined[0]
    kind, wanted = _KINDS[word]
    content: Table | Amendment | str = found[word]
    if not isinstance(content, wanted):
        what = type(content).__name__
        raise ModelError(f"{path}: {word} must be of type {wanted.__name__}, not {what}")
    if isinstance(content, str):
        title = (found.get("__doc__") or "").strip().split("\n", 1)[0].rstrip(".") or content
        return Entry(name, kind, title, content, path, content)
    return Entry(name, kind, content.title, content.source, path, content)


def _execute(path: Path) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": path.stem, "__file__": str(path)}
    try:
        exec(compile(path.read_bytes(), str(path), "exec"), names)
    except SyntaxError as error:
        where = f"{error.filename or path}, line {error.lineno}"
        raise ModelError(f"{where}: {error.msg}") from error
    except OSError as error:
        raise UsageError(f"model file {path} cannot be read: {error.strerror or error}") from error
    except (Exception, SystemExit) as error:
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
        where = f"{path}, line {lines[-1]}" if lines else str(path)
        what = str(error).strip().splitlines()
        raise ModelError(f"{where}: {type(error).__name__}{': ' + what[0] if what else ''}") from error
    return names


# ------------------------------------------------------------ does a table fit itself?


def misfits(table: Table) -> Iterator[str]:
    """What in a table names something that the table does not have, each as one sentence.

    Found before any exploration, because there it would be a stray exception far from its cause.
    """
    for name, rule in table.rules.items():
        if name != rule.name:
            yield f"rule {rule.name!r} is kept under the name {name!r}"
        if rule.state not in table.states:
            yield f"rule {name!r} is of the unknown state {rule.state!r}"
        if rule.to is not None and rule.to not in table.states:
            yield f"rule {name!r} leads to the unknown state {rule.to!r}"
        if rule.event not in table.events:
            yield f"rule {name!r} is of the unknown event {rule.event!r}"
            continue
        sorts = {**table.variables, **table.inputs.get(rule.event, {})}
        yield from _strangers(rule, sorts, table)


def _strangers(rule: Rule, sorts: dict[str, Sort], table: Table) -> Iterator[str]:
    timers = {timer.name for timer in table.timers}
    for variable, value in rule.assign.items():
        if variable not in table.variables:
            yield f"rule {rule.name!r} assigns the unknown variable {variable!r}"
        elif table.variables[variable] is not value.sort:
            sort, want = value.sort.value, table.variables[variable].value
            yield f"rule {rule.name!r} assigns a value of sort {sort} to {variable}, which is {want}"
    for timer, _ in rule.restarts:
        if timer not in timers:
            yield f"rule {rule.name!r} restarts the unknown timer {timer!r}"
    if rule.guard.sort is not Sort.BOOL:
        yield f"the guard of rule {rule.name!r} is {rule.guard.sort.value}, not a condition"
    for expr in _expressions(rule):
        for node in expr.walk():
            if node.op == "var" and sorts.get(node.args[0]) is not node.sort:
                yield f"rule {rule.name!r} reads {node.args[0]!r}, which {rule.event} does not have"
                return


def _expressions(rule: Rule) -> Iterator[Expr]:
    yield rule.guard
    yield from rule.assign.values()
    for message in rule.emits:
        yield message.when
        yield from message.fields.values()
    for _, when in rule.restarts:
        yield when
