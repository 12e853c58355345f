"""TIME-WAIT of lwIP: no sequence check, RST ignored, any FIN restarts the timer, a SYN in the window draws a RST.

Whatever has a length is acknowledged (text, FIN, a SYN outside the window), an empty segment is not; the answer to a
SYN in the window is a RST, and yet the state stays. Wanted by lwIP, which reads RFC 793 and RFC 1337 together on
machines with little memory. TCP_MSL is 60 s and TIME-WAIT twice that. lwIP counts the octet just behind the window
as in it, which is not modelled.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "stacks"
in_window = SYN & SEG_SEQ.within(RCV_NXT, RCV_WND)
clause = "lwIP 2.2, src/core/tcp_in.c, tcp_timewait_input"


def rule(what, text, guard, **fields):
    return add(Rule(f"TIME-WAIT.{what}", "TIME-WAIT", "SEGMENT", clause, text, guard=guard, **fields))


AMENDMENT = Amendment(
    name="lwip-time-wait",
    title="TIME-WAIT as lwIP has it",
    source="lwIP 2.2, src/core/tcp_in.c and src/include/lwip/priv/tcp_priv.h",
    changes=(
        *(remove(f"TIME-WAIT.{name}") for name in ("unacceptable*", "rst*", "syn", "no-ack", "fin-again", "other")),
        rule("lwip-rst", "A RST is ignored.", RST),
        # lwIP's RST always has an ACK field, and without one to answer to its SEQ is that of an empty header, 0.
        rule("lwip-syn", "A SYN in the window: RST, but TIME-WAIT stays.", ~RST & in_window,
             emits=(segment(SEG_ACK, SEG_SEQ + SEG_LEN, rst=True, when=ACK),
                    segment(lift_seq(0), SEG_SEQ + SEG_LEN, rst=True, when=~ACK))),
        rule("lwip-fin", "A FIN, wherever it lies: acknowledged, and the timer restarts.", ~RST & ~SYN & FIN,
             emits=(ack_segment(),), restarts=(("time-wait", TRUE),), tags=frozenset({"restarts"})),
        rule("lwip-length", "Text, or a SYN outside the window: acknowledged.",
             ~RST & ~in_window & (SYN | (~FIN & ~(SEG_TEXT == 0))),
             emits=(ack_segment(),), tags=frozenset({"challenge"})),
        rule("lwip-empty", "Without length: nothing happens.", ~RST & ~SYN & ~FIN & (SEG_TEXT == 0)),
    ),
    numbers={"MSL": constant(60)},
)  # fmt: skip
