"""ABORT does not end a connection that its application has closed and the peer too: the call returns, the state stays.

RFC 9293 §3.10.5 lets ABORT delete the TCB in CLOSING, LAST-ACK and TIME-WAIT without a word to the peer. In sockets
that call does not exist: once CLOSE or ABORT has returned, the application holds nothing through which it could reach
the state. Wanted wherever the scope has the call `abort` and the question is what a state protects from, not who may
throw it away.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "variants"
AMENDMENT = Amendment(
    name="abort-waits",
    title="ABORT does not end CLOSING, LAST-ACK and TIME-WAIT",
    source="a variant of RFC 9293 §3.10.5, as sockets have it: close() acts on a descriptor, once",
    changes=tuple(
        change(f"{state}.abort", to=None, tags=frozenset(), text="No application holds it any more: nothing happens.")
        for state in ("CLOSING", "LAST-ACK", "TIME-WAIT")
    ),
)
