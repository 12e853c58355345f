"""The train gate: a controller stops approaching trains so that one at a time crosses a bridge.

From Yi, Pettersson and Daniels, "Automatic verification of real-time communicating systems by constraint
solving" (FORTE 1994), in the form of the UPPAAL distribution: a train that approaches can be stopped within
its first 10 time units, and reaches the bridge 10 to 20 after it was detected; restarted, it needs 7 to 15;
crossing takes 3 to 5. Published answer: never two trains on the bridge, and each of them gets there.

UPPAAL's controller stops a train in a committed location, at once; here that takes at most REACTION, so the
published model is REACTION = 0, and how slow a controller may be becomes a question (answer: REACTION < 10).
"""

from __future__ import annotations

from tcpverify.lang.automata import Network
from tcpverify.lang.expr import Expr, any_of, ite
from tcpverify.lang.linear import parameter

__all__ = ["train_gate"]

#: the mark of a step that puts a second train on the bridge, and of one that brings a train there
BOTH, CROSSES = "two-on-the-bridge", "crosses"


def train_gate(trains: int) -> Network:
    """The gate with a first-come-first-served queue of trains, over the parameter REACTION."""
    net = Network(f"train-gate-{trains}")
    queue = [net.integer(f"q{n}", 0, trains) for n in range(trains)]
    length = net.integer("length", 0, trains)
    g = net.clock("g")

    def joined(me: int) -> dict[str, Expr | int]:
        rows: dict[str, Expr | int] = {f"q{n}": ite(length == n, me, q) for n, q in enumerate(queue)}
        return rows | {"length": length + 1}

    left: dict[str, Expr | int] = {f"q{n}": queue[n + 1] if n + 1 < trains else 0 for n in range(trains)}
    gate = net.process("gate")
    gate.location("free")
    gate.location("occupied")
    gate.location("stopping", g <= parameter("REACTION"))
    crossing = []
    for me in range(1, trains + 1):
        last = any_of(*((length == n + 1) & (q == me) for n, q in enumerate(queue)))
        gate.edge("free", "occupied", (length > 0) & (queue[0] == me), sync=f"go{me}!")
        gate.edge("free", "occupied", length == 0, do=joined(me), sync=f"appr{me}?")
        gate.edge("occupied", "stopping", do=joined(me), reset=[g], sync=f"appr{me}?")
        gate.edge("stopping", "occupied", last, sync=f"stop{me}!")
        gate.edge("occupied", "free", queue[0] == me, do=left | {"length": length - 1}, sync=f"leave{me}?")
        x = net.clock(f"x{me}")
        train = net.process(f"train{me}")
        train.location("safe")
        train.location("approaching", x <= 20)
        train.location("stopped")
        train.location("starting", x <= 15)
        train.location("crossing", x <= 5)
        train.edge("safe", "approaching", reset=[x], sync=f"appr{me}!")
        train.edge("approaching", "crossing", x >= 10, reset=[x], marks=[CROSSES])
        train.edge("approaching", "stopped", x <= 10, sync=f"stop{me}?")
        train.edge("stopped", "starting", reset=[x], sync=f"go{me}?")
        train.edge("starting", "crossing", x >= 7, reset=[x], marks=[CROSSES])
        train.edge("crossing", "safe", x >= 3, sync=f"leave{me}!")
        crossing.append(train.at("crossing"))
    net.mark(BOTH, any_of(*(p & q for n, p in enumerate(crossing) for q in crossing[n + 1 :])))
    return net
