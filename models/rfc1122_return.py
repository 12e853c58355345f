"""A connection that was reopened out of TIME-WAIT returns there if its SYN was an old duplicate.

The answer to an old SYN is refused by a RST; the connection then goes back to the TIME-WAIT that it came from, with
the numbers it had, and its timer starts anew (the text does not say where the timer goes on). Wanted by the authors of
RFC 1122, who let a SYN reopen TIME-WAIT only with this second condition; no stack is known to implement it.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "variants"
AMENDMENT = Amendment(
    name="rfc1122-return",
    title="a connection reopened by an old SYN returns to TIME-WAIT",
    source="RFC 1122 §4.2.2.13 (b); RFC 9293 §3.6.1 (MAY-2), condition 2",
    changes=(
        merge("TIME-WAIT.reopen*", {"OLD.SND.NXT": SND_NXT, "OLD.RCV.NXT": RCV_NXT, "REOPENED": TRUE}),
        insert(Rule("SYN-RECEIVED.return", "SYN-RECEIVED", "SEGMENT", "RFC 9293 §3.6.1 (MAY-2)",
                    "Reset before it was established: back to TIME-WAIT.",
                    guard=acceptable & RST & (SEG_SEQ == RCV_NXT) & REOPENED, to="TIME-WAIT",
                    assign={"SND.NXT": OLD_SND_NXT, "SND.UNA": OLD_SND_NXT, "RCV.NXT": OLD_RCV_NXT},
                    tags=frozenset({"returns"})),
               before="SYN-RECEIVED.*"),
    ),
)  # fmt: skip
