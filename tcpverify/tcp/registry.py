"""Models by name: ``rfc9293+rfc1337``, ``./mine.py+literal``.

A model expression is a base and the amendments applied to it, joined by ``+``; each part is a shipped name, a
path to a ``.py`` file, or the name of a model that another installed distribution offers (``acme-tcp:quiet``, or
``quiet`` where nothing else is called so). Paths in the ``SUM`` of a file are relative to the file. Only files that
come with the program, or that the user named, by path or by name, are ever executed. What a Python program has made
itself and put `at_hand` needs no file.
"""

from __future__ import annotations

import importlib.resources
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from tcpverify.errors import ModelError, TcpverifyError, UsageError
from tcpverify.lang.table import Amendment, Table
from tcpverify.tcp.misfits import meant, misfits
from tcpverify.tcp.modelfile import Entry, read
from tcpverify.tcp.plugins import model_name, offers, the_offer

if TYPE_CHECKING:
    from tcpverify.lang.total import Flaw

__all__ = [
    "DEFAULT_MODEL", "Entry", "LoadedModel", "amended", "at_hand", "catalogue", "combinations", "load",
    "outside", "shipped", "shipped_directory", "verify_table",
]  # fmt: skip

DEFAULT_MODEL = "textbook"
#: parts of models that are in no file, by the word that names them in an expression
_AT_HAND: ContextVar[Mapping[str, Entry]] = ContextVar("_AT_HAND", default=MappingProxyType({}))


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
    return _fitting("+".join(words), table, parts)


def amended(model: LoadedModel, part: Entry) -> LoadedModel:
    """A model with one more amendment, which need not be in a file yet.

    Raises
    ------
    ModelError
        if the part is no amendment, or does not go together with the model.
    """
    if not isinstance(part.content, Amendment):
        raise ModelError(f"{part.name!r} is a {part.kind}, not an amendment")
    return _fitting(f"{model.name}+{part.name}", model.table.amended(part.content), (*model.parts, part))


@contextmanager
def at_hand(parts: Iterable[Entry]) -> Iterator[None]:
    """Within this block expressions may name these parts, which are in no file; they come before all others."""
    before = _AT_HAND.set({**_AT_HAND.get(), **{part.name: part for part in parts}})
    try:
        yield
    finally:
        _AT_HAND.reset(before)


def _fitting(name: str, table: Table, parts: tuple[Entry, ...]) -> LoadedModel:
    own = [part for part in parts if part.path.parent != shipped_directory()]
    if own and (problem := next(chain(misfits(table), _overridden(own, parts)), None)):
        raise ModelError(f"{' and '.join(str(part.path) for part in own)}: {problem}")
    return LoadedModel(name, replace(table, name=name), parts)


def _overridden(own: list[Entry], parts: tuple[Entry, ...]) -> Iterator[str]:
    """Names in ``over`` that no amendment has: none of the model, of the program, on offer, or in a file beside."""
    for part in own:
        if not isinstance(part.content, Amendment) or not part.content.over:
            continue
        beside = part.path.parent.glob("*.py") if part.path.is_file() else ()
        known = {
            *shipped(), *(offer.name.rpartition(":")[2] for offer in offers().models), *(model_name(p) for p in beside),
            *(p.content.name for p in parts if isinstance(p.content, Amendment)), *_AT_HAND.get(),
        }  # fmt: skip
        for name in part.content.over:
            if name not in known:
                hint = meant(name, sorted(known), False) or "`tcpverify models` lists what there is"
                yield f"amendment {part.content.name!r}: over names {name!r}, which no amendment is called; {hint}"


def shipped() -> dict[str, Path]:
    """The files of the models that come with the program, by name; none is executed."""
    files = sorted(shipped_directory().glob("*.py"))
    return {model_name(file): file for file in files if not file.stem.startswith("_")}


def catalogue() -> list[Entry]:
    """The models that come with the program: bases first, then sums, then amendments, each by name."""
    entries = [read(name, path) for name, path in shipped().items()]
    for place, entry in enumerate(entries):
        if entry.kind == "sum":
            source = load(entry.name).table.source
            entries[place] = replace(entry, source=source)
    order = ("base", "sum", "amendment")
    return sorted(entries, key=lambda entry: (order.index(entry.kind), entry.name))


#: the models that a sweep amends
_AMENDED = ("textbook", "rfc9293")


def combinations() -> list[str]:
    """What a sweep of the library looks at.

    Every shipped model of the full state table, and the standard, as it stands and idealised, with each shipped
    amendment of its rules that goes together with it. Left out are amendments that a model has already, that a
    sequence regime alone asks for (PAWS), and that belong to stacks and socket options, which have sums of their own.
    """
    entries = [e for e in catalogue() if not e.distribution]
    amendments = [e.name for e in entries if isinstance(e.content, Amendment) and e.content.changes
                  and e.group in ("standards", "variants") and e.name != "paws"]  # fmt: skip
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
        for amendment in amendments if base in _AMENDED else ():
            if amendment in has:
                continue
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


def outside(spec: str) -> str | None:
    """The first part of an expression that does not come with the program but is a file, or on offer elsewhere.

    What a document names, as opposed to the user, must not be executed for that reason alone.
    """
    names = shipped()
    words = [word.strip() for word in spec.split("+")]
    for word in (word for word in words if word not in names):
        if _is_file(word) or ":" in word or any(offer.name == word for offer in offers().models):
            return word
    return None


# ------------------------------------------------------------ from words to files


def shipped_directory() -> Path:
    """Where the shipped models are: inside the package when installed, beside it in a checkout."""
    package = Path(str(importlib.resources.files("tcpverify")))
    inside = package / "models"
    return inside if inside.is_dir() else package.parent / "models"


def _resolve(word: str, relative_to: Path, within: tuple[Path, ...]) -> list[Entry]:
    """The parts that a word stands for: itself, or those of a sum; ``within`` are the sums being expanded."""
    if word in _AT_HAND.get():
        return [_AT_HAND.get()[word]]
    if _is_file(word):
        path = relative_to / Path(word).expanduser()
        if path.is_dir():
            raise UsageError(f"{word!r} is a directory, not a model file")
        if not path.is_file():
            raise UsageError(f"model file {word!r} does not exist")
        if path.suffix != ".py":
            raise UsageError(f"{word!r} is not a model file: its name does not end in .py")
        entry = read(word, path)
    else:
        entry = _named(word)
    if not isinstance(entry.content, str):
        return [entry]
    path = entry.path
    here = path.resolve()
    if here in within:
        raise ModelError(f"{path}: the SUM of {word!r} leads back to itself")
    parts = [part.strip() for part in entry.content.split("+")]
    if not all(parts):
        raise ModelError(f"{path}: SUM = {entry.content!r} is not a base and its amendments joined by '+'")
    return [found for part in parts for found in _resolve(part, path.parent, (*within, here))]


def _is_file(word: str) -> bool:
    return word.endswith(".py") or os.sep in word


def _named(name: str) -> Entry:
    """The model of that name: a shipped one before all others, then those of installed distributions."""
    names = shipped()
    if name in names:
        return read(name, names[name])
    offer = the_offer(name)
    if offer is not None:
        try:
            return read(name, offer.path, offer.origin)
        except TcpverifyError as error:
            raise ModelError(f"model {offer.name!r} of {offer.origin} cannot be used: {error}") from error
    found = offers()
    known = [*names, *(offer.name for offer in found.models)]
    close = get_close_matches(name.lower().replace("_", "-"), known, n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else "`tcpverify models` lists what there is"
    broken = "".join(f"; {text}" for _, text in found.problems)
    raise ModelError(f"unknown model {name!r}; {hint}{broken}")
