"""A FIN in the window of TIME-WAIT is ignored, as text there is; only the FIN that was consumed counts as one again.

RFC 9293 does not say what a second FIN, beyond the first, would mean: nothing but an old or forged segment can be
one. Seen in Windows 8 by those who learned its state machine from outside. Wanted to see whether it matters.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "stacks"
fin_again = ~RST & ~SYN & ACK & past_fin
AMENDMENT = Amendment(
    name="new-fin-ignored",
    title="a FIN beyond the one consumed is ignored in TIME-WAIT",
    source="Fiterau-Brostean, Janssen, Vaandrager, CAV 2016, model of Windows 8 (second-hand)",
    changes=(
        change("TIME-WAIT.fin-again", guard=fin_again),
        change("TIME-WAIT.other", guard=acceptable & ~RST & ~SYN & ACK & ~fin_again),
    ),
)
