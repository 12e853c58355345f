"""Who notices a mutant: the proof that rules are total, a property, vacuity, a failed run, or nobody."""

from __future__ import annotations

import gc
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

from tcpverify.engines.explore import Budget, Exploration, explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.errors import InternalDisagreement, ModelError
from tcpverify.evidence.concrete import ZeroTimeout, concretise
from tcpverify.evidence.replay import replay
from tcpverify.lang.linear import parameter
from tcpverify.lang.table import Table
from tcpverify.lang.total import flaws
from tcpverify.tcp import properties
from tcpverify.tcp.properties import DEFAULT, PREMISES
from tcpverify.tcp.registry import load
from tcpverify.tcp.scenario import Scenario, Timing
from tcpverify.tcp.scope import Scope
from tcpverify.workflow import endless
from tests.mutation.operators import Mutant

__all__ = ["SETTINGS", "Notice", "Setting", "baseline", "examine", "look"]

#: every property that a correct TCP should have, and the rule that TIME-WAIT is about
ASKED = (*DEFAULT, "fin-restarts", "time-wait-side")
#: what `Scenario` says of an end that has used up its retransmissions
GIVES_UP = "gave-up"
WATCHED = frozenset(n for n in ASKED if properties.find(n).watched) | {GIVES_UP}
ENDLESS = tuple(properties.find(n) for n in ASKED if not properties.find(n).watched)


@dataclass(frozen=True)
class Setting:
    """A model in a scope at a TIME-WAIT at which its properties hold."""

    name: str
    model: str
    scope: Scope
    time_wait: Fraction = Fraction(2)
    rto: tuple[int, int] = (0, 1)

    @property
    def values(self) -> dict[str, Fraction]:
        """The durations, MSL = 1."""
        low, high = (Fraction(n) for n in self.rto)
        return {"MSL": Fraction(1), "RTO_MIN": low, "RTO_MAX": high, "TIME_WAIT": self.time_wait}

    @property
    def timing(self) -> Timing:
        """A least retransmission timeout only where it is not zero."""
        return Timing(rto_min=parameter("RTO_MIN") if self.rto[0] else None)


# The first is where every mutant is looked at; the others are asked about those that survive there, cheapest first.
# With an RTO of 2·MSL or more nothing is sent again unless something was lost, and the unbroken model never gives up.
SETTINGS = {
    s.name: s
    for s in (
        Setting("default", "textbook", Scope()),
        Setting("patient", "textbook", Scope(calls=("close",)), Fraction(4), (2, 3)),
        Setting("abort", "textbook", Scope(losses=0, calls=("close", "abort"))),
        Setting("in turn", "textbook", Scope(losses=0, calls=("open", "close-in-turn"))),
        Setting("fix F1", "rfc9293+rfc1337", Scope(losses=0, calls=("open", "close-in-turn")), Fraction(3)),
        Setting("data", "textbook", Scope(retransmissions=2, data=1, calls=("close",)), Fraction(8), (2, 3)),
        Setting("data, abort", "textbook", Scope(losses=0, data=1, calls=("close", "abort")), Fraction(8), (2, 3)),
    )
}


@dataclass(frozen=True)
class Notice:
    """What came of a mutant in a setting.

    ``by`` names who noticed, ``steps`` how early; neither: it survived, or (``undecided``) the limit of states
    was hit. ``fired`` says whether the rule ever applied, ``counts`` are states, transitions and locations.
    """

    by: str = ""
    steps: int = 0
    fired: bool = True
    undecided: bool = False
    counts: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True)
class Baseline:
    """The unbroken model: what it breaks anyway (not blamed on a mutant), reaches and fires."""

    excused: frozenset[str]
    premises: frozenset[str]
    fired: frozenset[str]
    counts: tuple[int, int, int]
    complete: bool


def examine(mutant: Mutant, setting: Setting, states: int = 60_000) -> Notice:
    """Look at one mutant in one setting."""
    table = load(setting.model).table
    broken = mutant.of(table)
    rule = table.rules[mutant.rule]
    if mutant.guard:
        flaw = next(iter(flaws(replace(broken, states=(rule.state,), events=(rule.event,)))), None)
        if flaw is not None:
            return Notice("totality proof")
    known = baseline(setting)
    if mutant.rule not in known.fired and not mutant.guard and known.complete and "exchanged" not in mutant.what:
        return Notice(fired=False, counts=known.counts)
    # Who sent the first FIN is only known where one follows the other.
    aside = frozenset[str]() if "close-in-turn" in setting.scope.calls else frozenset({"time-wait-side"})
    asked = WATCHED - known.excused - aside
    gc.disable()
    try:
        return _explored(broken, mutant, setting, known, asked, states)
    except ZeroTimeout:
        return Notice("a run that needs an RTO of 0 (unknown)")
    except InternalDisagreement as error:
        return Notice(f"replay ({str(error).removeprefix('replay: ').split(':')[-1].strip()})")
    except (AssertionError, ModelError, KeyError, StopIteration, TypeError, ValueError) as error:
        return Notice(f"run fails ({type(error).__name__})")
    finally:
        gc.enable()


def _explored(
    table: Table, mutant: Mutant, setting: Setting, known: Baseline, asked: frozenset[str], states: int
) -> Notice:
    system, run = look(table, setting, Budget(states=states, states_after=1, after=asked))
    counts = (len(run), run.transitions, len(run.at))
    met = {name: len(run.path(run.first[name][0])) + 1 for name in asked if name in run.first}
    if met:
        # One name for each mutant: the property broken in the fewest steps. Who gives up breaks none by that.
        name = min(met, key=lambda n: (n == GIVES_UP, met[n], (*ASKED, GIVES_UP).index(n)))
        if name == GIVES_UP:
            return Notice("an end gives up", met[name], counts=counts)
        state, index = run.first[name]
        edges = [run.skeleton.edge(run.location[s], i) for s, i in [*run.path(state), (state, index)]]
        start: Any = run.skeleton.locations[run.location[0]]
        replay(concretise(system, start, edges, setting.values, table.name, name, pretty=False), table)
        return Notice(name, met[name], counts=counts)
    fired = mutant.rule in _fired(run)
    for item in ENDLESS:
        if item.name in known.excused:
            continue
        try:
            trace = endless.counterexample(
                system, run, item, setting.values, table.name, 20.0, partial=not run.complete
            )
        except TimeoutError:
            continue
        if trace is not None:
            replay(trace, table)
            return Notice(item.name, len(trace.steps), counts=counts)
    if run.complete:
        lacking = sorted(known.premises - run.first.keys())
        if lacking:
            return Notice(f"vacuity ({', '.join(lacking)})", counts=counts)
    return Notice(fired=fired, undecided=not run.complete, counts=counts)


def look(table: Table, setting: Setting, budget: Budget | None = None) -> tuple[Scenario, Exploration]:
    """A table explored in a setting."""
    system = Scenario(
        table, setting.scope, setting.timing, properties.observe, properties.drain,
        watch_first_fin="close-in-turn" in setting.scope.calls,
    )  # fmt: skip
    return system, explore(Skeleton(system), setting.values, budget=budget)


def _fired(run: Exploration) -> frozenset[str]:
    fired = set()
    for location in run.at:
        for index in range(len(run.skeleton.steps_of[location])):
            plan = run.skeleton.edge(location, index).label.plan
            if plan is not None:
                fired.add(plan.reaction.rule)
    return frozenset(fired)


@cache
def baseline(setting: Setting) -> Baseline:
    """The unbroken model in a setting."""
    table = load(setting.model).table
    system, run = look(table, setting, Budget(states=150_000))
    excused = set(WATCHED & run.first.keys())
    for item in ENDLESS:
        try:
            if endless.counterexample(system, run, item, setting.values, "", 20.0, not run.complete) is not None:
                excused.add(item.name)
        except TimeoutError:
            excused.add(item.name)
    return Baseline(
        frozenset(excused), frozenset(PREMISES.keys() & run.first.keys()), _fired(run),
        (len(run), run.transitions, len(run.at)), run.complete,
    )  # fmt: skip

