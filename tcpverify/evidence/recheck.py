"""Re-checking a certificate: the model is asked afresh, Z3 decides, the engine that found it is not used.

For every location of the certificate the edges are computed again by the plain interpreter of the table. Each
edge is one obligation about clocks, in linear real arithmetic: whoever is in the region and may take the edge,
and then waits as long as the target allows, is in a region of the target; and if the edge breaks a property of
the certificate, it cannot be taken. Obligations that are equal as formulas are put to Z3 once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import z3

from tcpverify.evidence.certificate import Certificate, Kind, Region
from tcpverify.lang.linear import Linear
from tcpverify.lang.system import Constraint, Edge, TimedSystem

__all__ = ["Afresh", "Obligation", "Recheck", "recheck", "smtlib"]


class Obligation(NamedTuple):
    """From a region (-1: all clocks zero), by guard, carry and waiting, into the union of ``targets``.

    No targets: the step is impossible. ``clocks`` is the number of clocks of the source. Without ``waits`` no
    time passes: a plain inclusion.
    """

    region: int
    clocks: int
    guard: tuple[Constraint, ...]
    carry: tuple[int, ...]
    invariant: tuple[Constraint, ...]
    targets: tuple[int, ...]
    waits: bool = True


@dataclass(frozen=True)
class Recheck:
    """The result: how many edges were looked at, how many different obligations Z3 proved, the first that failed.

    ``document`` is what Z3 was asked, as SMT-LIB text: every assertion in it must be unsatisfiable by itself.
    """

    edges: int
    obligations: int
    failure: str = ""
    document: str = ""

    @property
    def holds(self) -> bool:
        """Whether every obligation was proved."""
        return not self.failure


class Afresh:
    """The edges of a system, computed afresh and kept, so that several certificates can be checked against them."""

    def __init__(self, system: TimedSystem) -> None:
        self.system = system
        self.kinds: list[Kind] = []
        self._kind_ids: dict[Kind, int] = {}
        self._known: dict[Hashable, list[tuple[Edge, int]]] = {}

    def edges(self, location: Hashable) -> list[tuple[Edge, int]]:
        """The edges of a location, each with the number of its kind."""
        found = self._known.get(location)
        if found is None:
            invariant = self.system.invariant
            found = [
                (e, self.kind((e.guard, e.carry, tuple(invariant(e.target))))) for e in self.system.edges(location)
            ]
            self._known[location] = found
        return found

    def kind(self, kind: Kind) -> int:
        """The number of a guard, the clocks carried, and the invariant of the target."""
        found = self._kind_ids.get(kind)
        if found is None:
            found = self._kind_ids[kind] = len(self.kinds)
            self.kinds.append(kind)
        return found


class _Collector:
    """All obligations of a certificate, equal ones once, each with a place where it comes from."""

    def __init__(self, certificate: Certificate, model: Afresh) -> None:
        self.certificate, self.model, self.system = certificate, model, model.system
        self.found: dict[Obligation, str] = {}
        self.edges = 0

    def collect(self, interrupted: Callable[[], bool] | None = None) -> str:
        """Fill ``found``; the answer names a location that the invariant lacks, if there is one."""
        invariant, system = self.certificate.invariant, self.system
        broken = frozenset(self.certificate.properties)
        for start, clocks in system.initial():
            if start not in invariant:
                return f"the initial location {start} is missing from the invariant"
            rows = tuple(system.invariant(start))
            self.found.setdefault(Obligation(-1, 0, (), (-1,) * clocks, rows, invariant[start]), "the start")  # type: ignore[index]
        images = {(region, self.model.kind(kind)): i for (region, kind), i in self.certificate.images.items()}
        steps: set[tuple[int, int, bool, tuple[int, ...]]] = set()
        for number, (location, regions) in enumerate(invariant.items()):
            if interrupted is not None and not number & 255 and interrupted():
                return "interrupted"
            edges = self.model.edges(location)
            self.edges += len(edges)
            for edge, kind in edges:
                target = edge.target
                into = () if edge.marks & broken else invariant.get(target, ())
                for region in regions:
                    image = images.get((region, kind))
                    key = (region, kind, image in into, () if image in into else into)
                    if key not in steps:
                        steps.add(key)
                        place = f"{location} by {getattr(edge.label, 'kind', '')} to {target}"
                        # Clocks without an upper bound exist as well: they show where a step asks for one.
                        guard, carry, _ = self.model.kinds[kind]
                        asked = max((*carry, *(row.clock for row in guard)), default=-1) + 1
                        clocks = max(len(system.invariant(location)), asked)
                        self._split(region, clocks, self.model.kinds[kind], image, into, place)
        return ""

    def _split(
        self, region: int, clocks: int, kind: Kind, image: int | None, into: tuple[int, ...], place: str
    ) -> None:
        """One edge as obligations: into its image, and from the image into the target's regions."""
        guard, carry, rows = kind
        if image is None:
            self.found.setdefault(Obligation(region, clocks, guard, carry, rows, into), place)
            return
        via = () if image < 0 else (image,)
        self.found.setdefault(Obligation(region, clocks, guard, carry, rows, via), place)
        if image >= 0 and image not in into:
            # Nothing happens and no time passes: plain inclusion.
            same = tuple(range(len(carry)))
            self.found.setdefault(Obligation(image, len(carry), (), same, (), into, False), place)


def _number(value: Fraction) -> str:
    text = str(abs(value.numerator)) if value.denominator == 1 else f"(/ {abs(value.numerator)} {value.denominator})"
    return f"(- {text})" if value < 0 else text


class _Writer:
    """Obligations as SMT-LIB text; Z3 reads text far faster than it can be told term by term."""

    def __init__(self, certificate: Certificate) -> None:
        self.parameters = certificate.parameters
        self.sizes: dict[int, int] = {}
        self.regions: Sequence[Region] = certificate.regions
        self._values: dict[Linear, str] = {}

    def value(self, bound: Linear) -> str:
        known = self._values.get(bound)
        if known is None:
            known = self._values[bound] = _number(bound.value(self.parameters))
        return known

    def region(self, number: int, names: Mapping[int, str]) -> str:
        """That the named clocks lie in a region; what it says of others is left out."""
        rows = [f"(<= 0 {name})" for name in names.values()]
        for i, j, c, strict in self.regions[number]:
            if (i == 0 or i - 1 in names) and (j == 0 or j - 1 in names):
                left = names[i - 1] if not j else f"(- {names[i - 1] if i else 0} {names[j - 1]})"
                rows.append(f"({'<' if strict else '<='} {left} {_number(c)})")
        return f"(and true {' '.join(sorted(rows))})"

    def rows(self, constraints: Sequence[Constraint], names: Mapping[int, str]) -> list[str]:
        """Constraints over named clocks."""
        return [
            f"({'=' if rel == '==' else rel} {names[clock]} {self.value(bound)})" for clock, rel, bound in constraints
        ]

    def negation(self, item: Obligation) -> str:
        """A formula that is unsatisfiable iff the obligation holds: a clock value that escapes."""
        # Clocks that are neither asked nor carried play no part: leaving out what is known of them asks for more,
        # not less, and makes many obligations the same formula. The others are named in the order of the target.
        order = dict.fromkeys([c for c in item.carry if c >= 0] + [row.clock for row in item.guard])
        before = {c: f"c{i}" for i, c in enumerate(order)}
        after = dict(enumerate(f"(+ {before[c]} d)" if c >= 0 else "d" for c in item.carry))
        parts = ["(>= d 0)" if item.waits else "(= d 0)"]
        parts += self.rows(item.guard, before) + self.rows(item.invariant, after)
        if item.region >= 0:
            parts.insert(0, self.region(item.region, before))
        # At the moment of arrival the target's invariant holds as well; it has only upper bounds, so it is implied.
        parts += [f"(not {self.region(t, after)})" for t in item.targets]
        return f"(and {' '.join(parts)})"


def smtlib(certificate: Certificate, obligations: Mapping[Obligation, str]) -> tuple[str, list[str]]:
    """All obligations as one SMT-LIB document, one assertion each, and for each a place where it comes from."""
    writer = _Writer(certificate)
    formulas: dict[str, str] = {}
    for item, place in obligations.items():
        formulas.setdefault(writer.negation(item), place)
    clocks = max((o.clocks for o in obligations), default=0)
    lines = [f"(declare-const c{i} Real)" for i in range(clocks)] + ["(declare-const d Real)"]
    lines += [f"(assert {formula})" for formula in formulas]
    return "\n".join(lines) + "\n", list(formulas.values())


def recheck(
    certificate: Certificate, model: Afresh, interrupted: Callable[[], bool] | None = None
) -> Recheck:
    """Let Z3 prove every obligation of a certificate against the system, computed afresh.

    Parameters
    ----------
    model
        the system, computed afresh; of a TCP scenario use its `twin`, so that the table is read by the
        interpreter.
    """
    collector = _Collector(certificate, model)
    missing = collector.collect(interrupted)
    if missing:
        return Recheck(collector.edges, 0, missing)
    document, places = smtlib(certificate, collector.found)
    solver = z3.SolverFor("QF_LRA")
    # Ctrl-C is for the caller to notice; Z3 would abort the query and answer unknown.
    solver.set("ctrl_c", False)
    for number, formula in enumerate(z3.parse_smt2_string(document)):
        if interrupted is not None and not number & 63 and interrupted():
            return Recheck(collector.edges, number, "interrupted")
        solver.push()
        solver.add(formula)
        answer = solver.check()
        if answer != z3.unsat:
            failure = f"obligation {number} is {answer}: {places[number]}"
            return Recheck(collector.edges, number, failure, document)
        solver.pop()
    return Recheck(collector.edges, len(places), "", document)
