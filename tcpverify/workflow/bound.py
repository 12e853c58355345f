"""`bound`: for which parameter values a property holds, exactly, and for all of them at once.

The loop is that of `tcpverify.engines.derivation`: refute a piece of the parameter space, cut off what the run
found is possible for, prove what is left. Each piece is tried with two kinds of systems by turns, with growing
patience. *Searching* systems are real ones, with so many retransmissions and duplicates; what they refute is
refuted. The *proving* ones have any number of both (`tcpverify.tcp.copies`); what they prove is proved for every
number, and what they find proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple

from tcpverify.engines.derivation import complement, marked, minus, path_region, simplified, widest
from tcpverify.engines.explore import Budget, Exploration, explore
from tcpverify.engines.parametric import ParametricZones
from tcpverify.engines.skeleton import Skeleton
from tcpverify.errors import InternalDisagreement, ModelError, UsageError
from tcpverify.evidence.certify import certify
from tcpverify.evidence.concrete import positive_timeouts
from tcpverify.evidence.obligations import Afresh
from tcpverify.evidence.recheck import recheck
from tcpverify.lang.linear import parameter
from tcpverify.lang.region import Condition, Region
from tcpverify.lang.system import Edge
from tcpverify.tcp import properties
from tcpverify.tcp.copies import OBLIGATIONS
from tcpverify.tcp.guided import Guided
from tcpverify.tcp.registry import LoadedModel
from tcpverify.tcp.scenario import Scenario, Timing
from tcpverify.tcp.scope import UNLIMITED, Scope
from tcpverify.tcp.stamps import EXACT, ORDER
from tcpverify.workflow import facets, setting
from tcpverify.workflow.derived import BoundReport, BoundRequest, Cut, Proof
from tcpverify.workflow.limits import Limits, without_collector
from tcpverify.workflow.results import Assurance

__all__ = ["bound", "domain_of"]

Report = Callable[[int, int, int, str], None]

#: symbolic states after which a system is left for the next one, round by round
PATIENCE = (4_000, 25_000, 150_000, 400_000, 1_500_000, 10_000_000)
#: refutations after which a region is taken to have no end of facets
MOST_CUTS = 40
#: states after which a proof within the scope is not sought beyond it any more
UPGRADE = 150_000
#: runs of a looser system that real ones are sought for
LEADS = 40
#: numbers of retransmissions and duplicates with which refutations are sought where any number is allowed, by round
SEARCHES = (((1, 0),), ((1, 0), (2, 0)), ((2, 0), (1, 1)), ((2, 0), (1, 1)), ((3, 0), (2, 1)), ((3, 1), (2, 2)))
#: how exact a proof may be, by round: obligations, widest coefficient, zones of a location that are kept apart (0: all)
PROVERS = (
    (("receiver", 4, 1),),
    (("receiver", 4, 1), ("answered", 4, 1)),
    (("receiver", 4, 1), ("answered", 4, 1), ("receiver", 4, 0), ("answered", 8, 4)),
    (("receiver", 4, 1), ("answered", 4, 1)),
    (("receiver", 4, 1), ("answered", 4, 1), ("answered", 8, 0), ("all", 8, 1)),
    (("receiver", 4, 1), ("answered", 4, 1), ("all", 8, 0), ("all", 16, 0)),
)
_IN_VAIN = len(PATIENCE)


class _System(NamedTuple):
    """What a piece is tried with: a real system, or one that has more behaviour."""

    scope: Scope
    obligations: str = OBLIGATIONS[-1]
    widest: int = 0
    merge: int = 0
    timestamps: str = EXACT


@dataclass
class Derivation:
    """One run of `bound`."""

    request: BoundRequest
    model: LoadedModel
    names: tuple[str, ...]
    domain: Region
    limits: Limits
    progress: Report | None
    cuts: list[Cut] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    strict: bool = False
    #: the turn up to which a system was tried with a piece (`_IN_VAIN`: more patience will not help), and what the
    #: real system that was asked for proves of a piece
    tried: dict[tuple[tuple[Condition, ...], _System], int] = field(default_factory=dict)
    within: dict[tuple[Condition, ...], tuple[_System, Exploration]] = field(default_factory=dict)
    paths: dict[tuple[Condition, ...], tuple[Skeleton, object, Sequence[Edge]]] = field(default_factory=dict)
    _skeletons: dict[tuple[Scope, str, str, bool], Skeleton] = field(default_factory=dict)

    # ------------------------------------------------------------ systems

    def skeleton(self, wanted: _System) -> Skeleton:
        """The discrete side of a system, enumerated once."""
        scope = wanted.scope
        key = (scope, wanted.obligations, wanted.timestamps, self.strict)
        found = self._skeletons.get(key)
        if found is None:
            timing = Timing(
                delay_min=parameter("DELAY_MIN") if "DELAY_MIN" in self.names else None,
                # A proof that needs no least timeout holds for every one, and is far smaller.
                rto_min=parameter("RTO_MIN") if "RTO_MIN" in self.names and scope.duplicates != UNLIMITED else None,
                positive=self.strict,
            )
            system = Scenario(
                self.model.table, scope, timing, properties.observe, properties.drain,
                watch_first_fin=self.request.property == "time-wait-side", obligations=wanted.obligations,
                watch_deliveries=self.request.property == "no-double-delivery", timestamps=wanted.timestamps,
            )  # fmt: skip
            found = self._skeletons[key] = Skeleton(system)
        return found

    def searching(self, turn: int) -> list[_System]:
        """Real systems in which to look for refutations, and which decide if they are the one asked for."""
        scope, found = self.request.scope, []
        limited = UNLIMITED not in (scope.retransmissions, scope.duplicates)
        for r, d in ((scope.retransmissions, scope.duplicates),) if limited else SEARCHES[turn]:
            within = _at_most(r, scope.retransmissions), _at_most(d, scope.duplicates)
            found.append(_System(replace(scope, retransmissions=within[0], duplicates=within[1])))
        return found

    def proving(self, turn: int) -> list[_System]:
        """Systems with more behaviour: any number of retransmissions and duplicates, or any two timestamps alike."""
        scope = self.request.scope
        if scope.sequence == "timestamps":
            return [_System(scope, timestamps=ORDER)]
        if not self.request.beyond or not (scope.reordering and scope.delay):
            return []
        scope = replace(scope, retransmissions=UNLIMITED, duplicates=UNLIMITED)
        # What is lost must be made up for by answers.
        return [_System(scope, o, k, m) for o, k, m in PROVERS[turn] if not (scope.losses and o == OBLIGATIONS[0])]

    # ------------------------------------------------------------ the loop

    def run(self) -> list[Region]:
        """Refute and prove until nothing is open, or no attempt is left; what is still open then.

        Every piece is tried with little patience before any is with more. Once a piece needed some, the next will too.
        """
        turn, left = 0, self.undecided()
        while left and turn < len(PATIENCE) and len(self.cuts) < MOST_CUTS and not self.limits.over():
            if any(self.decide(piece, turn) for piece in left):
                left = self.undecided()
            else:
                turn += 1
        return left

    def undecided(self) -> list[Region]:
        """What is neither cut off nor proved."""
        left = complement([c.conditions for c in self.cuts], self.domain)
        return [p for p in left if not any(proof.region.includes(p) for proof in self.proofs)]

    def decide(self, piece: Region, turn: int) -> bool:
        """Cut something off a piece or prove it; False if neither was possible with that much patience."""
        if piece.conditions not in self.within and self._search(piece, turn):
            return True
        known = self.within.get(piece.conditions)
        if known is not None and self.request.scope.sequence == "timestamps":
            return self.prove(known[0], piece, known[1])
        for system in self.proving(turn):
            key = (piece.conditions, system)
            if self.tried.get(key, -1) >= turn:
                continue
            if self.limits.over():
                break
            run = self.explore(system, piece, _patience(system, turn) if known is None else UPGRADE)
            if run.complete and self.request.property not in run.first:
                return self.prove(system, piece, run)
            if system.timestamps != EXACT and self.request.property in run.first and self._follow(system, run, piece):
                return True
            self.tried[key] = _IN_VAIN if run.complete or self.request.property in run.first else turn
        if known is not None and (turn or not self.proving(1) or self.limits.over()):
            return self.prove(known[0], piece, known[1])
        return False

    def _search(self, piece: Region, turn: int) -> bool:
        """Seek a refutation in real systems; True if something was cut off."""
        asked = _System(self.request.scope)
        looser = self.proving(turn) if asked.scope.sequence == "timestamps" and 1 < turn < len(PATIENCE) - 1 else ()
        # While the far smaller system of timestamps may still prove it, or give leads, that comes first.
        if any(self.tried.get((piece.conditions, system), 0) != _IN_VAIN for system in looser):
            return False
        for system in self.searching(turn):
            key = (piece.conditions, system)
            if self.tried.get(key, -1) >= turn or self.limits.over():
                continue
            last = system == asked and (turn == len(PATIENCE) - 1 or not self.proving(-1))
            run = self.explore(system, piece, 0 if last else _patience(system, turn))
            if self.request.property in run.first:
                if self.cut(system, run, piece):
                    return True
            elif run.complete and system == asked:
                self.within[piece.conditions] = system, run
            else:
                self.tried[key] = _IN_VAIN if run.complete else turn
        return False

    def explore(
        self, system: _System, piece: Region, patience: int, further: ParametricZones | None = None
    ) -> Exploration:
        """Explore a piece, until the property is broken (not with ``further``) or all is known or patience ends."""
        skeleton = self.skeleton(system)
        space = further or ParametricZones(skeleton, self.names, piece, system.widest)
        proves = system.widest or system.timestamps != EXACT
        what = f"{'proving' if proves else 'searching'}, {len(self.cuts)} cut off, {len(self.proofs)} proved"

        def report(states: int, transitions: int, depth: int) -> None:
            if self.progress is not None:
                self.progress(states, transitions, depth, what)

        budget = Budget(seconds=self.limits.remaining(), states=patience, interrupted=self.limits.over)
        try:
            return explore(
                skeleton, {}, space=space, budget=budget, progress=report,
                until=None if further is not None else frozenset({self.request.property}),
                merge=system.merge,
            )
        except KeyError as error:
            raise ModelError(f"{self.model.name} has a duration over {error}, which is no parameter here") from None

    def cut(self, system: _System, run: Exploration, piece: Region) -> bool:
        """Cut off what runs found are possible for; False if it is nothing, since they need a timeout of zero.

        The run with the fewest steps may be possible for few values only. A few states more show others, and those
        that are possible for most values are taken.
        """
        further = self.explore(system, piece, 3 * len(run) + 300, run.zones)
        found = False
        for state, index in widest(further, self.request.property):
            found = self._cut(system, piece, _edges(further, state, index)) or found
        if not found and self.strict:
            raise InternalDisagreement(f"the exploration's path for {self.request.property} is not possible")
        self.strict = self.strict or not found
        return found

    def _follow(self, looser: _System, run: Exploration, piece: Region) -> bool:
        """Seek a real run that does what a run of a looser system did; True if something was cut off."""
        skeleton = self.skeleton(_System(looser.scope))
        scenario: Scenario = skeleton.system  # type: ignore[assignment]
        further = self.explore(looser, piece, 3 * len(run) + 300, run.zones)
        ((start, _),) = scenario.initial()
        kept: list[tuple[Region, list[Edge]]] = []
        for state, index in islice(marked(further, self.request.property), LEADS):
            lead = _edges(further, state, index)
            guide = Skeleton(Guided(scenario, self.skeleton(looser).system, lead))  # type: ignore[arg-type]
            budget = Budget(seconds=self.limits.remaining(), states=PATIENCE[0], interrupted=self.limits.over)
            found = explore(guide, {}, space=ParametricZones(guide, self.names, piece, 0), budget=budget)
            for end in widest(found, self.request.property) if self.request.property in found.first else []:
                path = Guided.real(_edges(found, *end))
                region = self.possible(scenario, start, path)
                if region is not None and not any(known.includes(region) for known, _ in kept):
                    kept = [row for row in kept if not region.includes(row[0])] + [(region, path)]
        return bool([path for _, path in kept if self._cut(_System(looser.scope), piece, path)])

    def _cut(self, system: _System, piece: Region, found: Sequence[Edge]) -> bool:
        skeleton = self.skeleton(system)
        scenario: Scenario = skeleton.system  # type: ignore[assignment]
        ((start, _),) = scenario.initial()
        path = positive_timeouts(scenario, start, found)
        region = self.possible(scenario, start, path)
        if region is None or region.meet(*piece.conditions).empty:
            return False
        left = [region]
        for cut in self.cuts:
            left = minus(left, cut.conditions, self.domain)
        if left:
            conditions = simplified(region, [c.conditions for c in self.cuts], self.domain)
            self.cuts.append(Cut(conditions, region, len(path), system.scope))
            self.paths[conditions] = (skeleton, start, path)
        return True

    def possible(self, scenario: Scenario, start: object, path: Sequence[Edge]) -> Region | None:
        """The parameter values for which a path can be taken."""
        rows = [(edge, scenario.invariant(edge.target)) for edge in path]
        clocks = len(scenario.clocks(start))  # type: ignore[arg-type]
        return path_region(clocks, scenario.invariant(start), rows, self.names, self.domain)  # type: ignore[arg-type]

    def prove(self, system: _System, piece: Region, run: Exploration) -> bool:
        """Keep a proof, confirmed by its certificate; False if time ran out over that."""
        method = "parametric zones" + (", timestamps by their order" if system.timestamps == ORDER else "")
        assurance = Assurance(method, len(run), run.transitions, run.depth, ())
        certificate = None
        scenario: Scenario = self.skeleton(system).system  # type: ignore[assignment]
        if self.request.certify:
            certificate = certify(run, scenario, self.model.name, [self.request.property])
            answer = recheck(certificate, Afresh(scenario.twin()), self.limits.over)
            if answer.stopped:
                return False
            if not answer.holds:
                raise InternalDisagreement(f"the certificate of a proof fails its re-check: {answer.failure}")
            assurance = replace(assurance, rechecked_by=("z3",), obligations=answer.obligations)
        # Where the number of incarnations alive at once keeps no end from opening, it limits nothing.
        free = not any(scenario.held_back(run.skeleton.locations[number]) for number in run.at)  # type: ignore[arg-type]
        self.proofs.append(Proof(piece, system.scope, system.obligations, assurance, free, certificate))
        return True


def _edges(run: Exploration, state: int, index: int) -> list[Edge]:
    """The edges of a run to a state, and one more."""
    return [run.skeleton.edge(run.location[s], i) for s, i in [*run.path(state), (state, index)]]


def _patience(system: _System, turn: int) -> int:
    """With how many states a system is tried; those that tell less of timestamps apart are far smaller."""
    return PATIENCE[turn if system.timestamps == EXACT else min(turn + 1, len(PATIENCE) - 1)]


def _at_most(number: int, limit: int) -> int:
    return number if limit == UNLIMITED else min(number, limit)


def domain_of(names: Sequence[str]) -> Region:
    """What is assumed of parameters: none is negative, those that must be are positive, and the order of some."""
    places = {name: i for i, name in enumerate(names)}

    def row(**terms: int) -> tuple[int, ...]:
        return tuple(terms.get(name, 0) for name in names)

    conditions: list[Condition] = [(row(**{n: 1}), True) for n in names if n not in ("TIME_WAIT", "DELAY_MIN")]
    if "RTO_MIN" in places:
        conditions.append((row(RTO_MAX=1, RTO_MIN=-1), False))
    if "DELAY_MIN" in places:
        conditions.append((row(MSL=1, DELAY_MIN=-1), True))
    return Region(len(names)).meet(*conditions)


def bound(
    request: BoundRequest, progress: Report | None = None, interrupted: Callable[[], bool] | None = None
) -> BoundReport:
    """Derive the region of parameter values for which the property holds.

    Raises
    ------
    UsageError, ModelError
        if the request cannot be carried out.
    InternalDisagreement
        if an answer fails its re-check.
    """
    with without_collector():
        return _bound(request, progress, interrupted or (lambda: False))


def _bound(request: BoundRequest, progress: Report | None, interrupted: Callable[[], bool]) -> BoundReport:
    limits = Limits(request.seconds, request.memory, interrupted)
    item = properties.find(request.property)
    if not item.watched:
        raise UsageError(f"`bound` derives regions of safety properties; {item.name} is about endless runs")
    model = setting.model(request.model, request.scope)
    request = replace(request, scope=setting.scoped(model, request.scope))
    names = ["MSL", "RTO_MAX", *request.further, *setting.further_durations(model.table), "TIME_WAIT"]
    if request.scope.sequence == "timestamps":
        names.insert(-1, "TICK")
    derivation = Derivation(request, model, tuple(names), domain_of(names), limits, progress)
    left = derivation.run()
    proved = [p.region for p in derivation.proofs]
    safe: list[Region] = []
    for region in proved:
        if not any(known.includes(region) for known in safe):
            safe = [known for known in safe if not region.includes(known)] + [region]
    facets.confirmed(derivation, [*safe, *left])
    return BoundReport(
        request=request,
        model=model.name,
        title=model.table.title,
        own=model.table.numbers["TIME_WAIT"],
        names=tuple(names),
        domain=derivation.domain,
        safe=safe,
        cuts=facets.essential(derivation.cuts, derivation.domain),
        proofs=derivation.proofs,
        witnesses=facets.witnesses(derivation, safe),
        open=left,
        reason=_reason(derivation) if left else "",
        interrupted=limits.stopped,
        seconds=limits.spent,
    )


def _reason(derivation: Derivation) -> str:
    """Why something is left open, and what may help."""
    scope = derivation.request.scope
    if derivation.limits.stopped:
        return "Interrupted."
    if derivation.limits.over():
        return "The limit on time or memory was reached; raise --timeout or --memory."
    if len(derivation.cuts) >= MOST_CUTS:
        return f"After {MOST_CUTS} refutations, each for more values than the last, there was no end of them."
    if UNLIMITED in (scope.retransmissions, scope.duplicates):
        most = max(r for row in SEARCHES for r, _ in row)
        return (f"Refutations were sought with up to {most} retransmissions, proofs for any number; a number of "
                "retransmissions and duplicates gives an exact answer for that number.")  # fmt: skip
    return "Neither a refutation nor a proof was found within ten million states."
