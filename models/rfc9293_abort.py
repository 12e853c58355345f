"""The side that sends a RST enters TIME-WAIT, as one sentence of RFC 9293 asks, against another.

§3.5.2 and note 3 of Figure 5 say that the side of a connection that issues a reset should enter TIME-WAIT, and cite
Faber, Touch and Yue; §3.10.5, which `rfc9293` follows, says that ABORT deletes the TCB and enters CLOSED. Wanted so
that an aborted connection, too, leaves nothing behind for the next one to find, on the side that chose to end it.

This TIME-WAIT has seen no FIN: RCV.NXT is where the peer's stream had come to. If the RST is lost, text of the peer
is ignored, its FIN is acknowledged without being counted and restarts the timer, and the peer learns of the abort
only when TIME-WAIT is over and CLOSED answers with RST. RFC 9293 does not say whether that is meant. An ABORT of
TIME-WAIT itself still deletes the TCB (§3.10.5); where that is not to count, add `abort-waits`.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "variants"
AMENDMENT = Amendment(
    name="rfc9293-abort",
    title="the side that sends a RST enters TIME-WAIT",
    source="RFC 9293 §3.5.2 and §3.3.2, Figure 5, note 3",
    changes=tuple(
        change(f"{state}.abort", to="TIME-WAIT", text="A RST is sent; TIME-WAIT starts.", clause="RFC 9293 §3.5.2")
        for state in ("SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT")
    ),
)
