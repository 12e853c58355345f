"""lwIP, the lightweight TCP/IP stack: RFC 9293 with a TIME-WAIT of its own.

Outside TIME-WAIT it has the RST and SYN checks of RFC 5961 (`tcp_process`), as RFC 9293 has; its time limit on
FIN-WAIT-2 (20 s) is left out. Wanted by everyone who builds a device with it: TCP_MSL is 60 s.
"""

GROUP = "stacks"
SUM = "rfc9293+lwip-time-wait"
