"""SO_LINGER with a time above zero: close() blocks until the FIN is acknowledged or the time is up. TCP is unchanged.

On Linux the call waits in FIN-WAIT-1, CLOSING and LAST-ACK and then returns, and the close goes on without it; no
timer of TCP, TIME-WAIT least of all, becomes shorter, and no RST is sent when the time is up (Linux 6.18 source; some
descriptions say otherwise). Wanted by those who believe that {1, 1} shortens the FIN timeout, which it does not.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "options"
AMENDMENT = Amendment(
    name="linger-n",
    title="SO_LINGER, more than 0 s: close() blocks, TCP is unchanged",
    source="POSIX.1-2017, SO_LINGER; socket(7)",
)
