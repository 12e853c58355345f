"""Linux: RFC 9293 with timestamps and with a TIME-WAIT of its own, which lasts 60 s.

Retransmission timeouts lie between 0.2 s and 120 s. tcp_tw_reuse is 2 unless set, which lets connect() take over a
TIME-WAIT on the loopback interface only: off, for everyone else. tcp_rfc1337 is 0: a RST ends TIME-WAIT. Wanted as the
machine that most readers have; `linux-rfc1337` and `linux-tw-reuse` are those with one sysctl changed.
"""

GROUP = "stacks"
SUM = "rfc9293+linux-time-wait+paws+linux-paws"
