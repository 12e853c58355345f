"""Verification tags in place of TIME-WAIT: a segment of another connection is dropped, whatever its numbers are.

In SCTP both ends choose a random tag when they open, and every packet carries that of its receiver. A packet with
another tag is out of the blue: it is dropped, and where no connection exists it is answered without one, by
SHUTDOWN COMPLETE if it asks for that and by ABORT otherwise, with the tag that it came with. Wanted by everyone who
asks what TIME-WAIT would be for if connections had names: SCTP has none.

Here TCP has the tags and no TIME-WAIT. Its FIN stands for SHUTDOWN ACK, its bare ACK for SHUTDOWN COMPLETE, its RST
for ABORT; the half-close, which SCTP lacks, stays. (SCTP has an acknowledgment besides, SACK; one that comes late
does draw an ABORT.) Assumed: the tags of two incarnations never agree (32 random bits, RFC 9260 §5.3.1). An INIT
that restarts an association (§5.2) is left out: the SYN is dropped. LISTEN has no tag yet and takes any SYN; how SCTP
opens is `sctp-cookie`, and both together are `sctp`.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "relatives"
other_tag = ~(SEG_TAG == TAG)
bare_ack = ~RST & ~SYN & ACK & ~FIN & (SEG_TEXT == 0)
fin = ~RST & ~SYN & ACK & FIN
complete = (segment(SEG_ACK, SEG_SEQ + SEG_LEN),)
fin_again = (segment(SND_NXT - 1, RCV_NXT, fin=True),)
BLUE = "RFC 9260 §8.4"


def first(state, what, clause, text, guard, before, **fields):
    """A rule that is asked before others of its state."""
    rule = Rule(f"{state}.{what}", state, "SEGMENT", clause, text, guard=guard, **fields)
    return insert(rule, before=f"{state}.{before}")


AMENDMENT = Amendment(
    name="sctp-tags",
    title="segments with another connection's tag are dropped; no TIME-WAIT",
    source="RFC 9260 §8.4, §8.5, §9.2",
    changes=(
        *(
            first(state, "other-tag", "RFC 9260 §8.5", "Not the tag of this connection: dropped.", other_tag, "*")
            for state in STATES[2:]
        ),
        first("SYN-SENT", "other-fin", f"{BLUE} (5), §8.5.1", "The FIN of another connection: its ACK, its own tag.",
              other_tag & fin, "other-tag", emits=complete, tags=frozenset({"reflects"})),
        first("LAST-ACK", "other-syn", "RFC 9260 §9.2", "The peer opens again: the FIN is sent once more.",
              other_tag & SYN & ~RST & ~ACK, "other-tag", emits=fin_again),
        *(
            item for state in ("CLOSED", "LISTEN") for item in (
                first(state, "other-fin", f"{BLUE} (5)", "A FIN out of the blue: acknowledged all the same.", fin, "ack",
                      emits=complete),
                first(state, "bare-ack", f"{BLUE} (6)", "An ACK out of the blue: dropped.", bare_ack, "ack"),
            )
        ),
    ),
    numbers={TIME_WAIT: constant(0)},
)  # fmt: skip
