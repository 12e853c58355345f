"""smoltcp, a TCP/IP stack in Rust for machines without an operating system.

Its TIME-WAIT is its own; elsewhere this model is RFC 9293, although smoltcp is older in two places: every RST in the
window resets, and a SYN without ACK that meets a connection is dropped without an answer. Wanted by everyone who
builds a device with it, and as the shortest TIME-WAIT in wide use.
"""

GROUP = "stacks"
SUM = "rfc9293+smoltcp-time-wait"
