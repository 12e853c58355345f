"""SO_REUSEPORT: several sockets may bind the same address and port, and share what arrives. TCP is unchanged.

All of them must set it, under one user; the kernel spreads new connections among the listeners. It recycles nothing:
the options meant by those who say so are net.ipv4.tcp_tw_recycle, removed in Linux 4.12, and net.ipv4.tcp_tw_reuse.
Wanted by those who believe that it makes TIME-WAIT end quickly.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "options"
AMENDMENT = Amendment(
    name="reuseport",
    title="SO_REUSEPORT: sockets share a port, TCP is unchanged",
    source="socket(7), since Linux 3.9",
)
