"""TIME-WAIT lasts 120 s, whatever the MSL is.

A number in place of 2·MSL: that of Windows XP and Windows Server 2003 on IPv4 (TcpTimedWaitDelay, 0x78; the same
page calls it 4 minutes further down), after 240 s in Windows 2000. Wanted by administrators, who may set it between
30 and 300 s.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "stacks"
AMENDMENT = Amendment(
    name="time-wait-120s",
    title="TIME-WAIT lasts 120 s",
    source="Microsoft, TcpTimedWaitDelay: Windows Server 2003 registry reference (cc757512)",
    numbers={TIME_WAIT: constant(120)},
)
