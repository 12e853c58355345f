"""PAWS in Linux's TIME-WAIT: what it rejects is acknowledged and, which no RFC asks for, restarts the timer.

The last timestamp of the peer is updated by the segments that Linux finds to be in order there, those at RCV.NXT.
A RST with an old timestamp, which Linux drops for 60 s, is let through as RFC 7323 §5.2 asks: no RST that answers a
segment bears a timestamp in Linux. Wanted as part of `linux`.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "stacks"
AMENDMENT = Amendment(
    name="linux-paws",
    title="what PAWS rejects in TIME-WAIT restarts its timer",
    source="Linux 6.18, net/ipv4/tcp_minisocks.c, tcp_timewait_state_process()",
    changes=(
        change("TIME-WAIT.paws", restarts=(("time-wait", TRUE),), tags=frozenset({"restarts"}),
               clause="Linux 6.18, tcp_timewait_state_process()",
               text="An older timestamp than the last: acknowledged, and the timer restarts."),
        merge("TIME-WAIT.bare", {"TS.RECENT": SEG_TS}),
    ),
    over=("paws",),
    scope={"sequence": "timestamps"},
)  # fmt: skip
