"""Linux: RFC 9293 with timestamps and with a TIME-WAIT of its own, which lasts 60 s.

Retransmission timeouts lie between 0.2 s and 120 s. tcp_tw_reuse is 2 unless set, which lets connect() take over a
TIME-WAIT on the loopback interface only: off, for everyone else. tcp_rfc1337 is 0: a RST ends TIME-WAIT.

Left out: ISNs. Linux's come from a clock with a secret offset for every address pair (RFC 6528), and so lie beyond the
old connection's as long as that did not outrun the clock. Here, where segments carry timestamps, they may fall
anywhere, just below the old one's too, and a refutation may rest on that. No regime has both: `--sequence clock` has
such ISNs and no timestamps, without which PAWS protects from nothing.

Wanted as the machine that most readers have; `linux-rfc1337` and `linux-tw-reuse` are those with one sysctl changed.
"""

GROUP = "stacks"
SUM = "rfc9293+linux-time-wait+paws+linux-paws"
