"""T/TCP's accelerated open (TAO): a SYN brings its data along, and a server that knows the client delivers it at once.

An active OPEN sends what is written with its SYN. A host remembers of every other the last connection count that it
has accepted (CC.CACHE): a SYN with a greater one cannot be an old one, so its data is delivered and the connection is
ESTABLISHED without a handshake; the SYN of the server is still unacknowledged (RFC 1644 calls this ESTABLISHED*). Any
other SYN is asked back, as in TCP, and its data comes again after the handshake, instead of being queued meanwhile.
Wanted for transactions: a request that costs no round trip for the handshake.

Assumed: hosts have talked before the run begins, and none forgets the count. Not modelled: CC.NEW, by which a client
says that its counts may have jumped back; a FIN that comes with the SYN; data of the server in its SYN,ACK, and data
of the client after its SYN and before the SYN,ACK; TAO where both ends open at once, who then shake hands.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "relatives"
#: the TAO test, which is met only where a count is remembered
tao = (0 <= CC_CACHE) & (CC_CACHE < SEG_TAG)
early = {"ISS": NEW_ISS, "SND.UNA": NEW_ISS, "SND.NXT": NEW_ISS + 1 + DATA}
with_data = segment(ISS, syn=True, text=SND_NXT - ISS - 1)
unacknowledged = SND_UNA == ISS
half = dict(to="ESTABLISHED", emits=(segment(ISS, RCV_NXT, syn=True),),
            assign={"RCV.NXT": SEG_SEQ + 1 + SEG_TEXT, "ISS": NEW_ISS, "SND.UNA": NEW_ISS, "SND.NXT": NEW_ISS + 1,
                    "CC.RECV": SEG_TAG, "CC.CACHE": SEG_TAG})


def if_none(count):
    """A handshake fills an empty cache and never changes a full one: it might go back to an older count."""
    return {"CC.CACHE": ite(0 <= CC_CACHE, CC_CACHE, count)}


AMENDMENT = Amendment(
    name="tao",
    title="data with the SYN, delivered at once if the connection count is new (TAO)",
    source="RFC 1644 §2.1, §3.3, §3.4; RFC 1379",
    changes=(
        *(change(f"{state}.open-active", text="A SYN is sent, and what is written with it.", assign=early,
                 emits=(with_data,)) for state in ("CLOSED", "LISTEN")),
        change("SYN-SENT.retransmission-timeout", emits=(with_data,)),
        # SENDSYN of §3.3: while its SYN is not acknowledged, ESTABLISHED* sends it again.
        change("ESTABLISHED.retransmission-timeout", emits=(
            segment(ISS, RCV_NXT, syn=True, when=unacknowledged),
            segment(SND_UNA, RCV_NXT, text=SND_NXT - SND_UNA, when=~unacknowledged & ~(SND_UNA == SND_NXT)),
        )),
        insert(Rule("LISTEN.tao", "LISTEN", "SEGMENT", "RFC 1644 §2.1, §3.4 (R1.2)",
                    "A SYN with a greater count than the last from this host: its data is delivered at once.",
                    guard=~RST & ~ACK & SYN & tao, **half), before="LISTEN.*"),
        *(
            insert(Rule(f"{state}.later-syn-tao", state, "SEGMENT", "RFC 1644 §2.4, §3.4 (R1.6, R1.2)",
                        "A SYN with a greater count: what is left here is done with, its data is delivered at once.",
                        guard=~RST & ~ACK & SYN & (CC_RECV < SEG_TAG) & tao, tags=frozenset({"reopens", "closes"}),
                        **half), before=f"{state}.*")
            for state in ("CLOSING", "LAST-ACK", "TIME-WAIT")
        ),
        # Data that the SYN,ACK does not acknowledge goes with the ACK of it (Figure 4; R2.4).
        change("SYN-SENT.syn-ack",
               assign={"RCV.NXT": SEG_SEQ + 1, "SND.UNA": SEG_ACK, "CC.RECV": SEG_TAG, **if_none(SEG_TAG)},
               emits=(segment(SND_UNA, RCV_NXT, text=SND_NXT - SND_UNA),)),
        # R3.2
        merge("SYN-RECEIVED.established", if_none(CC_RECV)),
        merge("SYN-RECEIVED.fin", if_none(CC_RECV)),
    ),
    over=("t-tcp",),
    scope={"start": "closed"},
)  # fmt: skip
