"""TIME-WAIT of Linux: 60 s, ended by a RST, prolonged by every segment with ACK, reopened by a SYN that is newer.

An empty segment exactly at RCV.NXT restarts the timer in silence; any other segment with an ACK restarts it and is
acknowledged, wherever it lies, so an old duplicate prolongs TIME-WAIT as a retransmitted FIN does. A SYN beyond
RCV.NXT, or one with a newer timestamp, begins a new connection, whose ISN lies a window beyond the old SND.NXT. A
comment in the source regrets that it cannot go back to TIME-WAIT if that SYN was an old one (RFC 1122 §4.2.2.13 (b)).

Left out: the answers to empty segments and to SYNs come at most once in 500 ms (tcp_invalid_ratelimit); a SYN that
nobody listens for is acknowledged; outside TIME-WAIT, Linux takes a segment that ends at RCV.NXT, or begins at the
right edge of the window, for acceptable, and believes a RST at RCV.NXT-1 after a FIN. Left out too: the ISNs of a
connection that begins in CLOSED come from a clock with a secret offset (RFC 6528), whereas in `linux`, which has
timestamps, they may fall anywhere; `--sequence clock` has the one without the other. Wanted by nearly everyone: it
is what most servers run. Linux names no MSL; 30 s is the one of which 60 s are twice.
"""

from fractions import Fraction

from tcpverify.tcp.vocabulary import *

GROUP = "stacks"
CLAUSE = "Linux 6.18, tcp_timewait_state_process()"
exact, empty, lone_syn = SEG_SEQ == RCV_NXT, SEG_LEN == 0, SYN & ~ACK
newer = (RCV_NXT < SEG_SEQ) | ((0 <= TS_RECENT) & (TS_RECENT < SEG_TS))
silent = exact & empty
other = ~RST & ~silent
restart = (("time-wait", TRUE),)


def rule(what, text, guard, **fields):
    return add(Rule(f"TIME-WAIT.{what}", "TIME-WAIT", "SEGMENT", CLAUSE, text, guard=guard, **fields))


AMENDMENT = Amendment(
    name="linux-time-wait",
    title="TIME-WAIT as Linux has it",
    source="Linux 6.18, net/ipv4/tcp_minisocks.c, tcp_timewait_state_process(); include/net/tcp.h",
    changes=(
        *(remove(f"TIME-WAIT.{name}") for name in ("unacceptable*", "rst*", "syn", "no-ack", "fin-again", "other")),
        rule("rst", "A RST exactly at RCV.NXT ends TIME-WAIT.", RST & exact, to="CLOSED", tags=frozenset({"reset"})),
        rule("rst-elsewhere", "A RST anywhere else is dropped.", RST & ~exact),
        rule("bare", "Without length and exactly at RCV.NXT: the timer restarts, no answer.", ~RST & silent,
             restarts=restart, tags=frozenset({"restarts"})),
        rule("reopen", "A SYN beyond RCV.NXT, or with a newer timestamp: a new connection begins.",
             other & lone_syn & newer, to="SYN-RECEIVED",
             assign={"RCV.NXT": SEG_SEQ + 1, "ISS": NEW_ISS, "SND.UNA": NEW_ISS, "SND.NXT": NEW_ISS + 1,
                     "PASSIVE": lift(True), "TS.RECENT": SEG_TS},
             chooses=SND_NXT + RCV_WND < NEW_ISS, emits=(segment(ISS, RCV_NXT, syn=True),),
             tags=frozenset({"reopens"})),
        rule("with-ack", "Anything else with an ACK, a retransmitted FIN for one: acknowledged, the timer restarts.",
             other & ACK, emits=(ack_segment(),), restarts=restart, tags=frozenset({"restarts"})),
        rule("without-ack", "Anything else without ACK, an older SYN for one: acknowledged.",
             other & ~ACK & ~(SYN & newer), emits=(ack_segment(),), tags=frozenset({"challenge"})),
    ),
    numbers={TIME_WAIT: constant(60), "MSL": constant(30), "RTO_MIN": constant(Fraction(1, 5)),
             "RTO_MAX": constant(120)},
)  # fmt: skip
