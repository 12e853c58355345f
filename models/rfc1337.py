"""A RST does not end TIME-WAIT: every RST that arrives there is dropped, and nothing else changes.

RFC 1337 describes how an old segment, acknowledged in TIME-WAIT, draws a RST from the closed peer that ends
TIME-WAIT too early ("assassination"), and proposes this as fix F1. Wanted by every stack that offers to ignore
such a RST: FreeBSD always does, Linux does with net.ipv4.tcp_rfc1337=1.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "standards"
AMENDMENT = Amendment(
    name="rfc1337",
    title="a RST does not end TIME-WAIT (fix F1)",
    source="RFC 1337 §3, fix F1",
    changes=(change("TIME-WAIT.rst*", to=None, emits=(), tags=frozenset(), text="Ignored.", clause="RFC 1337 §3"),),
    # `ideal` says the same of a RST in TIME-WAIT, in either order; what RFC 793 would reset, this ignores.
    over=("ideal", "pre-rfc5961", "rfc5961", "linux-time-wait"),
)
