"""The table of TIME-WAITs is full: a connection that should enter TIME-WAIT is closed on the spot.

Linux allows net.ipv4.tcp_max_tw_buckets of them in all; beyond that it gives no TIME-WAIT and counts a
TCPTimeWaitOverflow. It is a TIME-WAIT that lasts no time at all: nobody answers a retransmitted FIN but CLOSED, with
a RST. Wanted to see what lowering that number costs besides saving memory.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "options"
AMENDMENT = Amendment(
    name="tw-overflow",
    title="TIME-WAIT of length 0: the table is full",
    source="Linux, Documentation/networking/ip-sysctl.rst, tcp_max_tw_buckets; net/ipv4/inet_timewait_sock.c",
    numbers={TIME_WAIT: constant(0)},
)
