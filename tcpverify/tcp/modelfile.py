"""One model file: what it defines, found by executing it, and what it says of itself, found by reading it.

A model file is Python and defines one of three names: ``MODEL`` (a `Table`), ``AMENDMENT`` (an `Amendment`) or
``SUM`` (an expression that the file's name stands for, such as ``"rfc9293+ideal"``). ``GROUP`` may say where it
belongs in the list of models.
"""

from __future__ import annotations

import ast
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tcpverify.errors import ModelError, UsageError
from tcpverify.lang.table import Amendment, Table

__all__ = ["GROUPS", "KINDS", "Entry", "Glance", "default_group", "glance", "made", "read"]

#: where a model belongs in the list, in the order of the list
GROUPS = ("standards", "variants", "stacks", "options", "relatives")
#: the name that a model file defines: (what that makes it, its type)
KINDS: dict[str, tuple[str, type[Table] | type[Amendment] | type[str]]] = {
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
        the word that stands for it in a model expression: a name, or the path as the user wrote it.
    kind
        ``base``, ``amendment`` or ``sum``.
    title, source
        one line for a person, and the text that it implements.
    path
        the file it was read from.
    content
        what the file defines: a table, an amendment, or the expression that a sum stands for.
    group
        one of `GROUPS`: where it belongs in the list.
    distribution
        name and version of the installed distribution that it comes from; empty for all other files.
    """

    name: str
    kind: str
    title: str
    source: str
    path: Path
    content: Table | Amendment | str
    group: str = "variants"
    distribution: str = ""


def made(name: str, content: Table | Amendment) -> Entry:
    """The entry of what is in no file; where a path is asked for, the name in angle brackets stands."""
    kind = "base" if isinstance(content, Table) else "amendment"
    return Entry(name, kind, content.title, content.source, Path(f"<{name}>"), content)


@dataclass(frozen=True)
class Glance:
    """What a model file says of itself in its text; what only its execution would tell is empty."""

    kind: str
    group: str
    title: str
    source: str
    stands_for: str


def default_group(kind: str) -> str:
    """The group of a file that names none: an amendment is a variant, all else a standard."""
    return "variants" if kind == "amendment" else "standards"


def read(name: str, path: Path, distribution: str = "", text: str | None = None) -> Entry:
    """Execute a model file, or the text that it is going to hold, and take what it defines.

    Raises
    ------
    UsageError
        if the file cannot be read.
    ModelError
        if it fails, or does not define one model of the right type; names the file and, if there is one, the line.
    """
    found = _execute(path, text)
    defined = [word for word in KINDS if word in found]
    if len(defined) != 1:
        raise ModelError(_not_one(path, defined))
    word = defined[0]
    kind, wanted = KINDS[word]
    content: Table | Amendment | str = found[word]
    if not isinstance(content, wanted):
        what = type(content).__name__
        raise ModelError(f"{path}: {word} must be of type {wanted.__name__}, not {what}")
    group = found.get("GROUP", default_group(kind))
    if group not in GROUPS:
        raise ModelError(f"{path}: GROUP = {group!r} is not a group; there are {', '.join(GROUPS)}")
    if isinstance(content, str):
        title = _first_line(found.get("__doc__")) or content
        return Entry(name, kind, title, content, path, content, group, distribution)
    return Entry(name, kind, content.title, content.source, path, content, group, distribution)


def _not_one(path: Path, defined: list[str]) -> str:
    what = f"defines {' and '.join(defined)}" if defined else "defines none of them"
    return f"{path}: a model file defines one of MODEL, AMENDMENT and SUM; this one {what}"


def _first_line(text: Any) -> str:
    return str(text or "").strip().split("\n", 1)[0].rstrip(".")


def _execute(path: Path, text: str | None) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": path.stem, "__file__": str(path)}
    try:
        exec(compile(path.read_bytes() if text is None else text, str(path), "exec"), names)
    except SyntaxError as error:
        raise _syntax(path, error) from error
    except OSError as error:
        raise UsageError(f"model file {path} cannot be read: {error.strerror or error}") from error
    except (Exception, SystemExit) as error:
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
        where = f"{path}, line {lines[-1]}" if lines else str(path)
        what = str(error).strip().splitlines()
        if isinstance(error, ModelError):
            raise ModelError(f"{where}: {error}") from error
        raise ModelError(f"{where}: {type(error).__name__}{': ' + what[0] if what else ''}") from error
    return names


def _syntax(path: Path, error: SyntaxError) -> ModelError:
    return ModelError(f"{error.filename or path}, line {error.lineno}: {error.msg}")


# ------------------------------------------------------------ without executing it


def glance(path: Path) -> Glance:
    """What a model file says of itself, read from its text; nothing is executed.

    Raises
    ------
    ModelError
        if it is no Python, or defines none of the three names, or more than one.
    """
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except SyntaxError as error:
        raise _syntax(path, error) from error
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    values = _assigned(tree)
    defined = [word for word in KINDS if word in values]
    if len(defined) != 1:
        raise ModelError(_not_one(path, defined))
    kind, value = KINDS[defined[0]][0], values[defined[0]]
    first = _first_line(ast.get_docstring(tree))
    stands_for = _text(value) if kind == "sum" else ""
    group = _text(values.get("GROUP")) or default_group(kind)
    return Glance(
        kind,
        group if group in GROUPS else default_group(kind),
        _keyword(value, "title") or first or stands_for,
        _keyword(value, "source") or stands_for,
        stands_for,
    )


def _assigned(tree: ast.Module) -> dict[str, ast.expr | None]:
    """The names that the top level of a file gives values to, each with the value where the text shows it."""
    found: dict[str, ast.expr | None] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            found |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = node.value
        elif isinstance(node, ast.ImportFrom):
            found |= {name.asname or name.name: None for name in node.names}
    return found


def _keyword(value: ast.expr | None, name: str) -> str:
    if not isinstance(value, ast.Call):
        return ""
    return next((_text(word.value) for word in value.keywords if word.arg == name), "")


def _text(value: ast.expr | None) -> str:
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
