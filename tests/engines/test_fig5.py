"""The state diagram of RFC 9293, Figure 5, has as many states here as TLC finds in the TLA+ specification.

The three numbers are those of tlaplus/Examples, `specifications/tcp`, in its manifest: 1182 distinct states,
6322 states generated, depth 14.
"""

import runpy
from collections import Counter
from dataclasses import replace

import pytest

from tcpverify.engines.explore import Budget, Exploration, explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.errors import ModelError
from tcpverify.lang.expr import boolean, integer, lift, sequence
from tcpverify.lang.queues import MESSAGE, QueueMachine, QueueSystem
from tcpverify.lang.system import TimedSystem
from tcpverify.lang.table import Amendment, Emit, change
from tcpverify.tcp.misfits import misfits
from tcpverify.tcp.registry import load, shipped

FIG5 = runpy.run_path(str(shipped()["fig5"]))
MACHINE: QueueMachine = FIG5["QUEUES"]


def explored(machine: QueueMachine) -> tuple[QueueSystem, Exploration]:
    system = QueueSystem(machine)
    return system, explore(Skeleton(system), {})


def test_as_many_states_as_tlc_finds() -> None:
    system, run = explored(MACHINE)
    assert run.complete
    assert len(run) == 1182
    assert system.generated(run.skeleton.locations) == 6322
    # TLC counts levels, and the initial states are the first; the engine counts steps.
    assert run.depth + 1 == 14


def test_what_generated_is_made_of() -> None:
    """2 initial states, 3204 steps, and what TLC computes and its two constraints reject."""
    system, run = explored(MACHINE)
    refused = Counter(c.refused for pair in run.skeleton.locations for c in system.candidates(pair))
    assert refused == {"": 3204, "forbidden": 2464, "equal neighbours": 652}
    assert run.transitions == 3204
    assert len(MACHINE.initial) + refused.total() == 6322


def test_it_is_a_system_without_clocks() -> None:
    system, run = explored(MACHINE)
    assert isinstance(system, TimedSystem)
    assert len(run.zones) == 1
    edges = [edge for pair in run.skeleton.locations for edge in system.edges(pair)]
    assert not any(edge.carry or edge.guard for edge in edges)


def test_both_ends_are_alike() -> None:
    """Swapping A and B maps the reachable states onto themselves: roles come from the initial states only."""
    _, run = explored(MACHINE)
    reachable = set(run.skeleton.locations)
    assert {(b, a) for a, b in reachable} == reachable


def test_queues_stay_short() -> None:
    _, run = explored(MACHINE)
    assert max(len(end.queue) for pair in run.skeleton.locations for end in pair) == 4


def test_the_published_invariant_holds() -> None:
    _, run = explored(MACHINE)
    assert set(MACHINE.claims) == {"established-together"}
    assert run.first == {}


def test_a_false_claim_is_refuted_by_a_shortest_path() -> None:
    """Without waiting for empty queues, one end is established before the other."""
    est = FIG5["established"]
    machine = replace(MACHINE, claims={"at-once": est("A") == est("B")})
    _, run = explored(machine)
    state, via = run.first["at-once"]
    path = [*run.path(state), (state, via)]
    steps = [str(run.skeleton.edge(run.location[s], v).label) for s, v in path]
    assert steps == ["B: LISTEN.rcv-syn", "A: SYN-SENT.rcv-syn,ack"] or steps == [
        "A: LISTEN.rcv-syn", "B: SYN-SENT.rcv-syn,ack",
    ]  # fmt: skip


def test_a_claim_false_at_the_start_is_a_model_error() -> None:
    with pytest.raises(ModelError, match="already false in an initial state"):
        replace(MACHINE, claims={"closed": integer("A.STATE") == 0})


def test_which_rules_never_fire() -> None:
    """The forbidden ones, and the simultaneous open, for which both ends would have to be in SYN-SENT."""
    _, run = explored(MACHINE)
    fired = {edge.label.rule.name for edges in run.skeleton.edges_of for edge in edges or ()}
    forbidden = {name for name, rule in MACHINE.table.rules.items() if rule.event in MACHINE.forbidden}
    assert set(MACHINE.table.rules) - fired == forbidden | {"SYN-SENT.rcv-syn"}


def test_the_table_fits_itself_and_cites_the_figure() -> None:
    assert not list(misfits(MACHINE.table))
    again = load("fig5").table.rules
    assert {name: rule.key() for name, rule in again.items()} == {
        name: rule.key() for name, rule in MACHINE.table.rules.items()
    }
    assert all(rule.clause.startswith("RFC 9293 §3.3.2, Figure 5") for rule in MACHINE.table.rules.values())


def test_equal_neighbours_make_it_infinite() -> None:
    """The bound on the queues is needed: without it an end sends RST for ever."""
    system = QueueSystem(replace(MACHINE, distinct_neighbours=False))
    run = explore(Skeleton(system), {}, budget=Budget(states=5000))
    assert run.stopped == "states"


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"emits": (Emit({MESSAGE: lift(7)}),)}, "has no name"),
        ({"emits": (Emit({MESSAGE: integer("HEAD")}),)}, "one fixed MSG"),
        ({"emits": (Emit({MESSAGE: lift(1)}, boolean("TCB")),)}, "unconditionally"),
        ({"restarts": (("time-wait", lift(True)),)}, "there is no time"),
    ],
)
def test_tables_that_queues_cannot_run(fields: dict[str, object], complaint: str) -> None:
    wrong = Amendment("wrong", "", "", (change("CLOSING.rcv-ack-of-fin", **fields),))
    with pytest.raises(ModelError, match=complaint):
        replace(MACHINE, table=MACHINE.table.amended(wrong))


def test_sequence_numbers_are_refused() -> None:
    guard = sequence("SND.UNA") < sequence("SND.NXT")
    wrong = Amendment("wrong", "", "", (change("LISTEN.close", guard=guard),))
    machine = replace(MACHINE, table=MACHINE.table.amended(wrong))
    with pytest.raises((ModelError, KeyError)):
        explored(machine)
