"""Timestamps: the rule of the clock, the ranks, and what PAWS does and does not prevent.

Every refutation below is replayed by the plain interpreter, which keeps timestamp clocks of its own.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from tcpverify.engines.explore import Budget, Exploration, explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.errors import InternalDisagreement, ModelError, UsageError
from tcpverify.evidence.concrete import concretise
from tcpverify.evidence.replay import replay
from tcpverify.evidence.trace import Trace, parse
from tcpverify.lang.table import Amendment, Table, change
from tcpverify.tcp import properties
from tcpverify.tcp.registry import load
from tcpverify.tcp.scenario import Scenario
from tcpverify.tcp.scope import Scope
from tcpverify.workflow import setting
from tcpverify.workflow.check import check
from tcpverify.workflow.results import CheckRequest

HALF, HUNDREDTH, LONG = Fraction(1, 2), Fraction(1, 100), Fraction(3)
#: textbook's TIME-WAIT is silent: with PAWS as well
QUIET = Amendment("quiet", "", "", (change("TIME-WAIT.paws", emits=(), tags=frozenset()),), over=("paws",))


def run(
    table: Table, time_wait: Fraction | int, tick: Fraction, seconds: float = 60, **scope: object
) -> tuple[Exploration, Trace | None]:
    """An exploration until no-old-segment is refuted, and the shortest refutation, replayed."""
    request = CheckRequest("", Fraction(1), tick=tick, scope=Scope(sequence="timestamps", losses=0, **scope))  # type: ignore[arg-type]
    system = Scenario(table, request.scope, observer=properties.observe, drain=properties.drain)
    skeleton = Skeleton(system)
    values = setting.parameters(request, Fraction(time_wait))
    name = "no-old-segment"
    found = explore(skeleton, values, until=frozenset({name}), budget=Budget(seconds=seconds))
    if name not in found.first:
        return found, None
    state, index = found.first[name]
    edges = [skeleton.edge(found.location[s], i) for s, i in [*found.path(state), (state, index)]]
    trace = concretise(system, skeleton.locations[0], edges, values, table.name, name, shortest=True)  # type: ignore[arg-type]
    replay(trace, table)
    return found, trace


def refutation(table: Table, time_wait: Fraction | int, tick: Fraction, **scope: object) -> Trace:
    trace = run(table, time_wait, tick, **scope)[1]
    assert trace is not None
    return trace


def last_delivered(trace: Trace) -> str:
    """The flags of the old segment that is accepted in the end."""
    sent = {s.number: s for step in trace.steps for s in step.sent}
    number = trace.steps[-1].delivered
    assert number is not None
    return sent[number].flags


@pytest.fixture(scope="module")
def textbook() -> Table:
    return load("textbook+paws").table


@pytest.fixture(scope="module")
def quiet(textbook: Table) -> Table:
    return textbook.amended(QUIET)


# ------------------------------------------------------------ what PAWS does not prevent


def test_the_answer_of_paws_in_time_wait_undoes_2_msl(textbook):
    """PAWS answers what it drops: late in TIME-WAIT that ACK meets a CLOSED end, and a RST outlives TIME-WAIT."""
    for tick in (HUNDREDTH, LONG):
        trace = refutation(textbook, 2, tick)
        assert len(trace.steps) == 12
        assert last_delivered(trace) == "RST"
        assert "TIME-WAIT.paws" in {step.rule for step in trace.steps}


def test_rfc9293_with_rfc1337_is_no_better():
    """RFC 1337's remedy is about TIME-WAIT; a RST that is in flight is accepted by the next incarnation."""
    table = load("rfc9293+rfc1337+paws").table
    trace = refutation(table, 2, HUNDREDTH)
    assert len(trace.steps) == 12
    assert last_delivered(trace) == "RST"


@pytest.mark.parametrize(("time_wait", "tick", "steps"), [(1, HUNDREDTH, 11), (1, LONG, 11), (0, HUNDREDTH, 10)])
def test_textbook_is_refuted_at_shorter_durations(textbook, time_wait, tick, steps):
    assert len(refutation(textbook, time_wait, tick).steps) == steps


def test_silence_in_time_wait_is_refuted_below_2_msl_by_a_rst(quiet):
    """A RST carries no protection: PAWS exempts it, however short the tick."""
    trace = refutation(quiet, Fraction(199, 100), HUNDREDTH)
    assert len(trace.steps) == 13
    assert last_delivered(trace) == "RST"


def test_with_silence_in_time_wait_2_msl_is_enough(quiet):
    """What PAWS's answer takes away comes back without it, even where the tick is longer than TIME-WAIT."""
    for tick in (HUNDREDTH, LONG):
        found, trace = run(quiet, 2, tick, retransmissions=0)
        assert trace is None
        assert found.complete


# ------------------------------------------------------------ what it does prevent


def test_a_longer_tick_allows_a_shorter_run(textbook):
    """With a tick longer than TIME-WAIT an old ACK that waits in the network passes for new; otherwise one of
    the same tick as the opening is needed, and one more step to have it sent."""
    short = refutation(textbook, HALF, HUNDREDTH, retransmissions=0)
    long = refutation(textbook, HALF, LONG, retransmissions=0)
    assert (len(short.steps), len(long.steps)) == (11, 10)
    for trace, waited in ((short, False), (long, True)):
        sent = {s.number: (step.time, s) for step in trace.steps for s in step.sent}
        time, old = sent[trace.steps[-1].delivered]
        since, syn = next((t, s) for t, s in sent.values() if s.sender == old.sender and s.incarnation == 2)
        # What passes is as new as the opening, because no tick came between.
        assert old.ts == syn.ts
        assert abs(since - time) < trace.parameters["TICK"]
        assert (since - time >= HUNDREDTH) == waited


# ------------------------------------------------------------ the clock


def test_an_equal_timestamp_needs_its_tick(textbook):
    """The interpreter refuses a value that must have changed by then, and one that runs backwards."""
    trace = refutation(textbook, HALF, LONG, retransmissions=0)
    hasty = replace(trace, parameters={**trace.parameters, "TICK": HUNDREDTH})
    with pytest.raises(InternalDisagreement, match="uses the timestamp"):
        replay(hasty, textbook)
    number = next(i for i, step in enumerate(trace.steps) if step.sent)
    step = trace.steps[number]
    back = replace(step, sent=tuple(replace(s, ts=s.ts - 100) for s in step.sent))
    with pytest.raises(InternalDisagreement, match="uses the timestamp"):
        replay(replace(trace, steps=(*trace.steps[:number], back, *trace.steps[number + 1 :])), textbook)


def test_a_trace_keeps_its_timestamps(textbook):
    trace = refutation(textbook, HALF, HUNDREDTH, retransmissions=0)
    assert parse(trace.dumps()) == trace
    assert all(s.ts is not None for step in trace.steps for s in step.sent)


def test_traces_of_other_regimes_have_none():
    report = check(CheckRequest("textbook", Fraction(1), (Fraction(1),), scope=Scope(losses=0)))
    text = next(v.trace for v in report.verdicts if v.trace is not None).dumps()
    assert '"ts"' not in text
    assert "ts_recent" not in text
    assert "TICK" not in report.parameters


def test_ranks_are_dense(textbook):
    """Of every host the values that are somewhere are 0, 1, …; its next is beyond them, its last among them."""
    request = CheckRequest("", Fraction(1), tick=HALF, scope=Scope(sequence="timestamps", losses=0, retransmissions=0))
    system = Scenario(textbook, request.scope)
    skeleton = Skeleton(system)
    explore(skeleton, setting.parameters(request, HALF), budget=Budget(states=3000))
    for location in skeleton.locations:
        snapshot = system.snapshot(location)  # type: ignore[arg-type]
        for side, end in enumerate(snapshot.ends):
            recent = snapshot.ends[1 - side].ts
            values = {s.ts for s in snapshot.flight if s.end == side} | ({recent} - {None})
            assert values == set(range(len(values)))
            assert end.stamp == len(values)
            assert not end.again or values


# ------------------------------------------------------------ from a request


def test_the_model_is_amended_once():
    scope = Scope(sequence="timestamps")
    for name in ("textbook", "textbook+paws"):
        model = setting.model(name, scope)
        assert model.name == "textbook+paws"
    assert setting.model("textbook", Scope()).name == "textbook"


def test_tick_is_a_parameter_of_this_regime_only():
    request = CheckRequest("textbook", Fraction(120), scope=Scope(sequence="timestamps"))
    assert setting.parameters(request, Fraction(0))["TICK"] == Fraction(6, 5)
    assert "TICK" not in setting.parameters(CheckRequest("textbook", Fraction(1)), Fraction(0))
    with pytest.raises(UsageError, match="TICK must be greater than 0, not 0"):
        setting.parameters(replace(request, tick=Fraction(0)), Fraction(0))


def test_check_confirms_a_proof_with_timestamps():
    """A certificate with clocks that have no invariant passes its re-check, vacuous as the property is here."""
    scope = Scope(sequence="timestamps", losses=0, retransmissions=0, calls=("close",))
    names = ("no-old-segment", "no-data-loss")
    request = CheckRequest("textbook", Fraction(1), (Fraction(2),), scope=scope, properties=names)
    report = check(request)
    assert report.model == "textbook+paws"
    assert {v.verdict for v in report.verdicts} == {"proved"}
    assert all("z3" in v.assurance.rechecked_by for v in report.verdicts)


def test_paws_without_timestamps_treats_all_alike():
    """In another regime no segment has a timestamp, so none is older than another."""
    report = check(CheckRequest("textbook+paws", Fraction(1), (Fraction(2),), scope=Scope(losses=0)))
    counted = {v.property: v.verdict for v in report.verdicts}
    assert counted["no-old-segment"] == "proved"


def test_a_regime_that_excludes_timestamps_is_asked_for_by_an_option() -> None:
    with pytest.raises(ModelError, match="leave it out and ask with --sequence clock"):
        load("linux+rfc6528")
    asked = CheckRequest(
        "linux", Fraction(1), scope=Scope(losses=0, incarnations=1, calls=("close",), sequence="clock"),
        properties=("time-wait-side",), sweep=False,
    )  # fmt: skip
    found = check(asked)
    assert found.overridden == {"sequence": "timestamps"} and found.request.scope.sequence == "clock"
