"""FIN-WAIT-2 ends by itself after FIN_TIMEOUT, 60 s unless set: what net.ipv4.tcp_fin_timeout is about.

It is how long Linux waits for the FIN of a peer after close(); no RFC has such a limit. TIME-WAIT is another state with
a timer of its own: it lasts as long as before, whatever FIN_TIMEOUT is. A peer that closes later finds nobody to
acknowledge its FIN and is reset. In the model whoever calls CLOSE has closed for good; after shutdown() alone Linux
waits without limit. What arrives at such an end (text draws a RST in Linux) is left as RFC 9293 has it. Wanted
by operators who are told that it shortens TIME-WAIT, and by servers whose clients never close.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "options"
CLAUSE = "Linux 6.18, tcp_time_wait(); ip-sysctl.rst, tcp_fin_timeout"

AMENDMENT = Amendment(
    name="fin-timeout",
    title="FIN-WAIT-2 lasts FIN_TIMEOUT at most (tcp_fin_timeout)",
    source="Linux 6.18, net/ipv4/tcp.c, __tcp_close(), and ip-sysctl.rst, tcp_fin_timeout; TCP_LINGER2 in tcp(7)",
    changes=(
        change("FIN-WAIT-2.user-timeout", text="The peer has not closed in time: the TCB is deleted.", clause=CLAUSE),
    ),
    timers=(
        Timer("user-timeout", "USER-TIMEOUT", frozenset({"FIN-WAIT-2"}), TRUE, CLAUSE, parameter("FIN_TIMEOUT")),
    ),
    numbers={"FIN_TIMEOUT": constant(60)},
)
