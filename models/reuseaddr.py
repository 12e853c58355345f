"""SO_REUSEADDR: bind() may take a local address and port that connections in TIME-WAIT still use. TCP is unchanged.

It alters what bind() regards as a conflict, so that a server can listen again at once after a restart, and must be
set before bind(). No TIME-WAIT becomes shorter, and no connection with the same four addresses and ports becomes
possible: connect() to such a peer still fails. Wanted by those who believe that it lets TIME-WAIT be reused.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "options"
AMENDMENT = Amendment(
    name="reuseaddr",
    title="SO_REUSEADDR: bind() conflicts less, TCP is unchanged",
    source="socket(7), ip(7); Linux selftests, net/bind_timewait.c",
)
