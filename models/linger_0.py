"""SO_LINGER with a time of zero: CLOSE sends a RST, discards what is queued and deletes the TCB at once.

No FIN is exchanged and neither end enters TIME-WAIT, so nothing waits for what is still in flight. Wanted by clients
that run out of ports and by servers that want no TIME-WAIT, who take it for a faster close. It is ABORT under another
name (RFC 9293 §3.10.5), called by applications that think they have closed.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "options"
AMENDMENT = Amendment(
    name="linger-0",
    title="CLOSE sends a RST and there is no TIME-WAIT (SO_LINGER, 0 s)",
    source="POSIX.1-2017, SO_LINGER; socket(7); RFC 9293 §3.10.5 for what happens",
    changes=tuple(
        change(f"{state}.close", to="CLOSED", assign={}, emits=(segment(SND_NXT, rst=True),),
               tags=frozenset({"aborts"}), text="What is queued is discarded, a RST sent, the TCB deleted.")
        for state in ("SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT")
    ),
)  # fmt: skip
