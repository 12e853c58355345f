"""What a network of automata means, and which mistakes it refuses."""

from __future__ import annotations

import pytest

from tcpverify.errors import ModelError
from tcpverify.lang.automata import Network, Place
from tcpverify.lang.expr import integer, sequence
from tcpverify.lang.linear import constant, parameter
from tcpverify.lang.system import Constraint, TimedSystem


def test_a_network_is_a_timed_system() -> None:
    assert isinstance(Network("empty"), TimedSystem)


def test_both_sides_of_a_synchronisation_see_the_values_before_the_step() -> None:
    net = Network("swap")
    a, b = net.integer("a", 0, 3, 1), net.integer("b", 0, 3, 2)
    x, y = net.clock("x"), net.clock("y")
    p, q = net.process("P"), net.process("Q")
    p.location("one", x <= parameter("MSL"))
    p.location("two")
    q.location("one", y < 3)
    p.edge("one", "two", x > 1, a == 1, do={"a": b}, sync="c!", marks=["sent"])
    q.edge("one", "one", y == 2, do={"b": a}, reset=[y], sync="c?")
    net.mark("swapped", (a == 2) & (b == 1) & p.at("two"))
    start = net.initial()[0][0]
    (edge,) = net.edges(start)
    assert edge.target == Place((1, 0), (2, 1))
    assert edge.guard == (Constraint(0, ">", constant(1)), Constraint(1, "==", constant(2)))
    assert edge.carry == (0, -1)
    assert edge.marks == {"sent", "swapped"}
    assert edge.label == "P: one -> two | Q: one -> one"
    assert net.invariant(start) == (
        Constraint(0, "<=", parameter("MSL")), Constraint(1, "<", constant(3))
    )  # fmt: skip
    assert net.edges(edge.target) == []


def test_nobody_synchronises_with_itself() -> None:
    net = Network("alone")
    p = net.process("P")
    p.location("here")
    p.edge("here", "here", sync="c!")
    p.edge("here", "here", sync="c?")
    assert net.edges(net.initial()[0][0]) == []


def small() -> Network:
    net = Network("small")
    net.integer("n", 0, 1)
    net.clock("x")
    net.process("P").location("here")
    return net


def test_mistakes_of_declarations() -> None:
    net = small()
    (p,) = net.processes
    with pytest.raises(ModelError, match="outside 0"):
        net.integer("m", 0, 1, 2)
    for name in ("n", "x", "a@b"):
        with pytest.raises(ModelError, match="taken"):
            net.boolean(name)
    with pytest.raises(ModelError, match="two processes"):
        net.process("P")
    with pytest.raises(ModelError, match="two locations"):
        p.location("here")
    with pytest.raises(ModelError, match="lower bound"):
        p.location("there", net.clocks[0] >= 1)


def test_mistakes_of_edges() -> None:
    (p,) = small().processes
    with pytest.raises(ModelError, match="no location 'there'"):
        p.edge("here", "there")
    with pytest.raises(ModelError, match="not a variable"):
        p.edge("here", "here", do={"m": 1})
    with pytest.raises(ModelError, match="assigns a bool"):
        p.edge("here", "here", do={"n": True})
    with pytest.raises(ModelError, match="written a!"):
        p.edge("here", "here", sync="c")
    with pytest.raises(ModelError, match="not a declared int"):
        p.edge("here", "here", integer("m") == 0)
    with pytest.raises(ModelError, match="sequence numbers"):
        p.edge("here", "here", sequence("s") == sequence("s"))


def test_a_variable_may_not_leave_its_bounds() -> None:
    net = small()
    net.processes[0].edge("here", "here", do={"n": integer("n") + 2})
    with pytest.raises(ModelError, match="'n' becomes 2"):
        net.edges(net.initial()[0][0])


def test_one_step_assigns_a_variable_once() -> None:
    net = small()
    q = net.process("Q")
    q.location("here")
    net.processes[0].edge("here", "here", do={"n": 1}, sync="c!")
    q.edge("here", "here", do={"n": 1}, sync="c?")
    with pytest.raises(ModelError, match="both assign 'n'"):
        net.edges(net.initial()[0][0])
