"""TIME-WAIT moves to the other end: the passive closer resets the active closer's and keeps its own.

When the FIN of a client in LAST-ACK is acknowledged, it sends a RST, which ends the server's TIME-WAIT, and enters
TIME-WAIT itself instead of CLOSED. Wanted by busy web servers, which close first and fill up with TIME-WAITs, while
each of their clients has few. If the RST is lost, both ends wait.

What is uncertain: the draft could be read in its abstract only ("a TCP modification that causes clients to enter
TIME_WAIT state rather than servers"); the RST is how others describe it. It is meant for clients alone, but an end
does not remember here who opened: so whichever end closes second does it, which is right while servers close first.
A server that ignores RST in TIME-WAIT (`rfc1337`) undoes the proposal.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "variants"
AMENDMENT = Amendment(
    name="faber-client",
    title="the passive closer ends the other's TIME-WAIT by RST and waits itself",
    source="Faber, Touch, Yue, INFOCOM 1999; draft-faber-time-wait-avoidance-00 (1997)",
    changes=(
        change("LAST-ACK.fin-acked", to="TIME-WAIT", emits=(segment(SND_NXT, rst=True),),
               text="Our FIN is acknowledged: a RST ends the peer's TIME-WAIT, ours starts.",
               clause="draft-faber-time-wait-avoidance-00"),
    ),
)  # fmt: skip
