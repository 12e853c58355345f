"""Linux with net.ipv4.tcp_rfc1337=1: a RST does not end TIME-WAIT, nor does it restart its timer (since 6.18).

The kernel's own text on this sysctl says the opposite of what the code does; tcp(7) has it right. Wanted by operators
who have read RFC 1337.
"""

GROUP = "stacks"
SUM = "linux+rfc1337"
