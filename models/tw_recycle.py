"""TIME-WAIT is given up after 3.5 RTO, and each host remembers the last timestamp of the other's address for 60 s.

Linux's net.ipv4.tcp_tw_recycle, as RFC 1323 (appendix B.2 (b)) suggests: a SYN whose timestamp is older than the one
remembered is dropped, for it may be an old duplicate. But an address is not a host: of several hosts behind one
address (NAT) each has a clock of its own, and the SYNs of those whose clocks are behind are dropped for a minute,
without an answer. Ask for them with --calls open,close,other-host. Since Linux 4.10, timestamps begin anywhere in
every connection, so that even one host met this; 4.12 removed it.

RTO is taken for its least value, 0.2 s, so TIME_WAIT = 0.7 s. Not modelled: that a timestamp older by a single tick
passes; that the minute begins with the last timestamp rather than with the end of the connection; and that only an
end which was in TIME-WAIT remembers. Wanted by servers with many connections in TIME-WAIT.
"""

from fractions import Fraction

from tcpverify.tcp.vocabulary import *

GROUP = "options"
CLAUSE = "Linux 4.11, tcp_peer_is_proven()"
older = ~RST & ~ACK & SYN & (0 <= TS_RECENT) & (SEG_TS < TS_RECENT)
without = frozenset({"CLOSED", "LISTEN"})

AMENDMENT = Amendment(
    name="tw-recycle",
    title="TIME-WAIT is recycled after 3.5 RTO; older SYNs from the same address are dropped (tcp_tw_recycle)",
    source="Linux 4.11, tcp_time_wait() and tcp_peer_is_proven(); removed by commit 4396e46187ca; RFC 1323, appendix B.2",
    changes=(
        insert(Rule("LISTEN.older-syn", "LISTEN", "SEGMENT", CLAUSE,
                    "A SYN whose timestamp is older than the last from this address, within PAWS_MSL: dropped.",
                    guard=older & ~elapsed("remembered", parameter("PAWS_MSL"))),
               before="LISTEN.*"),
    ),
    timers=(Timer("remembered", "", without, 0 <= TS_RECENT, CLAUSE),),
    numbers={TIME_WAIT: constant(Fraction(7, 10)), "PAWS_MSL": constant(60)},
    relevant={"TS.RECENT": without},
    over=("linux-time-wait",),
    scope={"sequence": "timestamps"},
)  # fmt: skip
