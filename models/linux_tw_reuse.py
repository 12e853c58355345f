"""Linux with net.ipv4.tcp_tw_reuse=1: connect() may take over a TIME-WAIT that is a second old, if timestamps are used.

It changes what this host does when it opens, not what it accepts, so it is no help to a server that others connect
to. Wanted by proxies and load generators that run out of ports.
"""

GROUP = "stacks"
SUM = "linux+tw-reuse"
