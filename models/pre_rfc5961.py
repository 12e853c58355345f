"""RFC 793's checks, before RFC 5961: whatever lies in the window is believed.

Any RST in the window resets, where RFC 5961 challenges all but the one at RCV.NXT; a SYN in the window is an error
that is answered by RST and deletes the TCB; of ACK fields only those beyond SND.NXT are refused, however old the
others are. Wanted to see what the three checks of RFC 5961 are worth to TIME-WAIT, and by those who run a stack that
never adopted them. A SYN that finds a passive opener in SYN-RECEIVED returns it to LISTEN, as RFC 1122 §4.2.2.20
says. RFC 793 does not give the form of the RST; the one here is that of its reset generation, page 36.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "standards"
checked = acceptable & ~RST & ~SYN & ACK
# Which segments each of these rules takes, of those that have passed the checks.
taken = {
    "ESTABLISHED.text": ~fin_in_order, "ESTABLISHED.fin": fin_in_order,
    "FIN-WAIT-1.text": ~fin_acked & ~fin_in_order, "FIN-WAIT-1.fin-acked": fin_acked & ~fin_in_order,
    "FIN-WAIT-1.fin": ~fin_acked & fin_in_order, "FIN-WAIT-1.fin-and-ack": fin_acked & fin_in_order,
    "FIN-WAIT-2.text": ~fin_in_order, "FIN-WAIT-2.fin": fin_in_order,
    "CLOSE-WAIT.ack": TRUE, "CLOSING.fin-acked": fin_acked, "CLOSING.other": ~fin_acked,
}  # fmt: skip

AMENDMENT = Amendment(
    name="pre-rfc5961",
    title="the checks of RFC 793: any RST in the window resets, a SYN there too, old ACKs are taken",
    source="RFC 793, pages 66 to 72",
    changes=(
        remove("*.rst-challenge"),
        *(change(f"{s}.rst", guard=acceptable & RST, text="A RST in the window: reset.") for s in SYNCHRONIZED),
        change("SYN-RECEIVED.rst-passive", guard=acceptable & RST & PASSIVE),
        change("SYN-RECEIVED.rst-active", guard=acceptable & RST & ~PASSIVE),
        change("*.syn", but=("LISTEN.syn", "SYN-SENT.syn"), to="CLOSED", tags=frozenset({"reset"}),
               emits=(segment(SEG_ACK, rst=True, when=ACK),
                      segment(lift_seq(0), SEG_SEQ + SEG_LEN, rst=True, when=~ACK)),
               text="A SYN in the window is an error: RST, and the TCB is deleted.", clause="RFC 793, page 71"),
        change("*.bad-ack", but=("SYN-SENT.bad-ack", "SYN-RECEIVED.bad-ack"),
               guard=checked & ~(SEG_ACK <= SND_NXT),
               text="It acknowledges what was never sent: ACK."),
        *(change(name, guard=checked & (SEG_ACK <= SND_NXT) & which) for name, which in taken.items()),
    ),
)  # fmt: skip
