"""Obligations as SMT-LIB text, in linear real arithmetic.

Solvers read text far faster than they can be told term by term, and text can be kept, read by people and given to
other solvers. Parameters that an assumption gives a value are replaced by it; the others are free real constants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tcpverify.evidence.certificate import Certificate
from tcpverify.evidence.obligations import Obligation, Place
from tcpverify.lang.linear import Linear
from tcpverify.lang.system import Constraint

__all__ = ["WAIT", "Query", "query"]

#: the name of the time that passes after a step
WAIT = "d"


@dataclass(frozen=True)
class Query:
    """What a solver is asked.

    Attributes
    ----------
    names
        real constants: the free parameters, the clocks, and how long is waited.
    regions
        clock regions that formulas mention, each by the name ``r0``, ``r1``, …
    assumptions
        formulas about the free parameters that hold throughout; together they must be satisfiable.
    formulas
        one for each distinct obligation: each by itself must be unsatisfiable.
    origins
        parallel to ``formulas``: the obligation, and a place where it comes from.
    """

    names: tuple[str, ...]
    regions: tuple[str, ...]
    assumptions: tuple[str, ...]
    formulas: tuple[str, ...]
    origins: tuple[tuple[Obligation, Place], ...]

    def declarations(self) -> Iterator[str]:
        """The commands that come first."""
        yield from (f"(declare-const {name} Real)" for name in self.names)
        yield from (f"(define-fun r{i} () Bool {region})" for i, region in enumerate(self.regions))

    def document(self, title: str = "", notes: Sequence[str] = ()) -> str:
        """A stand-alone SMT-LIB 2 script: every answer to it must be ``unsat``.

        ``title`` and, one for every formula, ``notes`` become comments.
        """
        lines = [*(f"; {line}" for line in title.splitlines()), "(set-info :smt-lib-version 2.6)", "(set-logic QF_LRA)"]
        lines += self.declarations()
        lines += [f"(assert {formula})" for formula in self.assumptions]
        for number, formula in enumerate(self.formulas):
            if notes:
                lines.append(f"; {number + 1}: {notes[number]}")
            lines += ["(push 1)", f"(assert {formula})", "(set-info :status unsat)", "(check-sat)", "(pop 1)"]
        return "\n".join([*lines, "(exit)"]) + "\n"


def query(certificate: Certificate, obligations: Mapping[Obligation, Place]) -> Query:
    """All obligations as formulas, equal ones once."""
    writer = _Writer(certificate)
    formulas: dict[str, tuple[Obligation, Place]] = {}
    for item, place in obligations.items():
        formulas.setdefault(writer.negation(item), (item, place))
    clocks = max((len(o.clocks()) for o, _ in formulas.values()), default=0)
    names = (*writer.free, *(f"c{i}" for i in range(clocks)), WAIT)
    return Query(names, tuple(writer.named), tuple(writer.assumptions()), tuple(formulas), tuple(formulas.values()))


def _number(value: Fraction) -> str:
    text = str(abs(value.numerator)) if value.denominator == 1 else f"(/ {abs(value.numerator)} {value.denominator})"
    return f"(- {text})" if value < 0 else text


def _all(rows: Sequence[str]) -> str:
    """The conjunction; SMT-LIB has none of fewer than two."""
    return f"(and {' '.join(rows)})" if len(rows) > 1 else rows[0] if rows else "true"


class _Writer:
    def __init__(self, certificate: Certificate) -> None:
        self.certificate = certificate
        self.fixed = certificate.values
        self.free = tuple(name for name in certificate.parameters if name not in self.fixed)
        self._values: dict[Linear, str] = {}
        self._regions: dict[tuple[int, tuple[str | None, ...]], str] = {}
        self.named: dict[str, str] = {}

    def assumptions(self) -> Iterator[str]:
        """No parameter is negative, and what the certificate assumes; not what is true of the fixed values anyway."""
        yield from (f"(>= {_number(number)} 0)" for number in self.fixed.values() if number < 0)
        yield from (f"(>= {name} 0)" for name in self.free)
        for value, op in self.certificate.assume:
            rest = self.substituted(value)
            number = rest.value({}) if all(not name for name, _ in rest.terms) else None
            if number is None or not {">=": number >= 0, ">": number > 0, "=": number == 0}[op]:
                yield f"({op} {self.value(value)} 0)"

    def substituted(self, value: Linear) -> Linear:
        """The expression with fixed parameters replaced by their values."""
        found: dict[str, Fraction] = {}
        for name, factor in value.terms:
            key, part = ("", factor * self.fixed[name]) if name in self.fixed else (name, factor)
            found[key] = found.get(key, Fraction(0)) + part
        return Linear.of(found)

    def value(self, bound: Linear) -> str:
        known = self._values.get(bound)
        if known is None:
            parts = []
            for name, factor in self.substituted(bound).terms:
                if not name:
                    parts.append(_number(factor))
                else:
                    parts.append(name if factor == 1 else f"(* {_number(factor)} {name})")
            known = f"(+ {' '.join(parts)})" if len(parts) > 1 else parts[0] if parts else "0"
            self._values[bound] = known
        return known

    def region(self, number: int, names: Sequence[str | None]) -> str:
        """The name of: the clocks lie in a region. What it says of clocks that have no name here is left out."""
        key = (number, tuple(names))
        known = self._regions.get(key)
        if known is None:
            terms: list[str | None] = ["0", *names]
            size = len(terms)
            rows = [f"(<= 0 {name})" for name in names if name is not None]
            for i, j, c, strict in self.certificate.regions[number]:
                left, right = terms[i] if i < size else None, terms[j] if j < size else None
                if left is not None and right is not None:
                    difference = f"(- {left} {right})" if j else left
                    rows.append(f"({'<' if strict else '<='} {difference} {self.value(c)})")
            text = _all(sorted(set(rows)))
            known = self._regions[key] = self.named.setdefault(text, f"r{len(self.named)}")
        return known

    def rows(self, constraints: Sequence[Constraint], names: Mapping[int, str]) -> list[str]:
        """Constraints over named clocks."""
        return [
            f"({'=' if rel == '==' else rel} {names[clock]} {self.value(bound)})" for clock, rel, bound in constraints
        ]

    def negation(self, item: Obligation) -> str:
        """A formula that is unsatisfiable iff the obligation holds: a clock value that escapes."""
        before = item.clocks()
        after = [f"(+ {before[c]} {WAIT})" if c >= 0 else WAIT for c in item.carry]
        parts = [f"(>= {WAIT} 0)" if item.waits else f"(= {WAIT} 0)"]
        parts += self.rows(item.guard, before) + self.rows(item.invariant, dict(enumerate(after)))
        if item.region >= 0:
            parts.insert(0, self.region(item.region, [before.get(c) for c in range(max(before, default=-1) + 1)]))
        # At the moment of arrival the target's invariant holds as well; it has only upper bounds, so it is implied.
        parts += [f"(not {self.region(t, after)})" for t in item.targets]
        return _all(parts)
