"""Sayings about what TIME-WAIT costs: ports, connections a second, memory."""

from __future__ import annotations

from fractions import Fraction

from tcpverify.tcp.scope import Scope
from tcpverify.workflow.claims.claim import Claim, Sentence, across
from tcpverify.workflow.claims.statements import Checked, Rate, Stays, Text
from tcpverify.workflow.prices import BYTES, PORTS

__all__ = ["CLAIMS"]

CLAIMED = Fraction(470)
CLOSE = Scope(losses=0, incarnations=1, calls=("close",))
IN_TURN = Scope(losses=0, incarnations=1, calls=("close-in-turn",))
LOCAL = Scope(losses=0, incarnations=1, calls=("close",), delay=False)


CLAIMS = (
    Claim(
        22,
        Text("A host can open at most about 470 connections a second because of TIME_WAIT.",
             "由于 TIME_WAIT，一台主机每秒最多只能建立约 470 个连接。"),
        Text(f"{PORTS} ports, each held for TIME_WAIT, give about {CLAIMED} a second, in every setting.",
             f"{PORTS} 个端口各被占用 TIME_WAIT 之久，在各种情形下都约为每秒 {CLAIMED} 个。"),
        "operators' arithmetic; Linux, ip_local_port_range and TCP_TIMEWAIT_LEN",
        {
            "held": Stays(Text("an active OPEN in TIME-WAIT", "在 TIME-WAIT 中主动打开"), "linux", state="TIME-WAIT",
                          event="OPEN-ACTIVE"),
            "linux": Rate(Text("60 s, one destination", "60 秒，一个目的地址和端口"), "linux", ports=PORTS,
                          msl=Fraction(30), claimed=CLAIMED),
            "rfc": Rate(Text("240 s, one destination", "240 秒，一个目的地址和端口"), "textbook", ports=PORTS,
                        msl=Fraction(120), claimed=CLAIMED),
            "two": Rate(Text("60 s, two destinations", "60 秒，两个目的地址或端口"), "linux", ports=2 * PORTS,
                        msl=Fraction(30), claimed=CLAIMED),
            "peer": Checked(Text("the peer closes first", "对端先关闭"), "textbook", property="time-wait-side",
                            scope=IN_TURN, supports=("refuted",)),
        },
        across(),
        (
            Sentence("yynnn", Text(
                "to one destination address and port, from one address, if this host closes first and TIME_WAIT is "
                "{linux:wait}: {linux:rate} a second. {rfc:rate} where it is {rfc:wait}; {two:rate} to two "
                "destinations; no such limit where the peer closes first.",
                "仅当从一个地址连向同一目的地址和端口、由本机先关闭、且 TIME_WAIT 为 {linux:wait} 时成立：每秒 {linux:rate} 个。"
                "TIME_WAIT 为 {rfc:wait} 时每秒 {rfc:rate} 个；两个目的地每秒 {two:rate} 个；对端先关闭时没有此限制。")),
        ),
    ),
    Claim(
        25,
        Text("TIME_WAIT wastes resources.", "TIME_WAIT 浪费资源。"),
        Text("A shorter TIME_WAIT leaves nothing old behind either (drained); the price is that of 2·MSL = 60 s, for sockets "
             "as large as `cost` takes them (Linux 6.18: the socket and the two buckets of its port).",
             "更短的 TIME_WAIT 同样不留下旧报文段（drained）；代价按 2·MSL = 60 秒计算，套接字大小与 `cost` 相同"
             "（Linux 6.18：套接字本身及其端口的两个桶）。"),
        "interview notes; operators",
        {
            "shorter": Checked(Text("1.99 MSL instead of 2 MSL", "以 1.99 MSL 代替 2 MSL"), "textbook",
                               property="drained", scope=CLOSE, time_wait=Fraction(199, 100)),
            "local": Checked(Text("1/100 MSL where no segment is ever late", "报文段从不迟到时的 1/100 MSL"), "textbook",
                             property="drained", scope=LOCAL, time_wait=Fraction(1, 100)),
            "price": Rate(Text("the price of the shortest safe duration", "最短安全时长的代价"), "textbook",
                          ports=PORTS, msl=Fraction(30), size=BYTES),
        },
        across("shorter", "local"),
        (
            Sentence("ny-", Text(
                "only where no segment can be late, as within one host. Elsewhere it is a price: even a hundredth less "
                "leaves something old ({shorter:steps} steps). {price:wait} cost {price:rate} connections a second to one "
                "destination, and {price:bytes} at that rate.",
                "仅在报文段不可能迟到时（例如同一台主机内部）成立。其他情况下这是必要的代价：哪怕缩短百分之一也会留下旧报文段"
                "（{shorter:steps} 步）。{price:wait} 的代价是每个目的地每秒 {price:rate} 个连接，以该速率占用 {price:bytes}。")),
            Sentence("nn-", Text(
                "it is a price: even a hundredth less leaves something old ({shorter:steps} steps). {price:wait} cost "
                "{price:rate} connections a second to one destination, and {price:bytes} at that rate.",
                "这是必要的代价：哪怕缩短百分之一也会留下旧报文段（{shorter:steps} 步）。{price:wait} 的代价是每个目的地每秒 "
                "{price:rate} 个连接，以该速率占用 {price:bytes}。")),
        ),
    ),
)
