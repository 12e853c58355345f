"""Sayings about the settings of Linux that are said to shorten, spare or protect TIME-WAIT."""

from __future__ import annotations

from fractions import Fraction

from tcpverify.tcp.scope import Scope
from tcpverify.workflow.claims.claim import Claim, Sentence, across, all_of
from tcpverify.workflow.claims.statements import Checked, Reached, Same, Text

__all__ = ["CLAIMS"]

CLOSE = Scope(losses=0, incarnations=1, calls=("close",))
REOPEN = Scope(losses=0)
STAMPED = Scope(losses=0, sequence="timestamps")
IN_ORDER = Scope(losses=0, sequence="timestamps", reordering=False)
#: half of Linux's TIME_WAIT of 60 s
MSL = Fraction(30)

CLAIMS = (
    Claim(
        12,
        Text("tcp_tw_reuse with timestamps is safe.", "配合时间戳使用 tcp_tw_reuse 是安全的。"),
        Text("no-old-segment where connect() may take over a TIME-WAIT of its own after one second, with PAWS.",
             "connect() 可在一秒后接管本机的 TIME-WAIT 且有 PAWS 时的性质 no-old-segment。"),
        "Linux, ip-sysctl.rst, tcp_tw_reuse; RFC 7323 §5.2, §5.3",
        {
            "order": Checked(Text("segments arrive in the order sent", "报文段按发送顺序到达"), "rfc9293+tw-reuse",
                             property="no-old-segment", scope=IN_ORDER, msl=MSL),
            "late": Checked(Text("segments may overtake each other", "报文段可能乱序"), "rfc9293+tw-reuse",
                            property="no-old-segment", scope=STAMPED, msl=MSL),
            "used": Reached(Text("that it is ever used in order", "按序时确实发生接管"), "rfc9293+tw-reuse",
                            what="rule TIME-WAIT.reuse", scope=IN_ORDER, msl=MSL),
        },
        across("order", "late"),
        (
            Sentence("yny", Text(
                "only if segments arrive in the order sent, as on one path. Otherwise timestamps do not keep every old "
                "segment out: PAWS does not apply to a RST (RFC 7323 §5.2), nor before a timestamp of the new connection "
                "is known ({late:steps} steps).",
                "仅当报文段按发送顺序到达（例如单一路径）时成立。否则时间戳挡不住所有旧报文段：PAWS 不检查 RST（RFC 7323 §5.2），"
                "在得知新连接的时间戳之前也不起作用（{late:steps} 步）。")),
        ),
    ),
    Claim(
        13,
        Text("tcp_tw_reuse=1 helps a server accept connections.", "tcp_tw_reuse=1 有助于服务器接受连接。"),
        Text("With tw-reuse some rule for a segment that arrives, or for a passive OPEN, is another.",
             "启用 tw-reuse 后，某条处理到达报文段或被动打开的规则有所不同。"),
        "operators' advice; Linux, ip-sysctl.rst, tcp_tw_reuse",
        {
            "accept": Same(Text("segments that arrive and passive OPENs", "到达的报文段与被动打开"), "rfc9293",
                           other="rfc9293+tw-reuse", events=("SEGMENT", "OPEN-PASSIVE")),
        },
        across(),
        (
            Sentence("n", Text(
                "it changes no rule for a segment that arrives or a passive OPEN, only for connect() from a TIME-WAIT of "
                "the same host.",
                "它不改变任何处理到达报文段或被动打开的规则，只影响本机从 TIME-WAIT 发起的 connect()。")),
        ),
    ),
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
