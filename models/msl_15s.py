"""The MSL is 15 s, so that TIME-WAIT of 2·MSL lasts half a minute.

TCPTV_MSL of XNU, a quarter of what 4.4BSD had and an eighth of what RFC 9293 §3.4.2 suggests. Wanted by those who
hold that no segment lives for two minutes any more. It is a claim about networks that no endpoint can enforce.
"""

from tcpverify.tcp.vocabulary import *

GROUP = "stacks"
AMENDMENT = Amendment(
    name="msl-15s",
    title="MSL is 15 s",
    source="XNU, bsd/netinet/tcp_timer.h, TCPTV_MSL",
    numbers={"MSL": constant(15)},
)
