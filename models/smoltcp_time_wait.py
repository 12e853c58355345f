"""TIME-WAIT of smoltcp: 10 s, restarted by whatever lies outside the window and acknowledges our FIN.

Such a segment, a RST without regard to its ACK field, is answered by an ACK; a RST in the window ends TIME-WAIT; a
segment without ACK, or with an ACK below SND.NXT, is dropped unseen, one that acknowledges more than was sent is
answered; the rest is ignored. Wanted by embedded systems that cannot keep a socket for minutes. CLOSE_DELAY is 10 s
whatever the MSL. Its limit of one such ACK a second is left out.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "stacks"
ours = ~RST & ACK & (SEG_ACK == SND_NXT)
beyond = ~RST & ACK & (SND_NXT < SEG_ACK)
clause = "smoltcp, src/socket/tcp.rs, process"
restart = dict(emits=(ack_segment(),), restarts=(("time-wait", TRUE),), tags=frozenset({"restarts"}), clause=clause)

AMENDMENT = Amendment(
    name="smoltcp-time-wait",
    title="TIME-WAIT as smoltcp has it",
    source="smoltcp 0.12, src/socket/tcp.rs: process, CLOSE_DELAY",
    changes=(
        *(remove(f"TIME-WAIT.{name}") for name in ("rst-challenge", "no-ack", "fin-again")),
        change("TIME-WAIT.rst", guard=acceptable & RST, text="A RST in the window: CLOSED.", clause=clause),
        change("TIME-WAIT.unacceptable-rst", text="A RST outside the window: ACK, and the timer restarts.", **restart),
        change("TIME-WAIT.unacceptable", guard=~acceptable & ours,
               text="Outside the window, such as a retransmitted FIN: ACK, and the timer restarts.", **restart),
        change("TIME-WAIT.syn", guard=beyond, text="It acknowledges what was never sent: ACK.", clause=clause),
        change("TIME-WAIT.other", guard=~RST & ~beyond & ~(~acceptable & ours), text="Dropped.", clause=clause,
               assign={}, restarts=()),
    ),
    numbers={TIME_WAIT: constant(10)},
)  # fmt: skip
