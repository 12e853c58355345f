"""A two-way handshake for RST: who sends one keeps its state until it is acknowledged, who receives one waits.

ABORT leads to LAST-ACK, where the RST is sent again until its acknowledgment arrives; the end that the RST reaches
acknowledges it and enters TIME-WAIT. Wanted because a connection that ends by RST leaves old segments behind like
any other, and TCP has no TIME-WAIT for it: neither end waits, and a RST that is lost leaves the peer half open.

What is certain is the abstract of the proposal, which says what the two sentences above say. Its text could not be
read; what follows from it here is this model's choice: the RST occupies one sequence number, as a FIN does, so that
it can be acknowledged at all; a RST that was consumed and arrives again in TIME-WAIT is acknowledged and restarts the
timer; any other RST is ignored there, or an end in CLOSED and one in TIME-WAIT would answer each other for ever; a
passive opener in SYN-RECEIVED returns to LISTEN as before. The proposal is about timeouts and ICMP too: a user timeout
deletes the TCB here as in RFC 9293. RFC 1337 does not mention it, nor does RFC 9293.
"""

from dataclasses import replace

from tcpverify.tcp.registry import load
from tcpverify.tcp.vocabulary import *

GROUP = "variants"
base = load("rfc9293").table
memo = "draft-heavens-problems-rsts-01, abstract"
# Only LAST-ACK must know which of the two waits for its acknowledgment, and PASSIVE has no meaning there: true
# stands for a RST, false for a FIN.
waits_for_rst, fin_front = PASSIVE, SND_UNA + 1 == SND_NXT
rst_again = ~acceptable & RST & (SEG_SEQ + 1 == RCV_NXT)

HANDSHAKE = Amendment(
    name="rst-handshake",
    title="a RST is acknowledged: its sender waits in LAST-ACK, its receiver in TIME-WAIT",
    source="I. Heavens, Problems with TCP Connections Terminated by RSTs or Timers, 1995",
    changes=(
        *(change(f"{state}.abort", to="LAST-ACK", assign={"SND.NXT": SND_NXT + 1, "PASSIVE": lift(True)}, clause=memo,
                 emits=(segment(SND_NXT - 1, rst=True),), text="A RST is sent; its acknowledgment is waited for.")
          for state in ("SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT")),
        merge("CLOSE-WAIT.close", {"PASSIVE": False}),
        change("LAST-ACK.retransmission-timeout", clause=memo,
               emits=(segment(SND_NXT - 1, rst=True, when=waits_for_rst),
                      segment(SND_UNA, RCV_NXT, fin=True, when=fin_front & ~waits_for_rst),
                      segment(SND_UNA, RCV_NXT, text=SND_NXT - SND_UNA - 1, when=~fin_front & ~waits_for_rst))),
        *(change(f"{state}.rst", to="TIME-WAIT", assign={"RCV.NXT": SEG_SEQ + 1}, emits=(ack_segment(),), clause=memo,
                 text="Step 2: the connection is reset; the RST is acknowledged, and TIME-WAIT starts.")
          for state in SYNCHRONIZED if state != "TIME-WAIT"),
        change("TIME-WAIT.rst", to=None, tags=frozenset(), clause=memo, text="Another RST: ignored."),
        insert(Rule("TIME-WAIT.rst-again", "TIME-WAIT", "SEGMENT", memo,
                    "The RST again: acknowledged, and the timer restarts.", guard=rst_again, emits=(ack_segment(),),
                    restarts=(("time-wait", TRUE),), tags=frozenset({"restarts"})), before="TIME-WAIT.*"),
    ),
)  # fmt: skip

MODEL = replace(
    base.amended(HANDSHAKE),
    name="heavens",
    title="RFC 9293 with a two-way handshake for RST",
    source="RFC 9293; I. Heavens, draft-heavens-problems-rsts-01 (1995)",
    relevant={**base.relevant, "PASSIVE": base.relevant["PASSIVE"] | {"LAST-ACK"}},
)
