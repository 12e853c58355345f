"""TIME-WAIT of FreeBSD: every RST is dropped, a SYN beyond RCV.NXT reopens, a retransmitted FIN restarts the timer.

What has an ACK is acknowledged, wherever it lies, unless it is an empty segment exactly at RCV.NXT that acknowledges
SND.NXT; what has none is dropped. There is no PAWS: a SYN is judged by its sequence number alone, however old its
timestamp is (against RFC 6191, which came later), but a segment without a timestamp is dropped if timestamps were
used. Left out: net.inet.tcp.nolocaltimewait (no TIME-WAIT between ends of one host), and that a full table gives up
its oldest TIME-WAIT. Wanted by everyone whose stack descends from 4.4BSD. MSL is 30 s (net.inet.tcp.msl).
"""

from tcpverify.tcp.vocabulary import *

GROUP = "stacks"
CLAUSE = "FreeBSD 13, tcp_twcheck()"
greater = ~RST & SYN & (RCV_NXT < SEG_SEQ)
missing = (0 <= TS_RECENT) & (SEG_TS < 0)
seen = ~RST & ACK & ~missing & ~greater
again = FIN & (SEG_SEQ + SEG_LEN == RCV_NXT)
bare = (SEG_LEN == 0) & (SEG_SEQ == RCV_NXT) & (SEG_ACK == SND_NXT)


def rule(what, text, guard, **fields):
    return add(Rule(f"TIME-WAIT.{what}", "TIME-WAIT", "SEGMENT", CLAUSE, text, guard=guard, **fields))


AMENDMENT = Amendment(
    name="freebsd-time-wait",
    title="TIME-WAIT as FreeBSD has it",
    source="FreeBSD 13, sys/netinet/tcp_timewait.c, tcp_twcheck(); sys/netinet/tcp_timer.h, TCPTV_MSL",
    changes=(
        *(remove(f"TIME-WAIT.{name}") for name in ("unacceptable*", "rst*", "syn", "no-ack", "fin-again", "other")),
        rule("rst", "A RST is dropped.", RST),
        rule("reopen", "A SYN beyond RCV.NXT: a new connection begins.", greater & ~ACK, to="SYN-RECEIVED",
             assign={"RCV.NXT": SEG_SEQ + 1, "ISS": NEW_ISS, "SND.UNA": NEW_ISS, "SND.NXT": NEW_ISS + 1,
                     "PASSIVE": lift(True), "TS.RECENT": SEG_TS},
             emits=(segment(ISS, RCV_NXT, syn=True),), tags=frozenset({"reopens"})),
        rule("syn-ack", "A SYN,ACK beyond RCV.NXT: TIME-WAIT is given up too, and whoever listens refuses it.",
             greater & ACK, to="CLOSED", emits=(segment(SEG_ACK, rst=True),), tags=frozenset({"reset"})),
        rule("no-ack", "Anything else without ACK is dropped.", ~RST & ~ACK & ~greater),
        rule("no-timestamp", "Without a timestamp where they are used: dropped.", ~RST & ACK & missing & ~greater),
        rule("fin-again", "The retransmitted FIN: acknowledged, and the timer restarts.", seen & again,
             emits=(ack_segment(),), restarts=(("time-wait", TRUE),), tags=frozenset({"restarts"})),
        rule("bare", "The ACK that is expected: nothing happens.", seen & ~again & bare),
        rule("other", "Anything else is acknowledged.", seen & ~again & ~bare, emits=(ack_segment(),),
             tags=frozenset({"challenge"})),
    ),
    numbers={"MSL": constant(30)},
)  # fmt: skip
