"""`recheck` as a function: a certificate, proved again from the model alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tcpverify.api.answers import WIDTH, Answer
from tcpverify.api.model import Named, load, naming
from tcpverify.api.options import Length, duration
from tcpverify.api.proofs import Certificate
from tcpverify.api.runs import text_of_file
from tcpverify.errors import UsageError
from tcpverify.workflow.durations import wall_clock

if TYPE_CHECKING:
    from tcpverify.views.styled import Line
    from tcpverify.workflow.recheck import RecheckReport

__all__ = ["RecheckResult", "recheck"]


class RecheckResult(Answer["RecheckReport"]):
    """What a solver has made of the obligations of a certificate."""

    def __init__(self, report: RecheckReport, name: str, title: str) -> None:
        super().__init__(report)
        self._name, self._title = name, title

    @property
    def holds(self) -> bool | None:
        """Whether every obligation is proved; False if one fails, None if a limit ended it before."""
        return {0: True, 1: False}.get(self.report.exit_status)

    @property
    def failure(self) -> str:
        """The obligation that fails, or why there is no answer; empty if all are proved."""
        return next((part.failure for part in self.report.parts if not part.holds), "")

    def to_json(self) -> dict[str, Any]:
        """The document ``tcpverify.recheck/1``."""
        from tcpverify.views.rechecked import recheck_document

        return recheck_document(self.report, self._name)

    def _lines(self) -> list[Line]:
        from tcpverify.views.rechecked import answer

        return answer(self.report, self._name, WIDTH, self._title)

    def __repr__(self) -> str:
        said = {True: "confirmed", False: "not confirmed", None: "not decided"}[self.holds]
        file = self.report.file
        return f"<recheck of {', '.join(file.properties)} in {file.model}: {said} by {self.report.solver}>"


def recheck(
    certificate: Certificate | Mapping[str, Any] | str | Path, model: Named | None = None, *, solver: str = "z3",
    timeout: Length | None = None,
) -> RecheckResult:  # fmt: skip
    """Prove a certificate again, from the model alone, as ``tcpverify recheck`` does: no engine takes part.

    Parameters
    ----------
    certificate
        one that an answer holds (``check(...).certificates``, ``bound(...).certificate``), its document, or the file
        that holds it.
    model
        the model to hold it against; by default the one that it names, which must be one that comes with the program.
    solver
        who decides: ``z3``, or ``cvc5`` if it is installed.
    timeout
        wall-clock limit above 0; without an answer by then, ``holds`` is None.

    Raises
    ------
    UsageError
        if the file cannot be read, names a model outside of this program, or there is no such solver.
    ModelError
        if there is no such model.
    FileFormatError
        if it is no certificate, or a damaged one; says where.

    Examples
    --------
    >>> import tcpverify
    >>> proof = tcpverify.bound(losses=0, incarnations=1, within_scope=True, properties="drained").certificate
    >>> proof
    <certificate of drained in textbook>
    >>> tcpverify.recheck(proof)
    <recheck of drained in textbook: confirmed by z3>
    >>> tcpverify.recheck(proof, "textbook+no-restart").holds
    False
    """
    from tcpverify.views.model import described
    from tcpverify.workflow.recheck import recheck_text

    seconds = wall_clock(duration(timeout, "timeout") if timeout is not None else None)
    if isinstance(certificate, str | Path):
        name, text = str(certificate), text_of_file(certificate, "certificate file")
    elif not isinstance(certificate, Certificate | Mapping):
        raise UsageError(f"{certificate!r} is no certificate; give one that an answer holds, its document, or a file")
    else:
        document = certificate.to_json() if isinstance(certificate, Certificate) else dict(certificate)
        name, text = "the certificate", json.dumps(document)
    with naming(*(() if model is None else (load(model),))) as expressions:
        report = recheck_text(text, name, expressions[0] if expressions else None, solver, seconds, hint="model=")
        return RecheckResult(report, name, described(load(report.file.model).loaded))
