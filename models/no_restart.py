"""A retransmitted FIN is acknowledged in TIME-WAIT, but the timer runs on.

TIME-WAIT then lasts exactly as long as it was meant to, whatever the peer keeps sending. Wanted by operators
who fear that a peer could hold a TIME-WAIT open for ever, and by everyone who asks what the restart is for.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "variants"
AMENDMENT = Amendment(
    name="no-restart",
    title="a retransmitted FIN does not restart TIME-WAIT",
    source="a variant of RFC 9293 §3.10.7.4, step 8, TIME-WAIT STATE",
    changes=(change("TIME-WAIT.fin-again", restarts=(), tags=frozenset(),
                    text="A retransmitted FIN is acknowledged; the timer runs on."),),
)  # fmt: skip
