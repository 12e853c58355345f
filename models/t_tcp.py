"""T/TCP: connection counts keep incarnations apart, and TIME-WAIT is cut short after a short connection.

Every segment carries the connection count (CC) of its sender, which grows from one connection of a host to the next.
A segment with another count than the peer's SYN had (CC.RECV) is acknowledged and dropped, a RST excepted; a SYN with
a greater one, which only a later incarnation can have, takes over a connection that is closing or in TIME-WAIT.
TIME-WAIT lasts 8·RTO if the connection lasted less than MSL, since the counts then do what it is there for; here it
is 12 s, for an RTO of 1.5 s and an MSL of 120 s, and the connection is taken to have been short. Wanted for
transactions: a request and its answer, thousands a second, each a connection.

Assumed: counts do not come round within 2·MSL (requirement R1 of RFC 1644 §2.3). Not modelled: a longer connection,
which waits 2·MSL and whose TIME-WAIT is not taken over; that a SYN,ACK echoes the count of the SYN (R2.2), and that
one with a bad acknowledgment is dropped instead of answered by RST (R2.1). That a SYN may bring its data along and
have it delivered at once is the amendment `tao`; without it LISTEN, which has no count yet, takes any SYN and asks
back, as TCP does.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "relatives"
COUNTS = "RFC 1644 §3.4 (R3.1, R4), Appendix A; FreeBSD 4, netinet/tcp_input.c"
TAKEN_OVER = "RFC 1644 §2.4, §3.4 (R1.6); FreeBSD 4, netinet/tcp_input.c"
other_count = ~RST & ~(SEG_TAG == CC_RECV)
later_syn = ~RST & ~ACK & SYN & (CC_RECV < SEG_TAG)
record = {"CC.RECV": SEG_TAG}
anew = {"RCV.NXT": SEG_SEQ + 1, "ISS": NEW_ISS, "SND.UNA": NEW_ISS, "SND.NXT": NEW_ISS + 1, "PASSIVE": lift(True),
        **record}

AMENDMENT = Amendment(
    name="t-tcp",
    title="connection counts (CC), and a TIME-WAIT cut short",
    source="RFC 1644; RFC 1379; FreeBSD 4, netinet/tcp_input.c and tcp_timer.h (TCPTV_TWTRUNC)",
    changes=(
        *(
            insert(Rule(f"{state}.other-count", state, "SEGMENT", COUNTS,
                        "Not the count of this connection: acknowledged and dropped.", guard=other_count,
                        emits=(ack_segment(),), tags=frozenset({"challenge"})), before=f"{state}.*")
            for state in ("SYN-RECEIVED", *SYNCHRONIZED)
        ),
        *(
            insert(Rule(f"{state}.later-syn", state, "SEGMENT", TAKEN_OVER,
                        "A SYN with a greater count: what is left here is done with, a new connection begins.",
                        guard=later_syn, to="SYN-RECEIVED", assign=anew, emits=(segment(ISS, RCV_NXT, syn=True),),
                        tags=frozenset({"reopens", "closes"})), before=f"{state}.*")
            for state in ("CLOSING", "LAST-ACK", "TIME-WAIT")
        ),
        merge("LISTEN.syn", record),
        merge("SYN-SENT.syn*", record),
    ),
    relevant={"CC.RECV": frozenset(STATES[3:])},
    numbers={TIME_WAIT: constant(12), "MSL": constant(120)},
)  # fmt: skip
