"""Stepping: what is offered is what the exploration has, every position replays, and what is blocked says why."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from tcpverify.engines.explore import Exploration
from tcpverify.engines.skeleton import Skeleton
from tcpverify.engines.zones import EMPTY
from tcpverify.errors import UsageError
from tcpverify.evidence.replay import replay
from tcpverify.evidence.times import constraints_of, feasible
from tcpverify.evidence.trace import parse
from tcpverify.tcp.scenario import GAVE_UP
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.addresses import split
from tcpverify.workflow.check import check
from tcpverify.workflow.jumping import jump
from tcpverify.workflow.limits import Limits
from tcpverify.workflow.positions import BROKEN, Blocked, Position
from tcpverify.workflow.results import CheckRequest
from tcpverify.workflow.stepping import Stepper

ONE = Fraction(1)
NONE_LOST = Scope(losses=0)
#: model, TIME-WAIT (None: its own), scope: short and long waits, copies, data, losses, openings, timestamps, given RTOs
CASES: list[tuple[str, Fraction | None, Scope, dict[str, Any]]] = [
    ("textbook", Fraction(3, 2), Scope(losses=0, duplicates=1), {}),
    ("rfc9293", None, Scope(losses=1, data=1), {}),
    ("rfc9293+rfc1337", ONE, Scope(losses=1, start="closed", calls=("open", "close", "cancel", "abort")), {}),
    ("textbook", None, Scope(losses=1, sequence="timestamps"), {}),
    ("rfc9293+tw-reuse", None, Scope(losses=0), {"rto_min": Fraction(1, 3), "delay_min": Fraction(1, 10)}),
]


def stepper(model: str, wait: Fraction | None, scope: Scope, **more: Any) -> Stepper:
    return Stepper(CheckRequest(model, ONE, () if wait is None else (wait,), scope=scope, **more))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c[0])
@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_offered_is_what_the_zones_allow(case: tuple[Any, ...], seed: int) -> None:
    """Along random walks: the same edges as in the zone engine, times that Z3 finds too, and a trace that replays."""
    name, wait, scope, more = case
    steps = stepper(name, wait, scope, **more)
    skeleton = Skeleton(steps.system)
    engine = Exploration(skeleton, steps.parameters, inclusion=False)
    location, pattern = skeleton.start[0]
    zone = engine.zones.start(engine.resolver.step(pattern))
    chance = random.Random(seed)
    run = steps.start
    for _ in range(14):
        allowed = [
            (index, target, engine.after(zone, pattern))
            for index, (target, pattern, _) in enumerate(skeleton.expand(location))
            if engine.after(zone, pattern) != EMPTY and skeleton.locations[target] != GAVE_UP
        ]
        position = steps.position(run.address)
        offered = {c.word for c in position.choices}
        edges = [skeleton.edge(location, index) for index, _, _ in allowed]
        words = {r.word for r in run.next if any(r.edge == e for e in edges)}
        assert offered == words and len(offered) == len(edges)
        assert parse(position.trace.dumps()) == position.trace
        replay(position.trace, steps.model.table)
        if not allowed:
            break
        index, target, zone = chance.choice(allowed)
        chosen = next(r for r in run.next if r.edge == skeleton.edge(location, index))
        start, clocks = steps.system.initial()[0]
        gaps = constraints_of(steps.system, start, clocks, chosen.edges, steps.parameters)
        assert feasible(gaps, chosen.depth) is not None
        run, location = steps.run((*run.address, chosen.word)), target


def test_what_is_not_offered_no_times_allow() -> None:
    """The other way round: Z3 finds no times for what is left out, and there is always a reason."""
    steps = stepper("textbook", None, NONE_LOST)
    start, clocks = steps.system.initial()[0]
    left_out = 0
    for address in ("A.close/d1", "A.close/d1/B.close/d3", "A.close/d1/B.close/d2/d3/B.rto", "A.close/B.close/d1/d2"):
        run = steps.run(split(address))
        blocked = steps.position(run.address).blocked
        for other in run.next:
            gaps = constraints_of(steps.system, start, clocks, other.edges, steps.parameters)
            assert (feasible(gaps, other.depth) is not None) == other.possible
            if not other.possible:
                left_out += 1
                assert [b for b in blocked if b.kind == "time" and b.word == other.word.partition(",")[0]]
    assert left_out


def test_times_are_the_shortest_and_stay_within_their_windows() -> None:
    steps = stepper("textbook", None, Scope())
    address = split("A.close/d1,x2/B.close/d3/B.rto/d4/d5/d6")
    position = steps.position(address)
    found = check(CheckRequest("textbook", ONE, (Fraction(3, 2),), properties=("no-old-segment",), brief=True))
    trace = found.verdicts[0].trace
    assert trace is not None
    short = stepper("textbook", Fraction(3, 2), Scope())
    same = short.position(jump(short, (), "no-old-segment", Limits()).address or ())
    # The stepper's own times, against those that Z3 has chosen.
    assert same.now == trace.steps[-1].time
    for choice in position.choices:
        after = steps.position((*address, choice.word))
        low, high = choice.when.low, choice.when.high
        if not choice.when.moves:
            assert low <= after.now and (high is None or after.now <= high)


@pytest.mark.parametrize(
    ("model", "name"),
    [("textbook", "drained"), ("textbook", "no-old-segment"), ("rfc9293", "no-assassination")],
)
def test_a_jump_is_as_short_as_the_shortest_refutation(model: str, name: str) -> None:
    scope = Scope(losses=0)
    steps = stepper(model, ONE, scope)
    expected = check(CheckRequest(model, ONE, (ONE,), scope=scope, properties=(name,), brief=True)).verdicts[0]
    found = jump(steps, (), name, Limits())
    assert expected.trace is not None
    assert found.address is not None and len(found.address) == len(expected.trace.steps)
    position = steps.position(found.address)
    assert name in position.trace.steps[-1].broken
    assert [s.step for s in position.standings if s.property == name and s.state == BROKEN] == [len(found.address)]
    # The position before knows which choice it is.
    before = steps.position(found.address[:-1])
    assert name in next(c for c in before.choices if c.word == found.address[-1]).broken


def test_a_jump_from_a_position_goes_on_from_there() -> None:
    steps = stepper("textbook", ONE, NONE_LOST)
    origin = split("B.close/d1/A.close")
    found = jump(steps, origin, "drained", Limits())
    assert found.address is not None and found.address[: len(origin)] == origin
    assert "drained" in steps.position(found.address).trace.steps[-1].broken
    # No shorter one: every way with a step less is tried.
    assert not _breaks(steps, origin, "drained", len(found.address) - len(origin) - 1)


def _breaks(steps: Stepper, address: tuple[str, ...], name: str, depth: int) -> bool:
    if not depth:
        return False
    runs = [r for r in steps.run(address).next if r.possible]
    return any(name in r.trace.steps[-1].broken for r in runs) or any(
        _breaks(steps, r.address, name, depth - 1) for r in runs
    )


def test_where_nothing_breaks_it_that_is_said() -> None:
    steps = stepper("textbook", None, NONE_LOST)
    found = jump(steps, split("A.close/d1"), "drained", Limits())
    assert found.address is None and found.complete and not found.stopped
    limited = stepper("textbook", None, NONE_LOST)
    limited.request = replace(limited.request, states=50)
    found = jump(limited, (), "drained", Limits())
    assert found.address is None and not found.complete and found.stopped == "states"


def test_a_jump_to_an_endless_run() -> None:
    steps = stepper("rfc9293+literal", None, NONE_LOST)
    limits = Limits()
    steps.request = replace(steps.request, states=3000)
    found = jump(steps, (), "no-ack-loop", limits)
    assert found.address is not None
    last = steps.position(found.address).trace.steps[-1]
    assert last.kind == "deliver"
    with pytest.raises(UsageError, match="endless"):
        jump(steps, ("A.close",), "no-ack-loop", limits)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("A.close/nonsense", ("choice 2, 'nonsense'", "possible there: B.close")),
        ("A.clos", ("choice 1", "did you mean A.close?", "at the start")),
        ("A.close/d2", ("choice 2, 'd2'", "after A.close")),
        ("A.abort", ("--calls open,close,abort",)),
        ("A.close/A.tw", ("it runs in TIME-WAIT only",)),
        ("A.close/d1/B.close/d3/A.tw", ("exactly 2", "not before 2", "#2, sent at 0, has to arrive")),
        ("A.close/<script>", ("choice 2", "write A.close or d3,x4")),
        ("d1/" * 2000, ("at most",)),
    ],
)
def test_an_impossible_address_says_where_and_why(address: str, words: tuple[str, ...]) -> None:
    steps = stepper("textbook", None, NONE_LOST)
    with pytest.raises(UsageError) as caught:
        steps.position(split(address))
    assert all(word in str(caught.value) for word in words), str(caught.value)


def _of(position: Position, word: str) -> Blocked:
    return next(b for b in position.blocked if b.word == word)


def test_a_guard_that_fails_is_shown_with_its_values() -> None:
    steps = stepper("textbook", None, NONE_LOST)
    position = steps.position(("A.close",))
    timer = _of(position, "B.rto")
    assert timer.kind == "guard" and timer.parts[0].values == {"SND.UNA": "301", "SND.NXT": "301"}
    arrival = next(c for c in position.choices if c.word == "d1")
    others = {o.rule: [(p.text, dict(p.values)) for p in o.fails] for o in arrival.others}
    assert arrival.rule == "ESTABLISHED.fin"
    # Nothing in it is a reset, nor is it a bare ACK.
    assert ("SEG.RST", {"SEG.RST?": "no"}) in others["ESTABLISHED.rst"]
    assert all(parts for parts in others.values())
    # A test that the RFC has a word for stays in one piece.
    assert [text for text, _ in others["ESTABLISHED.unacceptable"]] == ["not acceptable"]


@pytest.mark.parametrize(
    ("scope", "address", "word", "option"),
    [
        (Scope(), "", "A.send", "--data 1"),
        (Scope(), "", "A.abort", "--calls open,close,abort"),
        (Scope(calls=("open",)), "", "B.close", "--calls open,close"),
        (Scope(retransmissions=0), "A.close", "A.rto", "--retransmissions 1"),
        (Scope(start="closed"), "", "B.open", "--reopen both"),
        (Scope(start="closed"), "A.open", "A.close", "--calls open,close,cancel"),
        (Scope(reordering=False), "A.close/A.rto", "d2", "--reordering"),
    ],
)
def test_what_the_scope_forbids_its_option_allows(scope: Scope, address: str, word: str, option: str) -> None:
    """The option that is named really makes the event possible."""
    steps = stepper("textbook", None, scope)
    assert _of(steps.position(split(address)), word).option == option
    changes: dict[str, Callable[[], Scope]] = {
        "--data": lambda: replace(scope, data=1),
        "--calls": lambda: replace(scope, calls=tuple(option.split()[1].split(","))),
        "--retransmissions": lambda: replace(scope, retransmissions=1),
        "--reopen": lambda: replace(scope, reopen="both"),
        "--reordering": lambda: replace(scope, reordering=True),
    }
    wider = stepper("textbook", None, changes[option.split()[0]]())
    found = wider.position(split(address))
    assert word in {c.word.partition(",")[0] for c in found.choices} or _of(found, word).kind == "state"


def test_addresses_do_not_depend_on_how_the_model_is_timed() -> None:
    """The same words at another TIME-WAIT, as long as they are possible there."""
    address = split("A.close/d1,x2/B.close/d3/B.rto/d4/A.tw")
    short, long = (stepper("textbook", wait, Scope()) for wait in (Fraction(3, 2), Fraction(5, 3)))
    steps = [[(s.kind, s.end, s.rule) for s in x.position(address).trace.steps] for x in (short, long)]
    assert steps[0] == steps[1]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"time_waits": (ONE, 2 * ONE)}, "--time-wait once"),
        ({"scope": Scope(duplicates=-1)}, "duplicates"),
        ({"engine": "smt"}, "--engine"),
    ],
)
def test_what_cannot_be_stepped_through(more: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Stepper(CheckRequest("textbook", ONE, **more))


@pytest.mark.parametrize(
    ("model", "scope", "address"),
    [
        # An opening that is given up leaves nothing behind that the other end could join.
        ("rfc9293", Scope(start="closed", calls=("open", "close", "cancel"), reopen="both"), "B.listen/B.close/A.open"),
        # An ISN that is sent in a cookie, and kept by nobody.
        ("sctp", Scope(start="closed", losses=0), "A.open/B.listen/d1"),
    ],
)
def test_what_random_walks_have_found(model: str, scope: Scope, address: str) -> None:
    position = stepper(model, None, scope).position(split(address))
    assert position.choices and len(position.trace.steps) == 3
