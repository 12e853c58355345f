"""Models as Python objects: loaded by name, added up, made in a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tcpverify.errors import UsageError
from tcpverify.lang.table import Amendment, Rule, Table
from tcpverify.tcp import registry
from tcpverify.tcp.modelfile import Entry, made
from tcpverify.tcp.registry import LoadedModel

if TYPE_CHECKING:
    from tcpverify.views.library import Row

__all__ = ["Model", "Named", "load", "models", "naming"]


class Model:
    """A table of rules with a name, perhaps one that is in no file.

    ``model + "rfc1337"`` and ``model + amendment`` are the model with one more amendment, shipped or made in Python
    (`tcpverify.lang.table.Amendment`; ``from tcpverify.tcp.vocabulary import *`` brings all words for it).

    Examples
    --------
    >>> import tcpverify
    >>> from tcpverify.tcp.vocabulary import Amendment, change
    >>> deaf = Amendment("deaf", "TIME-WAIT ignores a RST", "an example", (change("TIME-WAIT.rst*", to=None),))
    >>> tcpverify.load("rfc9293") + deaf
    <model rfc9293+deaf: 175 rules, TIME_WAIT = 2*MSL>
    """

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded

    @property
    def name(self) -> str:
        """The expression that names it, such as ``rfc9293+rfc1337``."""
        return self._loaded.name

    @property
    def title(self) -> str:
        """What it is, in one line."""
        from tcpverify.views.model import described

        return described(self._loaded)

    @property
    def table(self) -> Table:
        """States, events, timers and rules."""
        return self._loaded.table

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The rules by name."""
        return self._loaded.table.rules

    @property
    def loaded(self) -> LoadedModel:
        """The table with the parts that it came from."""
        return self._loaded

    def flaws(self) -> list[str]:
        """Gaps and overlaps of the rules, each with an event that shows it; none: Z3 has proved that there are none."""
        return [str(flaw) for flaw in registry.verify_table(self._loaded)]

    def __add__(self, other: Amendment | str) -> Model:
        if isinstance(other, str):
            with self.at_hand():
                return Model(registry.load(f"{self.name}+{other}"))
        if not isinstance(other, Amendment):
            return NotImplemented
        return Model(registry.amended(self._loaded, _part(other.name, other)))

    @contextmanager
    def at_hand(self) -> Iterator[str]:
        """Within this block its name means this model, whether it is in files or not."""
        with registry.at_hand(part for part in self._loaded.parts if not part.path.is_file()):
            yield self.name

    def to_json(self) -> dict[str, object]:
        """The document that ``tcpverify show --format json`` prints."""
        from tcpverify.views.model import model_document

        return model_document(self._loaded)

    def __repr__(self) -> str:
        own = "".join(f", {name} = {value}" for name, value in self.table.numbers.items())
        return f"<model {self.name}: {len(self.rules)} rules{own}>"

    def _repr_html_(self) -> str:
        from tcpverify.views.model import rule_effects
        from tcpverify.views.model import touched as touching
        from tcpverify.views.notebook import block, folded, paragraph, table

        rows = [
            [(rule.state, ""), (rule.name, "warn" if touching(self.table, rule.name) else ""), (rule.text, ""),
             ("; ".join(rule_effects(rule)), ""), (rule.clause, "dim")]
            for rule in self.rules.values()
        ]  # fmt: skip
        shown = table(("state", "rule", "in words", "what it does", "clause"), rows)
        return block(paragraph(f"{self.name}: {self.title}", "title"), folded(f"{len(rows)} rules", shown))


#: what may stand for a model: an expression, a model, or a table made in Python
Named = str | Model | Table


def load(model: Named = registry.DEFAULT_MODEL) -> Model:
    """A model.

    Parameters
    ----------
    model
        an expression (a base and amendments, joined by ``+``, each a shipped name or a path to a file), or a
        table of rules.

    Raises
    ------
    UsageError, ModelError
        if there is no such model, or its parts do not go together.

    Examples
    --------
    >>> import tcpverify
    >>> tcpverify.load("rfc9293+rfc1337").rules["TIME-WAIT.rst"].text
    'Ignored.'
    """
    if isinstance(model, Model):
        return model
    if isinstance(model, Table):
        # A + joins the parts of an expression, and this is one part.
        entry = _part(model.name.replace("+", "-"), model)
        with registry.at_hand([entry]):
            return Model(registry.load(entry.name))
    if not isinstance(model, str):
        raise UsageError(f"{model!r} is no model; name one, such as 'rfc9293+rfc1337', or give a table of rules")
    return Model(registry.load(model))


def _part(name: str, content: Table | Amendment) -> Entry:
    if not name.strip() or set(name) & set("+/\\") or name.endswith(".py"):
        raise UsageError(f"{name!r} is not a name for a part of a model: it must not be empty, a path, or hold a +")
    if name in registry.shipped():
        raise UsageError(f"{name!r} is the name of a model that comes with the program; choose another")
    return made(name, content)


@contextmanager
def naming(*models: Named) -> Iterator[tuple[str, ...]]:
    """Within this block the expressions that are yielded name these models."""
    loaded = [load(model) for model in models]
    parts: dict[str, Entry] = {}
    for part in (part for model in loaded for part in model.loaded.parts if not part.path.is_file()):
        if parts.setdefault(part.name, part).content is not part.content:
            raise UsageError(f"two different parts of these models are both called {part.name!r}")
    with registry.at_hand(parts.values()):
        yield tuple(model.name for model in loaded)


def models() -> list[Row]:
    """The models that come with the program, and those that installed distributions offer; of the latter none is run.

    Examples
    --------
    >>> import tcpverify
    >>> [row.name for row in tcpverify.models() if row.group == "stacks"][:3]
    ['freebsd', 'linux', 'linux-4.11']
    """
    from tcpverify.tcp.plugins import offers
    from tcpverify.views.library import library_rows

    return library_rows(registry.catalogue(), offers())[0]
