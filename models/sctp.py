"""TCP with SCTP's tags and SCTP's cookie, and without TIME-WAIT.

What is left of TCP is its numbers, its half-close and its RST. Wanted by everyone who points to SCTP as a protocol
that needs no TIME-WAIT.
"""

GROUP = "relatives"
SUM = "rfc9293+sctp-tags+sctp-cookie"
