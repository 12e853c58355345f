"""A SYN beyond all that was received reopens a connection out of TIME-WAIT.

The new ISN must lie beyond every number that the old connection used in that direction, the answer's ISN beyond
every number used in the other one. Wanted by every busy server, whose clients come back from the same port before
TIME-WAIT is over; BSD, Linux and FreeBSD all do it. The second condition of the RFC, to return to TIME-WAIT if the
SYN turns out to be an old duplicate, is the amendment `rfc1122-return`.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "variants"
greater = ~RST & ~ACK & SYN & (RCV_NXT < SEG_SEQ)

AMENDMENT = Amendment(
    name="rfc1122-reopen",
    title="a SYN with a larger sequence number reopens TIME-WAIT",
    source="RFC 1122 §4.2.2.13 (a); RFC 9293 §3.6.1 (MAY-2), condition 1",
    changes=(
        insert(Rule("TIME-WAIT.reopen", "TIME-WAIT", "SEGMENT", "RFC 9293 §3.6.1 (MAY-2)",
                    "A SYN beyond RCV.NXT: a new connection begins.", guard=greater, to="SYN-RECEIVED",
                    assign={"RCV.NXT": SEG_SEQ + 1, "ISS": NEW_ISS, "SND.UNA": NEW_ISS, "SND.NXT": NEW_ISS + 1,
                            "PASSIVE": lift(True)}, chooses=SND_NXT < NEW_ISS,
                    emits=(segment(ISS, RCV_NXT, syn=True),), tags=frozenset({"reopens"})),
               before="TIME-WAIT.*"),
    ),
)  # fmt: skip
