"""Models that other installed distributions offer, through entry points of the group ``tcpverify.models``.

The value of such an entry point is a package, each of whose ``.py`` files is a model under the file's name, or a
module, which is one model under the name of the entry point. Nothing of a distribution is executed here: names come
from its metadata, and files are located without importing the packages around them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from tcpverify.errors import ModelError, TcpverifyError

__all__ = ["GROUP", "Offer", "Offers", "model_name", "offers", "the_offer"]

#: the group of entry points
GROUP = "tcpverify.models"
_NAME = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")


@dataclass(frozen=True)
class Offer:
    """A model that an installed distribution offers, not executed."""

    name: str
    distribution: str
    version: str
    path: Path

    @property
    def full(self) -> str:
        """The name that says which distribution's model is meant."""
        return f"{self.distribution}:{self.name}"

    @property
    def origin(self) -> str:
        """Name and version of the distribution."""
        return f"{self.distribution} {self.version}".rstrip()


@dataclass(frozen=True)
class Offers:
    """All models on offer, and what is wrong with some distributions: (distribution, one sentence)."""

    models: tuple[Offer, ...]
    problems: tuple[tuple[str, str], ...]


def model_name(file: Path) -> str:
    """The name of the model in a file of a directory of models: ``no_restart.py`` is ``no-restart``."""
    return file.stem.replace("_", "-")


def offers() -> Offers:
    """What the distributions on this interpreter's path offer, each by name."""
    return _offers(tuple(sys.path))


def the_offer(word: str) -> Offer | None:
    """The model that a name, or ``distribution:name``, stands for; None if nothing of the kind is on offer.

    Raises
    ------
    ModelError
        if two distributions offer the name, or the distribution that is named has no such model.
    """
    found = offers()
    distribution, colon, name = word.rpartition(":")
    if not colon:
        named = [offer for offer in found.models if offer.name == word]
        if len(named) > 1:
            raise ModelError(
                f"model {word!r} is offered by {' and by '.join(offer.origin for offer in named)}; "
                f"say which: {' or '.join(offer.full for offer in named)}"
            )
        return named[0] if named else None
    wanted = _normal(distribution)
    theirs = [offer for offer in found.models if offer.distribution == wanted]
    for offer in theirs:
        if offer.name == name:
            return offer
    problem = next((text for who, text in found.problems if who == wanted), "")
    if problem:
        raise ModelError(f"there is no model {word!r}: {problem}")
    if theirs:
        close = get_close_matches(name, [offer.name for offer in theirs], n=1) or [offer.name for offer in theirs]
        raise ModelError(f"{theirs[0].origin} has no model {name!r}; it has {', '.join(close)}")
    others = sorted({offer.distribution for offer in found.models})
    hint = f"models come from {', '.join(others)}" if others else "no installed distribution does"
    raise ModelError(f"no installed distribution {distribution!r} offers models to tcpverify; {hint}")


def _normal(name: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


# Keyed by the path, since an interpreter whose path has changed sees other distributions.
@cache
def _offers(path: tuple[str, ...]) -> Offers:
    models: dict[tuple[str, str], Offer] = {}
    problems: list[tuple[str, str]] = []
    for name, version, declared in _declared():
        for label, value in declared:
            try:
                for model, file in _files(label, value):
                    models.setdefault((name, model), Offer(model, name, version, file))
            except TcpverifyError as error:
                problems.append((name, f"{name} {version}: {error}"))
    ordered = sorted(models.values(), key=lambda offer: (offer.distribution, offer.name))
    return Offers(tuple(ordered), tuple(sorted(problems)))


def _declared() -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """The distributions that have entry points of the group: name, version, (label, value) of each."""
    import importlib.metadata

    seen: set[str] = set()
    for found in importlib.metadata.distributions():
        try:
            name = _normal(found.metadata["Name"] or "")
            text = found.read_text("entry_points.txt") or ""
        except Exception:
            # Some other distribution's broken metadata is not this program's business.
            continue
        if not name or name in seen:
            continue
        seen.add(name)
        rows = list(_rows(text))
        if rows:
            yield name, found.metadata["Version"] or "", rows


def _rows(text: str) -> Iterator[tuple[str, str]]:
    """The lines of the group in an ``entry_points.txt``; a line without ``=`` has an empty value."""
    section = ""
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("["):
            section = line.strip("[]").strip()
        elif section == GROUP and line and line[0] not in "#;":
            label, _, value = line.partition("=")
            yield label.strip(), value.strip()


def _files(label: str, value: str) -> Iterator[tuple[str, Path]]:
    """The model files behind an entry point, with their names."""
    if not all(part.isidentifier() for part in value.split(".")):
        raise ModelError(f"entry point {label!r} = {value!r} is not the name of a module or package of models")
    try:
        spec = _located(value)
    except Exception as error:
        # A finder is code of some package, and may fail in any way.
        raise ModelError(f"entry point {label!r} names {value!r}, which cannot be located: {error}") from error
    if spec is None:
        raise ModelError(f"entry point {label!r} names {value!r}, which is not installed")
    if spec.submodule_search_locations is None:
        file = Path(spec.origin or "")
        if file.suffix != ".py" or not file.is_file():
            raise ModelError(f"entry point {label!r} names {value!r}, which is not a Python file on disk")
        if not _NAME.fullmatch(label):
            raise ModelError(f"entry point {label!r} is not a name for a model: letters, digits and dashes make one")
        yield label, file
        return
    folders = [Path(folder) for folder in spec.submodule_search_locations]
    files = sorted(file for folder in folders for file in folder.glob("*.py") if not file.stem.startswith("_"))
    if not files:
        raise ModelError(f"entry point {label!r} names the package {value!r}, in which there is no model file")
    yield from ((model_name(file), file) for file in files)


def _located(module: str) -> ModuleSpec | None:
    """Where a module is, by the finders of the import system.

    Unlike `importlib.util.find_spec` this does not import the packages around it, which would execute them.
    """
    first, *rest = module.split(".")
    spec = _top(first)
    for part in rest:
        if spec is None or spec.submodule_search_locations is None:
            return None
        # By its last name alone: under its full name a package without __init__.py asks for its parent, imported.
        spec = PathFinder.find_spec(part, list(spec.submodule_search_locations))
    return spec


def _top(package: str) -> ModuleSpec | None:
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        found = find(package, None) if find is not None else None
        if isinstance(found, ModuleSpec):
            return found
    return None
