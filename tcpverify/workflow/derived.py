"""What `bound` answers with: the parameter values for which a property holds, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tcpverify.evidence.trace import Trace
from tcpverify.lang.linear import Linear
from tcpverify.lang.region import Condition, Region
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.results import Assurance

__all__ = ["EXACT", "FURTHER", "SUFFICIENT", "BoundReport", "BoundRequest", "Cut", "Proof", "Witness"]

#: parameters that a region has on request
FURTHER = ("RTO_MIN", "DELAY_MIN")
EXACT, SUFFICIENT, UNDECIDED = "exact", "sufficient", "unknown"


@dataclass(frozen=True)
class BoundRequest:
    """For which parameter values a property holds.

    Attributes
    ----------
    scope
        what the environment may do; unlimited duplicates and retransmissions are legal here.
    further
        parameters beside MSL, RTO_MAX and TIME_WAIT: ``RTO_MIN``, ``DELAY_MIN`` (TICK comes with timestamps).
    given
        numbers of interest, by parameter: the answer is put in these terms as well.
    beyond
        whether proofs for any number of retransmissions and duplicates are sought, beyond those of the scope.
    certify
        whether proofs are written down and re-checked; without, an answer is not confirmed.
    seconds, memory
        limits (0: none), as in `CheckRequest`.
    """

    model: str
    property: str = "no-old-segment"
    scope: Scope = field(default_factory=Scope)
    further: tuple[str, ...] = ()
    given: Mapping[str, Fraction] = field(default_factory=dict)
    beyond: bool = True
    certify: bool = True
    seconds: float = 0.0
    memory: int = 0


@dataclass(frozen=True)
class Cut:
    """Parameter values for which the property is refuted.

    Attributes
    ----------
    conditions
        what was cut off: all of them hold. Beyond ``region`` it contains only what other cuts contain.
    region
        exactly those values for which the run that was found can happen, with its steps in this order.
    """

    conditions: tuple[Condition, ...]
    region: Region
    steps: int
    scope: Scope


@dataclass(frozen=True)
class Witness:
    """A run that refutes the property just outside of a facet of the safe region.

    Attributes
    ----------
    facet
        the condition of the safe region that fails; None where nothing is safe.
    labels
        per step of the trace its time as an expression over the parameters and ``EPSILON`` (index 0: the start).
    at
        the values at which these expressions hold, such as TIME_WAIT = 2*MSL - EPSILON.
    """

    facet: Condition | None
    cut: Cut
    trace: Trace
    labels: tuple[Linear, ...] = ()
    at: Mapping[str, Linear] = field(default_factory=dict)


@dataclass(frozen=True)
class Proof:
    """A convex set of parameter values for which the property is proved, and why.

    ``scope`` is that of the proof: with unlimited duplicates and retransmissions it covers any number of them.
    ``incarnations`` says that the number of incarnations alive at once never kept an end from opening, so that the
    proof covers any number of them as well.
    """

    region: Region
    scope: Scope
    obligations: str
    assurance: Assurance
    incarnations: bool = False
    certificate: Any = None

    @property
    def unbounded(self) -> bool:
        """Whether it holds for any number of retransmissions and duplicates."""
        return self.scope.duplicates < 0 and self.scope.retransmissions < 0


@dataclass(frozen=True)
class BoundReport:
    """The region of one property, and how it is known.

    Attributes
    ----------
    names
        the parameters, in the order of a region's coordinates.
    domain
        what is assumed of them from the start.
    safe
        convex pieces, each of them proved; they may overlap.
    cuts
        what is refuted; none of them is superfluous.
    open
        pieces about which nothing is known.
    status
        ``exact``: outside of ``safe`` everything is refuted; ``sufficient``: not known whether; ``unknown``:
        nothing is proved.
    """

    request: BoundRequest
    model: str
    title: str
    own: Linear
    names: tuple[str, ...]
    domain: Region
    safe: Sequence[Region]
    cuts: Sequence[Cut]
    proofs: Sequence[Proof]
    witnesses: Sequence[Witness] = ()
    open: Sequence[Region] = ()
    reason: str = ""
    interrupted: bool = False
    seconds: float = 0.0

    @property
    def status(self) -> str:
        """Whether the region is exact."""
        if not self.open:
            return EXACT
        return SUFFICIENT if self.proofs else UNDECIDED

    @property
    def unbounded(self) -> bool:
        """Whether all proofs hold for any number of retransmissions and duplicates."""
        return bool(self.proofs) and all(p.unbounded for p in self.proofs)

    @property
    def all_incarnations(self) -> bool:
        """Whether all proofs hold for any number of incarnations alive at once."""
        return bool(self.proofs) and all(p.incarnations for p in self.proofs)

    @property
    def exit_status(self) -> int:
        """0: the region is exact; 3: it is not; 130: interrupted."""
        if self.interrupted:
            return 130
        return 0 if self.status == EXACT else 3
