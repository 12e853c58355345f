"""`check`: explore, decide every property, and let nothing out that was not confirmed twice.

A proof is confirmed by Z3 from its certificate against the model computed afresh; a refutation gets exact times
from Z3 and is replayed by the plain interpreter of the table. What is not confirmed is an internal error.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction

from tcpverify.engines.explore import Budget, Exploration, explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.errors import InternalDisagreement, UsageError
from tcpverify.evidence.certificate import Certificate
from tcpverify.evidence.certify import certify
from tcpverify.evidence.concrete import ZeroTimeout, concretise
from tcpverify.evidence.recheck import Afresh, Recheck, recheck
from tcpverify.evidence.replay import replay
from tcpverify.evidence.trace import Trace
from tcpverify.tcp import properties
from tcpverify.tcp.properties import FIRST, PREMISES, Property
from tcpverify.tcp.registry import LoadedModel
from tcpverify.tcp.scenario import Scenario
from tcpverify.tcp.scope import UNLIMITED
from tcpverify.tcp.unbreakable import unbreakable
from tcpverify.workflow import endless, setting
from tcpverify.workflow.limits import Limits, without_collector
from tcpverify.workflow.results import PROVED, REFUTED, UNKNOWN, Assurance, CheckReport, CheckRequest, Verdict

__all__ = ["AFTER_REFUTATION", "CONTEXT_STATES", "Report", "Session", "check"]

Report = Callable[[int, int, int, str], None]

#: symbolic states after which a search that has refuted something already leaves the rest undecided
AFTER_REFUTATION = 20_000
#: the same for durations that are only shown as context
CONTEXT_STATES = 3_000
#: states looked at for premises where the rules alone decide everything that is asked
FOR_PREMISES = 20_000
#: properties that are about nothing unless octets are written, and what these give them to do
_ABOUT_OCTETS = {"no-data-loss": "lose", "no-double-delivery": "deliver"}
SWEEP = tuple(Fraction(n, 2) for n in (0, 1, 2, 3, 4, 6))


@dataclass
class Session:
    """One run of `check`."""

    request: CheckRequest
    model: LoadedModel
    wanted: tuple[Property, ...]
    system: Scenario
    skeleton: Skeleton
    afresh: Afresh
    limits: Limits
    progress: Report | None
    queries: dict[str, str] = field(default_factory=dict)
    #: properties that no rule can break, each with the number of rules that keep it
    kept: dict[str, int] = field(default_factory=dict)


def check(
    request: CheckRequest,
    progress: Report | None = None,
    interrupted: Callable[[], bool] | None = None,
) -> CheckReport:
    """Decide the wanted properties at the wanted durations.

    Parameters
    ----------
    progress
        called now and then with states, transitions, depth and what is being done.
    interrupted
        asked now and then whether to stop and report what is known.

    Raises
    ------
    UsageError, ModelError
        if the request cannot be carried out.
    InternalDisagreement
        if an answer fails its re-check.
    """
    with without_collector():
        return _check(request, progress, interrupted)


def _check(
    request: CheckRequest, progress: Report | None, interrupted: Callable[[], bool] | None
) -> CheckReport:
    limits = Limits(request.seconds, request.memory, interrupted or (lambda: False))
    model = setting.model(request.model, request.scope)
    request = setting.prepared(model, request)
    if request.scope.duplicates == UNLIMITED:
        raise UsageError("`check` takes a number of duplicates, not 'unlimited'; `bound` proves for any number")
    names = request.properties or properties.DEFAULT
    wanted = tuple(properties.find(n) for n in dict.fromkeys(names))
    setting.parameters(request, request.time_waits[0] if request.time_waits else Fraction(0))
    own = setting.own_time_wait(model, request.msl)
    system = setting.scenario(model, request.scope, request, tuple(p.name for p in wanted))
    session = Session(
        request, model, wanted, system, Skeleton(system), Afresh(system.twin()), limits, progress,
        kept={p.name: count for p in wanted if (count := unbreakable(model.table, p))},
    )  # fmt: skip
    durations: list[tuple[Fraction, str]] = [(d, "named") for d in request.time_waits] or [(own, "own")]
    verdicts: list[Verdict] = []
    expected = frozenset(p.name for p in wanted if p.watched) if request.brief else frozenset()
    first: Exploration | None = None
    for duration, role in durations:
        found, run = _at(session, duration, role, expected)
        verdicts += found
        first = first or run
    if request.sweep and not request.time_waits and request.engine == "zones":
        verdicts += _sweep(session, own)
    return CheckReport(
        request=request,
        model=model.name,
        title=model.table.title,
        parameters=setting.parameters(request, own),
        verdicts=verdicts,
        premises=_premises(first) if first is not None else {},
        silent_rules=_silent(session, first) if first is not None else [],
        complete=first is None or first.complete,
        gave_up=first is not None and "gave-up" in first.first,
        interrupted=limits.stopped,
        seconds=limits.spent,
        overridden={n: v for n, v in model.table.scope.items() if getattr(request.scope, n) != v},
        queries=session.queries,
    )


# ------------------------------------------------------------ one duration


def _at(
    session: Session, time_wait: Fraction, role: str, expected: frozenset[str] = frozenset()
) -> tuple[list[Verdict], Exploration | None]:
    """All wanted verdicts at one duration; ``expected`` are those whose refutation ends the search."""
    if session.request.engine == "smt":
        from tcpverify.workflow.smt import verdicts_by_smt

        return verdicts_by_smt(session, time_wait, role), None
    began = time.perf_counter()
    request = session.request
    values = setting.parameters(request, time_wait)
    watched = frozenset(p.name for p in session.wanted if p.watched)
    lassos: dict[str, Trace] = {}
    run = _search(session, values, watched, role, expected, lassos)
    verdicts: dict[str, Verdict] = {}
    for name, trace in lassos.items():
        verdicts[name] = Verdict(
            name, time_wait, role, REFUTED, False, _assurance(run, ("z3", "replay")), time.perf_counter() - began, "",
            trace,
        )  # fmt: skip
    for item in session.wanted:
        if item.name in run.first:
            verdicts[item.name] = _refuted(session, item, run, time_wait, role, began)
    if run.complete:
        _decide_rest(session, run, verdicts, time_wait, role, began)
    for item in session.wanted:
        if item.name not in verdicts and session.kept.get(item.name) and _premises(run).get(item.premise):
            # Nothing that was not explored can break it, but without its premise it would say nothing.
            by_rules = Assurance("rules", len(run), run.transitions, run.depth, ("z3",), session.kept[item.name])
            spent = time.perf_counter() - began
            verdicts[item.name] = Verdict(item.name, time_wait, role, PROVED, False, by_rules, spent)
        if item.name not in verdicts:
            verdicts[item.name] = Verdict(
                item.name, time_wait, role, UNKNOWN, False, _assurance(run), time.perf_counter() - began,
                _why_unknown(run, role),
            )  # fmt: skip
    return [verdicts[p.name] for p in session.wanted], run


def _search(
    session: Session, values: dict[str, Fraction], watched: frozenset[str], role: str, expected: frozenset[str],
    lassos: dict[str, Trace],
) -> Exploration:  # fmt: skip
    """Explore until everything is known, or what is ``expected`` is met, or a little past a first refutation."""
    what = f"TIME_WAIT = {values['TIME_WAIT']}"

    def report(states: int, transitions: int, depth: int) -> None:
        if session.progress is not None:
            session.progress(states, transitions, depth, what)

    context = role == "context"
    by_rules = FOR_PREMISES if all(p.name in session.kept for p in session.wanted) else 0
    patience = CONTEXT_STATES if context else 0 if session.request.seconds else AFTER_REFUTATION
    budget = Budget(
        seconds=session.limits.remaining(),
        interrupted=session.limits.stop,
        states=4 * CONTEXT_STATES if context and expected else session.request.states or by_rules,
        states_after=0 if expected else patience,
        after=watched,
    )

    def probe(run: Exploration) -> bool:
        """Look for endless runs in what is known so far: a protocol that has them rarely has few states."""
        for item in session.wanted:
            if item.watched or item.name in lassos:
                continue
            trace = None
            with suppress(ZeroTimeout, TimeoutError):
                trace = endless.counterexample(
                    session.system, run, item, values, session.model.name, session.limits.remaining(), partial=True,
                    late=session.limits.over,
                )
            if trace is not None:
                replay(trace, session.model.table)
                lassos[item.name] = trace
        # What a step can break is sought a little further: premises and silent rules are read off the same run.
        enough = only_endless or len(run) > AFTER_REFUTATION
        return enough and all(p.name in lassos or p.name in run.first for p in session.wanted)

    only_endless = not any(p.watched for p in session.wanted)
    one_kind = only_endless or all(p.watched for p in session.wanted)
    run = explore(
        session.skeleton, values, budget=budget, progress=report, until=expected or None,
        # Who gives a time gets what is found on the way: at its end none would be left to look.
        probe=probe if (one_kind or session.request.seconds) and not context else None,
    )  # fmt: skip
    if not run.complete and not context and run.stopped not in ("interrupted", "time"):
        probe(run)
    return run


def _decide_rest(
    session: Session, run: Exploration, verdicts: dict[str, Verdict], time_wait: Fraction, role: str, began: float
) -> None:
    """What a complete exploration did not refute: endless runs first, then proofs with one certificate for all."""
    values = setting.parameters(session.request, time_wait)
    rest = [p for p in session.wanted if p.name not in verdicts]
    for item in [p for p in rest if not p.watched]:
        try:
            left = session.limits.remaining()
            trace = endless.counterexample(
                session.system, run, item, values, session.model.name, left, late=session.limits.over
            )
        except (TimeoutError, ZeroTimeout) as error:
            limit = isinstance(error, TimeoutError)
            reason = f"the search for endless runs was stopped ({error}); raise --timeout" if limit else str(error)
            verdicts[item.name] = Verdict(
                item.name, time_wait, role, UNKNOWN, False, _assurance(run), time.perf_counter() - began, reason
            )  # fmt: skip
            continue
        if trace is not None:
            replay(trace, session.model.table)
            verdicts[item.name] = Verdict(
                item.name, time_wait, role, REFUTED, False, _assurance(run, ("z3", "replay")),
                time.perf_counter() - began, "", trace,
            )  # fmt: skip
    proved = [p for p in session.wanted if p.name not in verdicts]
    if not proved:
        return
    certificate = certify(
        run, session.system, session.model.name, [p.name for p in proved if p.watched], values
    )
    answer = recheck(certificate, session.afresh, session.limits.stop, seconds=session.limits.remaining())
    if answer.stopped and session.limits.over():
        why = "interrupted" if session.limits.stopped else "a limit on time or memory was reached; raise it"
        for item in proved:
            verdicts[item.name] = Verdict(
                item.name, time_wait, role, UNKNOWN, False, _assurance(run), time.perf_counter() - began,
                f"{len(run)} states were found and nothing that breaks it, but the proof is not re-checked: {why}",
            )  # fmt: skip
        return
    if not answer.holds:
        raise InternalDisagreement(f"the certificate at TIME_WAIT = {time_wait} fails its re-check: {answer.failure}")
    session.queries[f"time-wait-{str(time_wait).replace('/', '_')}"] = answer.document
    for item in proved:
        verdicts[item.name] = _proved(session, item, run, certificate, answer, time_wait, role, began)


def _proved(
    session: Session, item: Property, run: Exploration, certificate: Certificate, answer: Recheck,
    time_wait: Fraction, role: str, began: float,
) -> Verdict:  # fmt: skip
    vacuous = not _premises(run).get(item.premise, item.premise in run.first)
    reason = f"never reached: {PREMISES[item.premise]}" if vacuous else ""
    if item.name in _ABOUT_OCTETS and not session.request.scope.data and not vacuous:
        reason = f"no octets are written in this scope; --data 1 gives it something to {_ABOUT_OCTETS[item.name]}"
    # The certificate is about states. That no endless run passes through them is what the state graph says.
    method, by = ("zones, breadth first", ("z3",)) if item.watched else ("zones, state graph", ())
    assurance = Assurance(method, len(run), run.transitions, run.depth, by, answer.obligations)
    return Verdict(
        item.name, time_wait, role, PROVED, vacuous, assurance, time.perf_counter() - began, reason, None, certificate
    )


def _refuted(
    session: Session, item: Property, run: Exploration, time_wait: Fraction, role: str, began: float
) -> Verdict:
    state, index = run.first[item.name]
    steps = [*run.path(state), (state, index)]
    try:
        trace = _trace(session, run, steps, time_wait, item.name, role != "context")
    except ZeroTimeout as error:
        spent = time.perf_counter() - began
        return Verdict(item.name, time_wait, role, UNKNOWN, False, _assurance(run), spent, str(error))
    assurance = _assurance(run, ("z3", "replay"))
    return Verdict(item.name, time_wait, role, REFUTED, False, assurance, time.perf_counter() - began, "", trace)


def _trace(
    session: Session, run: Exploration, steps: Sequence[tuple[int, int]], time_wait: Fraction, name: str, pretty: bool
) -> Trace:
    """The path as a trace, replayed."""
    edges = [session.skeleton.edge(run.location[s], i) for s, i in steps]
    start = session.skeleton.locations[run.location[steps[0][0]]]
    trace = concretise(
        session.system, start, edges, setting.parameters(session.request, time_wait), session.model.name, name,  # type: ignore[arg-type]
        shortest=True, pretty=pretty,
    )  # fmt: skip
    replay(trace, session.model.table)
    return trace


def _assurance(run: Exploration, by: tuple[str, ...] = ()) -> Assurance:
    return Assurance("zones, breadth first", len(run), run.transitions, run.depth, by)


def _why_unknown(run: Exploration, role: str) -> str:
    got = f"{len(run)} states, depth {run.depth}"
    if run.stopped == "interrupted":
        return f"interrupted after {got}"
    if run.stopped == "time":
        return f"the time limit was reached after {got}; raise --timeout"
    if run.stopped == "states" and role != "context":
        return f"undecided within {got}"
    if run.stopped in ("after", "all properties are decided", "states"):
        return f"left undecided once other properties were refuted, after {got}; --timeout 60s searches on"
    return f"stopped ({run.stopped}) after {got}"


# ------------------------------------------------------------ context


def _sweep(session: Session, own: Fraction) -> list[Verdict]:
    """The same properties at other durations, longest first; shown, but never deciding the exit status."""
    found: list[Verdict] = []
    expected: frozenset[str] = frozenset()
    for factor in sorted(SWEEP, reverse=True):
        duration = factor * session.request.msl
        if duration == own or session.limits.stop():
            continue
        verdicts, _ = _at(session, duration, "context", expected)
        expected |= {v.property for v in verdicts if v.verdict == REFUTED}
        found = verdicts + found
    return found


# ------------------------------------------------------------ what else a run shows


def _premises(run: Exploration) -> dict[str, bool]:
    reached = {name: name in run.first for name in PREMISES}
    # Where runs begin with two CLOSED ends, the first opening is no reopening: one must have closed before.
    for name, mark in FIRST.items():
        reached[name] = reached[name] or (mark in run.first and reached["closed"])
    return reached


def _silent(session: Session, run: Exploration) -> list[str]:
    """Rules that never fired, except those of calls that the scope does not let anybody make."""
    fired = set()
    for location, states in run.at.items():
        if session.skeleton.edges_of[location] is None:
            continue
        for index, (_, pattern, _) in enumerate(session.skeleton.steps_of[location]):
            plan = session.skeleton.edge(location, index).label.plan
            if plan is None or plan.reaction.rule in fired:
                continue
            if any(run.after(run.zone[s], pattern) >= 0 for s in states):
                fired.add(plan.reaction.rule)
    return [name for name in session.model.table.rules if name not in fired]
