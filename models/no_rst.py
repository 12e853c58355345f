"""An end without a connection stays silent: no RST from CLOSED or LISTEN.

An old segment that finds its connection gone then dies without offspring; a half-open connection is discovered by its
timeouts alone. Wanted by operators whose firewalls drop such RSTs, and to see which bounds rest on RSTs only.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "variants"
AMENDMENT = Amendment(
    name="no-rst",
    title="CLOSED and LISTEN send no RST",
    source="a variant of RFC 9293 §3.10.7.1 and §3.10.7.2",
    changes=(
        change("CLOSED.ack", emits=(), text="Dropped without an answer."),
        change("CLOSED.no-ack", emits=(), text="Dropped without an answer."),
        change("LISTEN.ack", emits=(), text="Dropped without an answer."),
    ),
)
