"""Initial sequence numbers from a clock: an ISN lies beyond everything that the previous incarnation used.

RFC 9293 §3.4.1 has a clock that ticks about every 4 microseconds and comes round in 4.55 hours. Wanted by everyone
who says that such ISNs make TIME-WAIT unnecessary. For one address pair it holds while the connection sends less than
250 kB/s on average and lasts less than 4.55 hours, and while the clock survives: after a reboot without the quiet
time of one MSL (§3.4.3), or with an ISN that is random and not counted, nothing is promised. No rule changes.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "standards"
AMENDMENT = Amendment(
    name="clock",
    title="ISNs from a clock, beyond all numbers used before",
    source="RFC 9293 §3.4.1 (MUST-8), §3.4.3; RFC 1185, appendix",
    scope={"sequence": "clock"},
)
