"""PAWS for RSTs too: a RST with an older timestamp than the last is dropped, against RFC 7323 §5.2.

The standard exempts RSTs, since an end without a connection may have no timestamp to send; so an old RST still resets
a new connection. Wanted to see what timestamps alone could do: with it, how long a TIME-WAIT must last before it is
reused depends on the tick of the peer's timestamp clock and on nothing else.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "variants"
AMENDMENT = Amendment(
    name="paws-rst",
    title="timestamps protect against old RSTs too",
    source="a variant of RFC 7323 §5.2, which says that a RST must not be subjected to PAWS",
    changes=tuple(
        insert(Rule(f"{state}.paws-rst", state, "SEGMENT", "a variant of RFC 7323 §5.2",
                    "A RST with an older timestamp than the last: dropped.", guard=RST & (SEG_TS < TS_RECENT)),
               before=f"{state}.*")
        for state in ("SYN-RECEIVED", *SYNCHRONIZED)
    ),
    scope={"sequence": "timestamps"},
)  # fmt: skip
