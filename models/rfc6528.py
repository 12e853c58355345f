"""ISN = M + F(addresses, ports, secret): a clock for every address pair, each with an offset of its own.

For one address pair the offset is constant, so successive incarnations see the plain clock of RFC 9293 §3.4.1 and
whatever `clock` promises, with its limits; between pairs nothing can be inferred. Wanted against attackers who guess
sequence numbers, without giving up what the clock did for TIME-WAIT (RFC 6528 §3). It breaks where the clock breaks
and, in addition, whenever the secret changes: a new secret at every boot (or periodically, which §3 warns of) makes
the next ISN unrelated to the last, which is the regime `worst-case`. No rule changes.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "standards"
AMENDMENT = Amendment(
    name="rfc6528",
    title="ISNs from a clock with a secret offset for each address pair",
    source="RFC 6528 §3; RFC 9293 §3.4.1 (SHLD-1, MUST-9)",
    scope={"sequence": "clock"},
)
