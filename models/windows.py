"""Windows: RFC 9293 with a TIME-WAIT of 120 s, which a RST ends, and which is silent to new FINs and text.

The number is that of Windows XP and Server 2003 on IPv4, the last that Microsoft documents as a default; the rules
are those that others learned from Windows 8 by experiment. Both are uncertain for what is in use today, and Windows
may free a TIME-WAIT early when it runs out of TCBs. Wanted by administrators who are told to lower TcpTimedWaitDelay.
"""

GROUP = "stacks"
SUM = "rfc9293+new-fin-ignored+time-wait-120s"
