"""The steps of RFC 9293 §3.10.7.4 in the order in which they are written, in TIME-WAIT too.

A retransmitted FIN has SEQ = RCV.NXT-1, so step 1 acknowledges and drops it, and it never reaches the step that
would restart the timer; what does reach step 5 is acknowledged and restarts it. Wanted by implementers who
follow the text line by line, as several stacks have.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "variants"
reaches_step_5 = acceptable & ~RST & ~SYN & ACK
AMENDMENT = Amendment(
    name="literal",
    title="TIME-WAIT follows the steps in the order written",
    source="RFC 9293 §3.10.7.4, first and fifth step",
    changes=(
        change("TIME-WAIT.unacceptable", guard=~acceptable & ~RST),
        change("TIME-WAIT.fin-again", guard=reaches_step_5,
               text="Step 5: whatever is acceptable and has ACK is acknowledged and restarts the timeout."),
        remove("TIME-WAIT.other"),
    ),
)  # fmt: skip
