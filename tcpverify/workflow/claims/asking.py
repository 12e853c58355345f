"""`claims`: every saying asked anew, each statement decided once, and what follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tcpverify.errors import UsageError
from tcpverify.workflow.claims.claim import Claim, answered
from tcpverify.workflow.claims.deciding import Deciding, Halted
from tcpverify.workflow.claims.outcomes import UNDECIDED, ClaimsReport, Outcome
from tcpverify.workflow.claims.sayings import CLAIMS
from tcpverify.workflow.limits import Limits

__all__ = ["claims", "find"]


def find(number: int) -> Claim:
    """The saying of that number; UsageError if there is none."""
    for claim in CLAIMS:
        if claim.id == number:
            return claim
    raise UsageError(f"there is no saying {number}; they have the numbers 1 to {len(CLAIMS)}")


def claims(
    numbers: Iterable[int] = (),
    *,
    seconds: float = 0.0,
    memory: int = 0,
    amendment: str = "",
    says: Callable[[str], None] | None = None,
    interrupted: Callable[[], bool] | None = None,
) -> ClaimsReport:
    """Settle some sayings (none named: all), in their order.

    Parameters
    ----------
    seconds, memory
        limits of the whole run (0: none); what is open then is ``unknown``.
    amendment
        one that is added to every model that a saying is about.
    says
        told before every statement which it is.
    interrupted
        asked now and then whether to stop and report what is known.

    Raises
    ------
    UsageError, ModelError
        if a number is no claim's, or the amendment does not go together with a model.
    InternalDisagreement
        if an answer fails its re-check.
    """
    wanted = [find(n) for n in dict.fromkeys(numbers)] or list(CLAIMS)
    limits = Limits(seconds, memory, interrupted or (lambda: False))
    deciding, halted, answers = Deciding(limits, amendment), "", []
    for claim in wanted:
        outcomes: dict[str, Outcome] = {}
        for key, statement in claim.statements.items():
            if says is not None:
                says(f"claim {claim.id}: {statement.setting.en}, {statement.model}")
            try:
                if halted:
                    raise Halted(halted)
                outcomes[key] = deciding.decide(statement)
            except Halted as halt:
                halted = str(halt)
                outcomes[key] = Outcome(UNDECIDED, statement.model, reason=halted)
        answers.append(answered(claim, outcomes))
    return ClaimsReport(tuple(answers), amendment, deciding.asked, halted, limits.stopped, limits.spent)
