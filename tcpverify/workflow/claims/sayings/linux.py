"""Sayings about the settings of Linux that are said to shorten, spare or protect TIME-WAIT."""

from __future__ import annotations

from tcpverify.tcp.scope import Scope
from tcpverify.workflow.claims.claim import Claim, Sentence, all_of
from tcpverify.workflow.claims.statements import Checked, Text

__all__ = ["CLAIMS"]

CLOSE = Scope(losses=0, incarnations=1, calls=("close",))
REOPEN = Scope(losses=0)

CLAIMS = (
    Claim(
        16,
        Text("Lowering tcp_max_tw_buckets only saves memory.", "调低 tcp_max_tw_buckets 只是节省内存。"),
        Text("Where the table is full, TIME-WAIT has length 0: graceful-close and no-old-segment there.",
             "表满时 TIME-WAIT 长度为 0：此时的性质 graceful-close 与 no-old-segment。"),
        "Linux, ip-sysctl.rst, tcp_max_tw_buckets",
        {
            "close": Checked(Text("the table is full: the close", "表满：关闭过程"), "textbook+tw-overflow",
                             property="graceful-close", scope=CLOSE),
            "old": Checked(Text("the table is full: the next connection", "表满：下一个连接"), "textbook+tw-overflow",
                           property="no-old-segment", scope=REOPEN),
        },
        all_of(),
        (
            Sentence("nn", Text(
                "a connection that finds the table full has a TIME-WAIT of {close:wait}: its peer is reset "
                "({close:steps} steps), and old segments reach the next connection ({old:steps} steps).",
                "表满时连接的 TIME-WAIT 长度为 {close:wait}：对端会被复位（{close:steps} 步），旧报文段会进入下一个连接"
                "（{old:steps} 步）。")),
        ),
    ),
    Claim(
        17,
        Text("tcp_rfc1337=0 prevents TIME_WAIT assassination; tcp_rfc1337=1 makes TIME_WAIT last its full time.",
             "tcp_rfc1337=0 可防止 TIME_WAIT 被“暗杀”；tcp_rfc1337=1 使 TIME_WAIT 持续完整的时间。"),
        Text("no-assassination where a RST ends TIME-WAIT (0), and where it is ignored (1).",
             "RST 会终结 TIME-WAIT（0）与忽略 RST（1）时的性质 no-assassination。"),
        "Linux, Documentation/networking/ip-sysctl.rst; RFC 1337",
        {
            "zero": Checked(Text("0: a RST ends TIME-WAIT", "0：RST 终结 TIME-WAIT"), "rfc9293",
                            property="no-assassination", scope=CLOSE),
            "one": Checked(Text("1: a RST is ignored", "1：忽略 RST"), "rfc9293+rfc1337",
                           property="no-assassination", scope=CLOSE),
        },
        all_of(),
        (
            Sentence("ny", Text(
                "it is the other way round: with 0 a RST ends TIME-WAIT early ({zero:steps} steps); it is 1 that "
                "prevents it.",
                "恰好相反：取 0 时 RST 会提前终结 TIME-WAIT（{zero:steps} 步），防止“暗杀”的是 1。")),
        ),
    ),
)
