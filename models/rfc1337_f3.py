"""Sequence numbers of 64 bits (fix F3): no number of an old incarnation lies in a window of a new one.

F3 does not stop a RST from ending TIME-WAIT; it means to make that harmless. With 64 bits the clock behind the ISN
can run at 2^33 octets a second, faster than any connection sends, and still take 68 years to come round (appendix of
RFC 1337), so that every connection has a stretch of numbers to itself and an old segment falls outside of every
window. Wanted by RFC 1337 as a long-term fix in place of the waiting.

In this model that is the sequence regime `clock` without the limits on rate and duration that it has at 32 bits: no
rule changes. What the regime does not exclude, F3 does not either: what is answered without a look at SEQ, such as a
segment that meets CLOSED, LISTEN or SYN-SENT.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "standards"
AMENDMENT = Amendment(
    name="rfc1337-f3",
    title="64-bit sequence numbers, every incarnation with numbers of its own (fix F3)",
    source="RFC 1337 §3, fix F3, and its appendix",
    scope={"sequence": "clock"},
)
