"""A host in TIME-WAIT may connect again to the same peer and port, if timestamps were used and REUSE_DELAY has passed.

Linux's net.ipv4.tcp_tw_reuse=1, with tcp_tw_reuse_delay (one second unless set): the new ISN lies more than a window
beyond the old SND.NXT and the last timestamp of the peer is inherited, so that PAWS can tell old segments. Only
connect() is affected, not accept(). Wanted by hosts that open many connections to one server and run out of ports.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "variants"
old_enough = elapsed("time-wait", parameter("REUSE_DELAY")) & (0 <= TS_RECENT)

AMENDMENT = Amendment(
    name="tw-reuse",
    title="connect() may take over a TIME-WAIT of its own after REUSE_DELAY (tcp_tw_reuse)",
    source="Linux 6.18, tcp_twsk_unique(); ip-sysctl.rst, tcp_tw_reuse and tcp_tw_reuse_delay; RFC 6191",
    changes=(
        insert(Rule("TIME-WAIT.reuse", "TIME-WAIT", "OPEN-ACTIVE", "Linux 6.18, tcp_twsk_unique()",
                    "Timestamps were used and REUSE_DELAY is over: a SYN is sent from TIME-WAIT.", guard=old_enough,
                    to="SYN-SENT", assign={"ISS": NEW_ISS, "SND.UNA": NEW_ISS, "SND.NXT": NEW_ISS + 1},
                    chooses=SND_NXT + RCV_WND < NEW_ISS, emits=(segment(ISS, syn=True),),
                    tags=frozenset({"opens"})),
               before="TIME-WAIT.open-active"),
        # Elsewhere no timestamp is known in SYN-SENT; here the old connection's is.
        insert(Rule("SYN-SENT.paws", "SYN-SENT", "SEGMENT", "Linux 6.18, tcp_rcv_synsent_state_process()",
                    "A SYN with an older timestamp than the last of the old connection: dropped.",
                    guard=~RST & SYN & (~ACK | ack_acceptable) & (SEG_TS < TS_RECENT)),
               before="SYN-SENT.syn*"),
    ),
    numbers={"REUSE_DELAY": constant(1)},
    scope={"sequence": "timestamps"},
)  # fmt: skip
