"""Fischer's mutual exclusion: a shared variable and two delays keep processes apart.

Due to M. Fischer, published by L. Lamport, "A Fast Mutual Exclusion Algorithm" (ACM TOCS 5(1), 1987): a
process that finds the variable free writes its own name within A, waits B, and enters if its name is still
there. Safe iff no write can happen B after another process began to wait: A < B if A and B themselves are
possible delays, A <= B if one of them is not (Abadi and Lamport, "An Old-Fashioned Recipe for Real Time",
1994; the form with strict waiting is the one of the UPPAAL and TChecker distributions).
"""

from __future__ import annotations

from tcpverify.lang.automata import Network
from tcpverify.lang.expr import all_of, any_of
from tcpverify.lang.linear import parameter

__all__ = ["fischer"]

#: the mark of a step that puts a second process into the critical section
BOTH = "both-critical"


def fischer(processes: int, *, strict_wait: bool = False) -> Network:
    """The protocol over the parameters A (writing takes at most A) and B (waiting takes at least B).

    With ``strict_wait`` a process waits longer than B.
    """
    a, b = parameter("A"), parameter("B")
    net = Network(f"fischer-{processes}")
    owner = net.integer("owner", 0, processes)
    critical = []
    for me in range(1, processes + 1):
        x = net.clock(f"x{me}")
        p = net.process(f"P{me}")
        p.location("idle")
        p.location("request", x <= a)
        p.location("wait")
        p.location("critical")
        p.edge("idle", "request", owner == 0, reset=[x])
        p.edge("request", "wait", do={"owner": me}, reset=[x])
        p.edge("wait", "request", owner == 0, reset=[x])
        p.edge("wait", "critical", owner == me, x > b if strict_wait else x >= b)
        p.edge("critical", "idle", do={"owner": 0})
        critical.append(p.at("critical"))
    pairs = [all_of(p, q) for n, p in enumerate(critical) for q in critical[n + 1 :]]
    net.mark(BOTH, any_of(*pairs))
    return net
