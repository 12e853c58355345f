"""SCTP's way to open: LISTEN keeps nothing of a SYN and believes only what its own answer told.

A listener answers INIT by INIT ACK, puts all that it would have to keep into a signed cookie and forgets it. The
connection exists once the opener has returned the cookie: INIT, INIT ACK, COOKIE ECHO, COOKIE ACK. Wanted against
floods of SYNs; here because an old INIT then does nothing, where an old SYN takes LISTEN to SYN-RECEIVED. An old
COOKIE ECHO still opens: its signature is good. SCTP bounds that by the lifetime of a cookie (Valid.Cookie.Life, 60 s
are proposed), which is not modelled.

INIT is written SYN, INIT ACK SYN,ACK, COOKIE ECHO SYN,FIN,ACK (which TCP never sends) and COOKIE ACK is a bare ACK;
the state COOKIE-ECHOED is SYN-RECEIVED. That a listener knows its own cookie goes without saying: a signature.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "relatives"
echo = ~RST & SYN & ACK & FIN
returned = (segment(ISS, RCV_NXT, syn=True, fin=True),)

AMENDMENT = Amendment(
    name="sctp-cookie",
    title="LISTEN keeps nothing until its answer is returned",
    source="RFC 9260 §5.1, §5.2.1, §5.2.4",
    changes=(
        change("LISTEN.syn", to=None, assign={}, emits=(segment(NEW_ISS, SEG_SEQ + 1, syn=True),),
               clause="RFC 9260 §5.1 (B)", text="A connection is asked for: SYN,ACK; nothing is kept."),
        insert(Rule("LISTEN.cookie", "LISTEN", "SEGMENT", "RFC 9260 §5.1 (D)",
                    "The opener returns what it was told: established.", guard=echo, to="ESTABLISHED",
                    assign={"ISS": SEG_ACK - 1, "SND.UNA": SEG_ACK, "SND.NXT": SEG_ACK, "RCV.NXT": SEG_SEQ + 1},
                    emits=(ack_segment(),)), before="LISTEN.*"),
        change("SYN-SENT.syn", to=None, assign={}, emits=(segment(ISS, SEG_SEQ + 1, syn=True),), restarts=(),
               clause="RFC 9260 §5.2.1", text="Both open at once: SYN,ACK; nothing is kept."),
        change("SYN-SENT.syn-ack", to="SYN-RECEIVED", assign={"RCV.NXT": SEG_SEQ + 1, "PASSIVE": lift(False)},
               emits=returned, restarts=(("retransmission", TRUE),), clause="RFC 9260 §5.1 (C)",
               text="Our SYN is answered: what the answer told is returned."),
        change("SYN-RECEIVED.retransmission-timeout", emits=returned),
        insert(Rule("SYN-RECEIVED.cookie", "SYN-RECEIVED", "SEGMENT", "RFC 9260 §5.2.4",
                    "Both have opened: established.", guard=echo & (SEG_TAG == TAG) & ack_new, to="ESTABLISHED",
                    assign={"SND.UNA": SEG_ACK}, emits=(ack_segment(),)), before="SYN-RECEIVED.*"),
    ),
)  # fmt: skip
