"""Linux 4.11 with net.ipv4.tcp_tw_recycle=1, the last version that had it.

Elsewhere it is taken to do what `linux` does. Wanted to see why servers behind a load balancer, or with clients behind
one address, lost connections with it.
"""

GROUP = "stacks"
SUM = "linux+tw-recycle"
