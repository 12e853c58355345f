"""A SYN reopens TIME-WAIT if its timestamp, or else its sequence number, is newer than the last; others are dropped.

The whole decision of RFC 6191 §2: what counts is whether the old connection used timestamps and whether the SYN has
one. A SYN that is refused is dropped in silence and TIME-WAIT stays as it is, where RFC 9293 would acknowledge it:
the opener learns nothing and sends its SYN again. "Last sequence number seen" is that of the FIN, RCV.NXT-1. What
PAWS says of other segments is `paws`, which belongs before this amendment (rfc9293+paws+rfc6191): put after it, as
happens by itself where segments carry timestamps, PAWS acknowledges an older SYN before these rules see it. Ask
with --reopen passive or both, so that the peer of an end in TIME-WAIT may open. Wanted by servers whose clients come
back from the same port (RFC 9293 §3.6.1, SHLD-4).
"""

from tcpverify.tcp.vocabulary import *

GROUP = "standards"
syn = ~RST & ~ACK & SYN
used, stamped, beyond = 0 <= TS_RECENT, 0 <= SEG_TS, RCV_NXT <= SEG_SEQ
same = (SEG_TS == TS_RECENT) & beyond
newer = ite(used, (stamped & ((TS_RECENT < SEG_TS) | same)) | (~stamped & beyond), stamped | beyond)

AMENDMENT = Amendment(
    name="rfc6191",
    title="timestamps, or else sequence numbers, decide whether a SYN reopens TIME-WAIT",
    source="RFC 6191 §2 (BCP 159); RFC 9293 §3.6.1 (SHLD-4)",
    changes=(
        insert(Rule("TIME-WAIT.refused", "TIME-WAIT", "SEGMENT", "RFC 6191 §2",
                    "A SYN that is no newer than the old connection: dropped in silence.", guard=syn & ~newer),
               before="TIME-WAIT.*"),
        insert(Rule("TIME-WAIT.reopen", "TIME-WAIT", "SEGMENT", "RFC 6191 §2",
                    "A SYN newer than the old connection, by its timestamp or its SEQ: a new one begins.",
                    guard=syn & newer, to="SYN-RECEIVED",
                    assign={"RCV.NXT": SEG_SEQ + 1, "ISS": NEW_ISS, "SND.UNA": NEW_ISS, "SND.NXT": NEW_ISS + 1,
                            "PASSIVE": lift(True), "TS.RECENT": SEG_TS}, chooses=SND_NXT < NEW_ISS,
                    emits=(segment(ISS, RCV_NXT, syn=True),), tags=frozenset({"reopens"})),
               before="TIME-WAIT.*"),
    ),
    over=("rfc1122-reopen",),
)  # fmt: skip
