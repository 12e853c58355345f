"""What PAWS rejects in TIME-WAIT is dropped without an answer, against RFC 7323 §5.3, which acknowledges it.

RFC 1337 saw that this acknowledgment bears a current timestamp: it gives an old segment a new life, and the RST that
it draws from a peer that is CLOSED can reset the next connection. Wanted to see timestamps at their best.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "variants"
AMENDMENT = Amendment(
    name="paws-quiet",
    title="what PAWS rejects in TIME-WAIT is not answered",
    source="a variant of RFC 7323 §5.3; RFC 1337 §3 on fix F2",
    changes=(change("TIME-WAIT.paws", emits=(), tags=frozenset(), text="R1: an older timestamp than the last: dropped."),),
    over=("paws",),
)
