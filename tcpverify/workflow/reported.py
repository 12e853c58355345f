"""What `report` answers with: the answers that go into one page, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import networkx as nx

from tcpverify.errors import UsageError
from tcpverify.evidence.trace import Trace
from tcpverify.tcp.registry import LoadedModel
from tcpverify.workflow.derived import BoundReport
from tcpverify.workflow.replaying import in_its_words, replayed
from tcpverify.workflow.results import REFUTED, CheckReport

__all__ = ["Exchange", "Reported", "exchanges_of", "of_traces"]


@dataclass(frozen=True)
class Exchange:
    """A run that refutes a property; ``counts`` is false where its duration was only looked at as context."""

    trace: Trace
    time_wait: Fraction
    counts: bool = True


@dataclass(frozen=True)
class Reported:
    """One page's content.

    Attributes
    ----------
    check
        the verdicts; None where the page is about a saved trace.
    region
        the safe region of one property; None where ``without_region`` says why there is none.
    graph
        what can be reached at the first duration that counts, as `tcpverify.workflow.graph` gives it, perhaps not all
        of it; None where ``without_graph`` says why there is none.
    exchanges
        one for every property that is refuted somewhere, in the order of the verdicts.
    interrupted
        whether Ctrl-C ended the work early, so that something is missing.
    """

    model: LoadedModel
    check: CheckReport | None
    exchanges: tuple[Exchange, ...]
    region: BoundReport | None = None
    without_region: str = ""
    graph: nx.MultiDiGraph | None = None
    without_graph: str = ""
    interrupted: bool = False

    @property
    def exit_status(self) -> int:
        """That of the verdicts, or 130 after Ctrl-C."""
        if self.interrupted:
            return 130
        return self.check.exit_status if self.check is not None else 0


def exchanges_of(check: CheckReport) -> tuple[Exchange, ...]:
    """One refutation for every refuted property: at a duration that counts if there is one, else at the longest."""
    found: dict[str, Exchange] = {}
    for verdict in sorted(check.verdicts, key=lambda v: (v.counts, v.time_wait), reverse=True):
        if verdict.verdict == REFUTED and verdict.trace is not None and verdict.property not in found:
            found[verdict.property] = Exchange(verdict.trace, verdict.time_wait, verdict.counts)
    return tuple(found[n] for n in dict.fromkeys(v.property for v in check.verdicts) if n in found)


def of_traces(traces: Sequence[tuple[str, Trace]], model: str | None = None) -> Reported:
    """What a page about saved traces shows; every one is replayed against the model first.

    Parameters
    ----------
    traces
        each with the name that messages call it by.
    model
        another model than the one that the traces name.

    Raises
    ------
    UsageError
        if they are about different models, or about one that does not come with this program and is not named.
    FileFormatError
        if one is no run of the model.
    """
    about = {trace.model for _, trace in traces}
    if len(about) > 1 and model is None:
        raise UsageError(f"one page is about one model, and these traces are about {' and '.join(sorted(about))}")
    loaded = [replayed(trace, model, name, hint="MODEL ") for name, trace in traces]
    worded = [in_its_words(trace, its) for (_, trace), its in zip(traces, loaded, strict=True)]
    exchanges = [Exchange(trace, trace.parameters["TIME_WAIT"]) for trace in worded]
    without = "A page about saved traces explores nothing."
    return Reported(loaded[0], None, tuple(exchanges), without_region=without, without_graph=without)
