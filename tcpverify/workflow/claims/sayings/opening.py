"""Sayings about the next connection on the same addresses and ports."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tcpverify.tcp.scope import Scope
from tcpverify.workflow.claims.claim import Claim, Sentence, across, all_of
from tcpverify.workflow.claims.statements import Checked, Reached, Text

__all__ = ["CLAIMS"]

#: text that arrives once more is the only old text that can come late: what was not acknowledged keeps TCP from closing
TWICE = Scope(losses=0, data=1, duplicates=1, retransmissions=0, incarnations=1, calls=("close-in-turn",))
LATER = Scope(losses=0, data=1, duplicates=1, retransmissions=0, calls=("open", "close-in-turn"))
CLOCK = Scope(losses=0, sequence="clock", calls=("open", "close"))
ANY = Scope(losses=0)
NONE = Fraction(0)
#: the passive closer opens again, and meets the TIME-WAIT of the other end
BACK = Scope(losses=0, calls=("open", "close-in-turn"), reopen="passive")
GIVEN_UP = replace(BACK, retransmissions=0, calls=("open", "close-in-turn", "cancel"))
IN_ORDER = replace(GIVEN_UP, losses=1, retransmissions=1, reordering=False)
#: FreeBSD's TIME-WAIT lasts 2 * 30 s
MSL = Fraction(30)
#: what must not happen, so that nothing but a SYN reopens: TIME-WAIT expires; both ends open at once
_EXPIRES, _AT_ONCE = "TIME-WAIT.time-wait-timeout", "SYN-SENT.syn"

CLAIMS = (
    Claim(
        10,
        Text("Old data cannot enter the new connection once it is established.", "新连接一旦建立，旧数据就不可能进入其中。"),
        Text("No end in ESTABLISHED takes text of an older incarnation; nothing is left of it when TIME-WAIT ends.",
             "处于 ESTABLISHED 的一端不会接收旧连接的数据；TIME-WAIT 结束时旧连接不留下任何报文段。"),
        "RFC 1337 §1, H1",
        {
            "books": Checked(Text("the textbook's machine: nothing old is left", "教科书的状态机：不留下旧报文段"), "textbook",
                             property="drained", scope=TWICE, time_wait=Fraction(2)),
            "text": Reached(Text("the text of RFC 9293, at 2 MSL", "RFC 9293 原文，2 MSL"), "rfc9293", what="old-text",
                            scope=LATER, time_wait=Fraction(2), supports=("unreachable",)),
        },
        across(),
        (
            Sentence("yn", Text(
                "only if TIME-WAIT lasts until nothing is left, as on the textbook's machine at {books:wait}. By the text "
                "of RFC 9293 a RST ends it early, and old text is taken in ESTABLISHED ({text:steps} steps): where numbers "
                "may overlap, that a connection is established does not keep old text out.",
                "仅当 TIME-WAIT 一直持续到旧报文段全部消失时成立，例如教科书的状态机取 {books:wait}。按 RFC 9293 原文，RST 会提前终结 "
                "TIME-WAIT，旧数据随后在 ESTABLISHED 状态被接收（{text:steps} 步）：只要序列号可能重叠，连接已建立并不能挡住旧数据。")),
        ),
    ),
    Claim(
        11,
        Text("Random or clock-driven ISNs make TIME_WAIT unnecessary.", "随机或时钟驱动的初始序列号使 TIME_WAIT 变得多余。"),
        Text("graceful-close, clean-reopen and no-old-segment at TIME_WAIT = 0.",
             "TIME_WAIT = 0 时的性质 graceful-close、clean-reopen 与 no-old-segment。"),
        "a common argument; RFC 9293 §3.4.1, RFC 6528",
        {
            "random": Checked(Text("ISNs that may fall anywhere", "初始序列号任意"), "textbook",
                              property="no-old-segment", scope=ANY, time_wait=NONE),
            "close": Checked(Text("ISNs from a clock: the close", "时钟驱动的初始序列号：关闭过程"), "textbook",
                             property="graceful-close",
                             scope=Scope(losses=0, incarnations=1, calls=("close",), sequence="clock"), time_wait=NONE),
            "open": Checked(Text("ISNs from a clock: the next opening", "时钟驱动的初始序列号：下一次建立"), "textbook",
                            property="clean-reopen", scope=CLOCK, time_wait=NONE),
        },
        all_of(),
        (
            Sentence("nnn", Text(
                "an ISN that may fall anywhere lets old segments in ({random:steps} steps). One from a clock does not "
                "answer a FIN that is sent again: a CLOSED end resets the peer ({close:steps} steps), and the next "
                "opening is disturbed ({open:steps} steps).",
                "若初始序列号可取任意值，旧报文段会被接收（{random:steps} 步）。时钟驱动的初始序列号也不能应答重传的 FIN：CLOSED "
                "的一端会复位对端（{close:steps} 步），下一次建立也会受到干扰（{open:steps} 步）。")),
        ),
    ),
    Claim(
        18,
        Text("Reopening from TIME-WAIT by a SYN with a larger sequence number is safe (RFC 1122 §4.2.2.13).",
             "由序列号更大的 SYN 从 TIME-WAIT 重新打开连接是安全的（RFC 1122 §4.2.2.13）。"),
        Text("no-old-segment where such a SYN reopens; whether an old FIN is taken then, and whether an opening that was "
             "given up ends TIME-WAIT.",
             "由这样的 SYN 重新打开时的性质 no-old-segment；此后旧的 FIN 是否被接收，已放弃的建立请求是否会终结 TIME-WAIT。"),
        "RFC 1122 §4.2.2.13; RFC 9293 §3.6.1 (MAY-2); RFC 1185",
        {
            "order": Checked(Text("the SYN's number alone, segments in the order sent", "仅要求 SYN 的序列号更大，按序到达"),
                             "freebsd", property="no-old-segment", scope=IN_ORDER, msl=MSL),
            "late": Reached(Text("the SYN's number alone, segments overtake", "仅要求 SYN 的序列号更大，可能乱序"), "freebsd",
                            what="old-fin", scope=BACK, msl=MSL, without=(_EXPIRES, _AT_ONCE),
                            supports=("unreachable",)),
            "old": Reached(Text("the ISN of the answer larger as well: condition 1", "应答的初始序列号也更大：条件 1"),
                           "textbook+rfc1122-reopen", what="cut-short", scope=GIVEN_UP, time_wait=Fraction(2),
                           without=(_EXPIRES,), supports=("unreachable",)),
            "back": Reached(Text("back to TIME-WAIT if the SYN was old: condition 2", "若 SYN 是旧的则回到 TIME-WAIT：条件 2"),
                            "textbook+rfc1122-reopen+rfc1122-return", what="rule SYN-RECEIVED.return", scope=GIVEN_UP,
                            time_wait=Fraction(2)),
        },
        across(),
        (
            Sentence("ynny", Text(
                "only if segments arrive in the order sent. Otherwise the RFC's two conditions are there for a reason: where "
                "the answer's ISN need not be larger too, an old FIN is taken in ESTABLISHED ({late:steps} steps); and a SYN "
                "whose sender has given up ends TIME-WAIT at once ({old:steps} steps), unless the end returns there "
                "({back:steps} steps). Whether both conditions are enough where segments overtake is left open.",
                "仅当报文段按发送顺序到达时成立。否则 RFC 的两个条件缺一不可：若不要求应答的初始序列号也更大，旧的 FIN 会在 ESTABLISHED "
                "状态被接收（{late:steps} 步）；发送方已放弃的 SYN 会立即终结 TIME-WAIT（{old:steps} 步），除非该端回到 TIME-WAIT"
                "（{back:steps} 步）。乱序时两个条件合起来是否足够，此处未作判定。")),
        ),
    ),
)
