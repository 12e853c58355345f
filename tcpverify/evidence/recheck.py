"""Re-checking a certificate: the model is asked afresh, a solver decides, the engine that found it is not used.

For every location of the certificate the edges are computed again by the plain interpreter of the table. Each
edge is one obligation about clocks, in linear real arithmetic (`tcpverify.evidence.obligations`). Obligations that are
equal as formulas are put to the solver once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tcpverify.evidence.certificate import Certificate
from tcpverify.evidence.failure import Failure, explained
from tcpverify.evidence.obligations import Afresh, Obligations
from tcpverify.evidence.smtlib import Query, query
from tcpverify.evidence.solvers import SAT, UNSAT, Z3, Solver

__all__ = ["Afresh", "Recheck", "recheck"]

#: so many obligations are put to the solver at once; if it does not refute them, one by one
TOGETHER = 32
NO_VALUES = "no parameter values satisfy what it assumes"


@dataclass(frozen=True)
class Recheck:
    """The result.

    Attributes
    ----------
    locations, regions, edges
        how many were looked at.
    obligations
        how many different obligations were proved.
    failed
        the first that does not hold.
    stopped
        why there is no answer: ``interrupted``, ``time``, or what the solver gave up on.
    query
        what the solver was asked.
    solver, version
        who was asked.
    seconds
        wall clock.
    """

    locations: int
    regions: int
    edges: int
    obligations: int
    failed: Failure | None = None
    stopped: str = ""
    query: Query | None = None
    solver: str = ""
    version: str = ""
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether every obligation was proved."""
        return self.failed is None and not self.stopped

    @property
    def failure(self) -> str:
        """Why it does not hold, or empty."""
        return self.failed.sentence() if self.failed is not None else self.stopped

    @property
    def document(self) -> str:
        """What the solver was asked, as an SMT-LIB script: every answer to it must be ``unsat``."""
        return self.query.document() if self.query is not None else ""


def recheck(
    certificate: Certificate,
    model: Afresh,
    interrupted: Callable[[], bool] | None = None,
    solver: Solver | None = None,
    seconds: float = 0.0,
) -> Recheck:
    """Have every obligation of a certificate proved against the system, computed afresh.

    Parameters
    ----------
    model
        the system, computed afresh; of a TCP scenario use its `twin`, so that the table is read by the
        interpreter.
    solver
        Z3 unless another one is named.
    seconds
        wall-clock limit (0: none).
    """
    began = time.perf_counter()
    deadline = began + seconds if seconds else 0.0
    solver = solver or Z3()

    def stop() -> str:
        if interrupted is not None and interrupted():
            return "interrupted"
        return "time" if deadline and time.perf_counter() > deadline else ""

    collected = Obligations()
    asked: Query | None = None

    def result(proved: int, failed: Failure | None = None, stopped: str = "") -> Recheck:
        return Recheck(
            collected.locations, len(certificate.regions), collected.edges, proved, failed, stopped, asked,
            solver.name, solver.version, time.perf_counter() - began,
        )  # fmt: skip

    if not collected.collect(certificate, model, lambda: bool(stop())):
        return result(0, stopped=stop() or "interrupted")
    asked = query(certificate, collected.found)
    questions = solver.ask(asked)
    # The assumptions alone: of no values at all everything would be proved.
    if questions.decide(range(0), deadline).status == UNSAT:
        return result(0, stopped=NO_VALUES)
    for first in range(0, len(asked.formulas), TOGETHER):
        if why := stop():
            return result(first, stopped=why)
        together = range(first, min(first + TOGETHER, len(asked.formulas)))
        if questions.decide(together, deadline).status == UNSAT:
            continue
        for number in together:
            answer = questions.decide(range(number, number + 1), deadline)
            if answer.status == SAT:
                failed = explained(certificate, model.system, number + 1, asked.origins[number], answer.values)
                return result(number, failed)
            if answer.status != UNSAT:
                return result(number, stopped=stop() or f"{solver.name} does not decide obligation {number + 1}")
    return result(len(asked.formulas))
