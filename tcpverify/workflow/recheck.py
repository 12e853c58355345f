"""`recheck`: the certificates of a file, held against the model alone, by a solver of the user's choice."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tcpverify.errors import FileFormatError
from tcpverify.evidence.certificate import CertificateFile
from tcpverify.evidence.reading import read
from tcpverify.evidence.recheck import NO_VALUES, Afresh, Recheck, recheck
from tcpverify.evidence.solvers import solver as solver_of

__all__ = ["RecheckReport", "recheck_text"]


@dataclass(frozen=True)
class RecheckReport:
    """What became of every certificate of a file.

    Attributes
    ----------
    file
        the certificates, with the claim that they make together.
    parts
        parallel to ``file.parts``; after an interruption or at the end of the time there may be fewer.
    solver, version
        who decided.
    seconds
        wall clock.
    """

    file: CertificateFile
    parts: tuple[Recheck, ...]
    solver: str
    version: str
    seconds: float

    @property
    def complete(self) -> bool:
        """Whether every part was looked at."""
        return len(self.parts) == len(self.file.parts)

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended it."""
        return any(part.stopped == "interrupted" for part in self.parts)

    @property
    def holds(self) -> bool:
        """Whether the whole claim is confirmed."""
        return self.complete and all(part.holds for part in self.parts)

    @property
    def exit_status(self) -> int:
        """0 confirmed, 1 an obligation fails, 3 undecided, 130 interrupted."""
        if any(part.failed is not None for part in self.parts):
            return 1
        return 130 if self.interrupted else 0 if self.holds else 3


def recheck_text(
    text: str,
    name: str,
    model: str | None = None,
    solver: str = "z3",
    seconds: float = 0.0,
    interrupted: Callable[[], bool] | None = None,
    hint: str = "--model ",
) -> RecheckReport:
    """Re-check the certificates of a document.

    Parameters
    ----------
    text, name
        the document, and what messages call it.
    model
        the model expression to hold it against, instead of the one that it names.
    seconds
        wall-clock limit (0: none).
    hint
        what stands before a model where the user names one.

    Raises
    ------
    UsageError, ModelError, FileFormatError
        if the document, the model or the solver cannot be used.
    """
    began = time.perf_counter()
    # First of all: whoever lacks the solver need not wait for anything else.
    decides = solver_of(solver)
    file = read(text, name, model, hint)
    found: list[Recheck] = []
    for number, part in enumerate(file.parts):
        left = max(seconds - (time.perf_counter() - began), 0.001) if seconds else 0.0
        answer = recheck(part, Afresh(part.scenario.twin()), interrupted, decides, left)
        if answer.stopped == NO_VALUES:
            raise FileFormatError(f"{name} proves nothing: {NO_VALUES} in parts[{number}]")
        found.append(answer)
        if answer.stopped in ("interrupted", "time"):
            break
    return RecheckReport(file, tuple(found), decides.name, decides.version, time.perf_counter() - began)
