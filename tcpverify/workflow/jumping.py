"""The shortest way from a position to the violation of a property."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tcpverify.engines.explore import Budget, Exploration, explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.errors import InternalDisagreement, UsageError
from tcpverify.lang.forced import Forced
from tcpverify.lang.system import Edge
from tcpverify.tcp import properties
from tcpverify.workflow import endless
from tcpverify.workflow.limits import Limits, without_collector
from tcpverify.workflow.positions import Jump
from tcpverify.workflow.runs import Run
from tcpverify.workflow.stepping import Stepper

__all__ = ["jump", "jumps"]

Progress = Callable[[int, int, int, str], None]


def jump(
    stepper: Stepper, origin: Sequence[str], name: str, limits: Limits, progress: Progress | None = None
) -> Jump:
    """The shortest continuation of a run that breaks a property.

    A property about endless runs is asked about from the start only: the address is that of a run that has gone
    once through the part that repeats.

    Raises
    ------
    UsageError
        if there is no such property, nobody watches for it in this scope, or ``origin`` is impossible.
    """
    item = properties.find(name)
    run = stepper.run(origin)
    if not item.watched:
        if run.depth:
            raise UsageError(f"{name} is about endless runs, which are sought from the start only")
        return _endless(stepper, item, limits, progress)
    if not stepper.system.watches(name):
        raise UsageError(f"what {name} is about is not watched here; say --property {name}")
    return _shortest(stepper, run, (name,), limits, progress)[0]


def jumps(
    stepper: Stepper, names: Sequence[str], limits: Limits, progress: Progress | None = None
) -> tuple[Jump, ...]:
    """The shortest runs from the start that break each of these properties, none of them about endless runs."""
    return _shortest(stepper, stepper.start, names, limits, progress)


def _explore(
    stepper: Stepper, skeleton: Skeleton, until: Sequence[str], limits: Limits, progress: Progress | None
) -> Exploration:
    def report(states: int, transitions: int, depth: int) -> None:
        if progress is not None:
            progress(states, transitions, depth, f"looking for {', '.join(until)}")

    budget = Budget(limits.remaining(), stepper.request.states, limits.stop)
    with without_collector():
        return explore(skeleton, stepper.parameters, budget=budget, progress=report, until=frozenset(until))


def _answer(
    name: str, origin: tuple[str, ...], found: Exploration, address: tuple[str, ...] | None, stopped: str = ""
) -> Jump:
    complete = found.complete and address is None and not stopped
    return Jump(name, origin, address, complete, len(found), found.transitions, found.depth,
                "" if address is not None else stopped or found.stopped)  # fmt: skip


def _shortest(
    stepper: Stepper, run: Run, names: Sequence[str], limits: Limits, progress: Progress | None
) -> tuple[Jump, ...]:
    start, clocks = stepper.system.initial()[0]
    skeleton = Skeleton(Forced(stepper.system, start, clocks, run.edges))
    found = _explore(stepper, skeleton, names, limits, progress)

    def address(name: str) -> tuple[str, ...] | None:
        if name not in found.first:
            return None
        state, index = found.first[name]
        edges = [skeleton.edge(found.location[s], i) for s, i in [*found.path(state), (state, index)]]
        return _along(run, edges[run.depth :])

    return tuple(_answer(name, run.address, found, address(name)) for name in names)


def _endless(stepper: Stepper, item: properties.Property, limits: Limits, progress: Progress | None) -> Jump:
    found = _explore(stepper, Skeleton(stepper.system), (item.name,), limits, progress)
    try:
        steps = endless.path(stepper.system, found, item, limits.remaining(), partial=not found.complete)
    except TimeoutError:
        return _answer(item.name, (), found, None, "time")
    return _answer(item.name, (), found, _along(stepper.start, steps[0]) if steps is not None else None)


def _along(run: Run, edges: Sequence[Edge]) -> tuple[str, ...]:
    """The address behind these edges."""
    for edge in edges:
        run = next(r for r in run.next if r.edge == edge)
        if not run.possible:
            raise InternalDisagreement(f"the exploration takes {run.word}, which no times allow")
    return run.address
