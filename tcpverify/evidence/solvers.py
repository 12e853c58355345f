"""The solvers that a certificate can be put to: Z3, and cvc5 where it is installed.

Both read the same formulas as text. None of the formulas may be satisfiable, so many can be asked about at once: a
disjunction is unsatisfiable if and only if each of its formulas is.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from tcpverify.errors import UsageError
from tcpverify.evidence.smtlib import Query

__all__ = ["SOLVERS", "Z3", "Answer", "Cvc5", "Questions", "Solver", "solver"]

UNSAT, SAT, UNKNOWN = "unsat", "sat", "unknown"


@dataclass(frozen=True)
class Answer:
    """``unsat``, ``sat`` with a value for every name of the query, or ``unknown``."""

    status: str
    values: Mapping[str, Fraction]


class Solver(Protocol):
    """Something that decides formulas."""

    name: str
    version: str

    def ask(self, query: Query) -> Questions:
        """Read a query, and be ready to decide it."""
        ...


class Questions(Protocol):
    """A query that a solver has read."""

    def decide(self, numbers: range, deadline: float = 0.0) -> Answer:
        """Whether, under the assumptions, one of the formulas with these numbers can hold; of none: they alone.

        ``deadline`` is a moment of `time.perf_counter`, or 0: the answer is ``unknown`` if it takes longer.
        """
        ...


def solver(name: str) -> Solver:
    """The solver of that name.

    Raises
    ------
    UsageError
        if it is not installed, or there is none.
    """
    if name not in SOLVERS:
        raise UsageError(f"unknown solver {name!r}; there are {', '.join(SOLVERS)}")
    return SOLVERS[name]()


def _left(deadline: float) -> int:
    """Milliseconds until then, at least one."""
    return max(1, int(1000 * (deadline - time.perf_counter())))


class Z3:
    """Z3, which tcpverify needs anyway."""

    name = "z3"

    def __init__(self) -> None:
        import z3

        self._z3: Any = z3
        self.version = str(z3.get_version_string())

    def ask(self, query: Query) -> Questions:
        """See `Solver`."""
        return _Z3Questions(self._z3, query)


class _Z3Questions:
    def __init__(self, z3: Any, query: Query) -> None:
        self._z3, self._query = z3, query
        self._solver = z3.SolverFor("QF_LRA")
        # Ctrl-C is for the caller to notice; Z3 would abort the query and answer unknown.
        self._solver.set("ctrl_c", False)
        rows = [*query.declarations(), *(f"(assert {f})" for f in (*query.assumptions, *query.formulas))]
        # Taken out of Z3's vector once: reaching into it again and again is slow.
        formulas = list(z3.parse_smt2_string("\n".join(rows)))
        self._solver.add(formulas[: len(query.assumptions)])
        self._formulas = formulas[len(query.assumptions) :]

    def decide(self, numbers: range, deadline: float = 0.0) -> Answer:
        """See `Questions`."""
        z3, found = self._z3, self._solver
        if deadline:
            found.set("timeout", _left(deadline))
        found.push()
        if numbers:
            found.add(z3.Or([self._formulas[n] for n in numbers]))
        status = found.check()
        values = {}
        if status == z3.sat:
            model = found.model()
            for name in self._query.names:
                value = model.eval(z3.Real(name), model_completion=True)
                values[name] = Fraction(value.numerator_as_long(), value.denominator_as_long())
        found.pop()
        return Answer(str(status), values)


class Cvc5:
    """cvc5, an extra: another solver by other people."""

    name = "cvc5"

    def __init__(self) -> None:
        try:
            import cvc5
        except ImportError:
            raise UsageError("the solver cvc5 is not installed; pip install 'tcpverify[cvc5]' installs it") from None
        self._cvc5: Any = cvc5
        self.version = str(cvc5.__version__)

    def ask(self, query: Query) -> Questions:
        """See `Solver`."""
        return _Cvc5Questions(self._cvc5, query)


class _Cvc5Questions:
    def __init__(self, cvc5: Any, query: Query) -> None:
        self._cvc5, self._query = cvc5, query
        self._solver = cvc5.Solver()
        self._solver.setOption("incremental", "true")
        self._solver.setOption("produce-models", "true")
        self._symbols = cvc5.SymbolManager(self._solver.getTermManager())
        self._run("(set-logic QF_LRA)", *query.declarations(), *(f"(assert {f})" for f in query.assumptions))

    def _run(self, *rows: str) -> None:
        parser = self._cvc5.InputParser(self._solver, self._symbols)
        parser.setStringInput(self._cvc5.InputLanguage.SMT_LIB_2_6, "\n".join(rows), "certificate")
        while not (command := parser.nextCommand()).isNull():
            command.invoke(self._solver, self._symbols)

    def decide(self, numbers: range, deadline: float = 0.0) -> Answer:
        """See `Questions`."""
        found = self._solver
        if deadline:
            found.setOption("tlimit-per", str(_left(deadline)))
        formulas = " ".join(self._query.formulas[n] for n in numbers)
        # One disjunct is not a disjunction.
        either = f"(assert (or {formulas} false))" if numbers else ""
        self._run("(push 1)", either)
        result = found.checkSat()
        status = UNSAT if result.isUnsat() else SAT if result.isSat() else UNKNOWN
        values = {}
        if status == SAT:
            terms = {str(term): term for term in self._symbols.getDeclaredTerms()}
            values = {name: found.getValue(terms[name]).getRealValue() for name in self._query.names}
        self._run("(pop 1)")
        return Answer(status, values)


SOLVERS: dict[str, type[Z3] | type[Cvc5]] = {"z3": Z3, "cvc5": Cvc5}
