"""TIME-WAIT as the books argue it: only a retransmitted FIN has any effect there.

It is acknowledged and restarts the timer; a RST, a SYN, an ACK, text are ignored. The 2·MSL rule is about
this machine, not about the text of RFC 9293. Wanted by everyone who explains TIME-WAIT on a blackboard.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "variants"
AMENDMENT = Amendment(
    name="ideal",
    title="TIME-WAIT answers a retransmitted FIN and ignores all else",
    source="the textbook argument for 2·MSL; compare RFC 9293 §3.10.7.4, TIME-WAIT STATE",
    changes=(
        change("TIME-WAIT.unacceptable", emits=(), tags=frozenset(), text="Ignored."),
        change("TIME-WAIT.rst*", to=None, emits=(), tags=frozenset(), text="Ignored."),
        change("TIME-WAIT.syn", to=None, emits=(), tags=frozenset(), text="Ignored."),
    ),
    # `rfc1337` says the same of a RST in TIME-WAIT, in either order; what RFC 793 would reset, this ignores.
    over=("rfc1337", "pre-rfc5961", "rfc5961"),
)
