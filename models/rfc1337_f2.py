"""Timestamps keep a RST from ending TIME-WAIT too early: for W seconds it is ignored, after that it is believed.

If both ends use timestamps, whatever draws an old RST is a segment that was under way when TIME-WAIT began; W is
long enough for timestamp clocks to have ticked (RFC 1337 takes 2 s), after which PAWS refuses old data (hazard H1).
RFC 1337 itself says that it leaves H2 and H3 open: TIME-WAIT acknowledges an old segment under a current timestamp,
so that it lives on as a new one. Wanted by hosts that would have TIME-WAIT ended early by a peer that has crashed.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "standards"
timestamps = 0 <= TS_RECENT
early = ~elapsed("in-time-wait", parameter("W"))

AMENDMENT = Amendment(
    name="rfc1337-f2",
    title="where timestamps are used, a RST ends TIME-WAIT only after W (fix F2)",
    source="RFC 1337 §3, fix F2",
    changes=(
        insert(Rule("TIME-WAIT.rst-early", "TIME-WAIT", "SEGMENT", "RFC 1337 §3",
                    "TIME-WAIT is younger than W and timestamps are used: the RST is ignored.",
                    guard=RST & timestamps & early),
               before="TIME-WAIT.*rst*"),
    ),
    # A retransmitted FIN restarts TIME-WAIT's timer, but not the time that has been spent in the state.
    timers=(Timer("in-time-wait", "", frozenset({"TIME-WAIT"}), timestamps, "RFC 1337 §3"),),
    numbers={"W": constant(2)},
    scope={"sequence": "timestamps"},
)  # fmt: skip
