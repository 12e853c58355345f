"""PAWS: a segment whose timestamp is older than the last one recorded is acknowledged and dropped.

Timestamps are ranks: a greater one is newer, -1 stands for none, so a segment without timestamp counts as old
once the peer has sent one; a RST is exempt. Wanted by everyone who argues that timestamps make old segments
harmless and TIME-WAIT therefore short, as Linux's tcp_tw_reuse does.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "standards"
old_timestamp = ~RST & (SEG_TS < TS_RECENT)
# R3 of §4.3; RCV.NXT stands for Last.ACK.sent, since every segment sent acknowledges RCV.NXT.
newest = ite((SEG_SEQ <= RCV_NXT) & (TS_RECENT <= SEG_TS), SEG_TS, TS_RECENT)

AMENDMENT = Amendment(
    name="paws",
    title="timestamps protect against old segments (PAWS)",
    source="RFC 7323 §4.3, §5.3",
    changes=(
        *(
            insert(Rule(f"{state}.paws", state, "SEGMENT", "RFC 7323 §5.3",
                        "R1: an older timestamp than the last: acknowledged and dropped.", guard=old_timestamp,
                        emits=(ack_segment(),), tags=frozenset({"challenge"})),
                   before=f"{state}.*")
            for state in ("SYN-RECEIVED", *SYNCHRONIZED)
        ),
        # The handshake records the first timestamp, every accepted segment at the left edge a newer one.
        merge("LISTEN.syn", {"TS.RECENT": SEG_TS}),
        merge("SYN-SENT.syn*", {"TS.RECENT": SEG_TS}),
        *(merge(f"*.{what}", {"TS.RECENT": newest}) for what in ("established", "text", "fin", "fin-a*")),
        merge("CLOSE-WAIT.ack", {"TS.RECENT": newest}),
        *(merge(f"{state}.other", {"TS.RECENT": newest}) for state in ("CLOSING", "LAST-ACK")),
    ),
)  # fmt: skip
