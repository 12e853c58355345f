"""The three checks of RFC 5961, put on RFC 793: what lies in the window is challenged, not believed.

A RST that is not exactly at RCV.NXT, a SYN in any synchronized state and an acknowledgment older than the largest
window are answered by an ACK and have no effect. Wanted against off-path attackers, who must now guess one number
of 2^32 and not one of a window's worth. RFC 9293 contains these checks: there this amendment changes nothing.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "standards"
challenge = dict(emits=(ack_segment(),), tags=frozenset({"challenge"}))
too_old = acceptable & ~RST & ~SYN & ACK & ~(SND_UNA - MAX_SND_WND <= SEG_ACK)
inexact = acceptable & RST & ~(SEG_SEQ == RCV_NXT)

AMENDMENT = Amendment(
    name="rfc5961",
    title="RST, SYN and ACK are checked more closely, and challenged",
    source="RFC 5961 §3.2, §4.2, §5.2",
    changes=(
        *(insert(Rule(f"{state}.rst-inexact", state, "SEGMENT", "RFC 5961 §3.2",
                      "A RST in the window but not at RCV.NXT: challenge ACK.", guard=inexact, **challenge),
                 before=f"{state}.rst*") for state in ("SYN-RECEIVED", *SYNCHRONIZED)),
        change("*.syn", but=("LISTEN.syn", "SYN-SENT.syn"), to=None, text="A SYN in the window: challenge ACK.",
               clause="RFC 5961 §4.2", **challenge),
        *(insert(Rule(f"{state}.old-ack", state, "SEGMENT", "RFC 5961 §5.2",
                      "An acknowledgment that is too old: ACK.", guard=too_old, **challenge), before=f"{state}.*")
          for state in SYNCHRONIZED if state not in ("LAST-ACK", "TIME-WAIT")),
    ),
    over=("pre-rfc5961",),
)  # fmt: skip
