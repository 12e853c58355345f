"""FreeBSD 13: RFC 9293 with a TIME-WAIT of its own, of twice an MSL of 30 s.

Outside TIME-WAIT it has the checks of RFC 5961, as RFC 9293 has. Where it differs is left out: the time limit on
FIN-WAIT-2, and the answer to a FIN in CLOSING, which is the own FIN again and not a bare ACK. The new ISN takes no
account of the old connection's numbers, unless the generator does (`clock`): see what that means where the peer comes
back, with --reopen passive. Wanted by everyone who runs it, and as the stack that ignores every RST in TIME-WAIT, as
RFC 1337 recommends.
"""

GROUP = "stacks"
SUM = "rfc9293+freebsd-time-wait"
