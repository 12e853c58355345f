"""Whether something ever happens in a model: a shortest run in which it does, or a proof that there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from tcpverify.engines.explore import Budget, explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.errors import InternalDisagreement
from tcpverify.evidence.certify import certify
from tcpverify.evidence.concrete import ZeroTimeout, concretise
from tcpverify.evidence.recheck import Afresh, recheck
from tcpverify.evidence.replay import replay
from tcpverify.lang.system import Edge
from tcpverify.tcp import properties
from tcpverify.tcp.endpoint import End, Event, Reaction
from tcpverify.tcp.registry import LoadedModel
from tcpverify.tcp.scenario import Location, Scenario, Timing
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.claims.observed import seen
from tcpverify.workflow.claims.outcomes import UNDECIDED, Outcome
from tcpverify.workflow.limits import Limits
from tcpverify.workflow.results import Assurance

__all__ = ["reach"]

METHOD = "zones, breadth first"


class _Restricted(Scenario):
    """The runs in which some rules never apply."""

    forbidden: frozenset[str] = frozenset()

    # The meaning is that of the base class, less some edges.
    def edges(self, location: Location) -> list[Edge]:
        found = super().edges(location)
        return [e for e in found if e.label.plan is None or e.label.plan.reaction.rule not in self.forbidden]


def reach(
    model: LoadedModel, scope: Scope, values: dict[str, Fraction], what: str, without: Sequence[str], limits: Limits
) -> Outcome:
    """Decide it by exploration; a run is replayed by the plain interpreter, a proof re-checked by Z3."""
    happens = seen(what)

    def observe(scenario: Scenario, end: End, event: Event, reaction: Reaction) -> frozenset[str]:
        marks = properties.observe(scenario, end, event, reaction)
        return marks | {what} if happens(end, event, reaction) else marks

    system = _Restricted(model.table, scope, Timing(), observe, properties.drain)
    system.forbidden = frozenset(without)
    skeleton = Skeleton(system)
    budget = Budget(seconds=limits.remaining(), interrupted=limits.stop)
    run = explore(skeleton, values, budget=budget, until=frozenset({what}))
    assurance = Assurance(METHOD, len(run), run.transitions, run.depth)
    if what in run.first:
        state, index = run.first[what]
        path = [skeleton.edge(run.location[s], i) for s, i in [*run.path(state), (state, index)]]
        start = skeleton.locations[run.location[run.path(state)[0][0] if run.path(state) else state]]
        try:
            trace = concretise(system, start, path, values, model.name, what, shortest=True)  # type: ignore[arg-type]
        except ZeroTimeout as error:
            return Outcome(UNDECIDED, model.name, values, str(error), assurance=assurance)
        # No property is broken in the end, and a run may end like that only if it claims to break none.
        replay(replace(trace, property=""), model.table)
        return Outcome("reached", model.name, values, "", trace, replace(assurance, rechecked_by=("z3", "replay")))
    if not run.complete:
        why = f"undecided within {len(run)} states, depth {run.depth} ({run.stopped})"
        return Outcome(UNDECIDED, model.name, values, why, assurance=assurance)
    if without:
        why = f"not reached in runs without {', '.join(without)}, which says nothing of others"
        return Outcome(UNDECIDED, model.name, values, why, assurance=assurance)
    answer = recheck(certify(run, system, model.name, [what], values), Afresh(system.twin()), limits.stop)
    if answer.stopped:
        return Outcome(UNDECIDED, model.name, values, answer.stopped, assurance=assurance)
    if not answer.holds:
        raise InternalDisagreement(f"the certificate that {what!r} never happens fails its re-check: {answer.failure}")
    assurance = replace(assurance, rechecked_by=("z3",), obligations=answer.obligations)
    return Outcome("unreachable", model.name, values, "", None, assurance)
