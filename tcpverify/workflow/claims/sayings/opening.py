"""Sayings about the next connection on the same addresses and ports."""

from __future__ import annotations

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
)

