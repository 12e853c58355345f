"""Sayings about the settings of Linux that are said to shorten, spare or protect TIME-WAIT."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tcpverify.tcp.scope import Scope
from tcpverify.workflow.claims.claim import Claim, Sentence, across, all_of
from tcpverify.workflow.claims.statements import Checked, Reached, Same, Text

__all__ = ["CLAIMS"]

CLOSE = Scope(losses=0, incarnations=1, calls=("close",))
REOPEN = Scope(losses=0)
STAMPED = Scope(losses=0, sequence="timestamps")
IN_ORDER = Scope(losses=0, sequence="timestamps", reordering=False)
#: nothing can go wrong here but what the hosts themselves do
INSTANT = Scope(losses=0, retransmissions=0, calls=("open", "close-in-turn"), reordering=False, delay=False)
SEVERAL = replace(INSTANT, calls=("open", "close-in-turn", "other-host"))
COMES_BACK = Scope(losses=0, calls=("open", "close-in-turn"), reopen="passive")
#: half of Linux's TIME_WAIT of 60 s
MSL, RTO_MAX = Fraction(30), Fraction(120)

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
        Text("With tw-reuse some rule by which a connection is accepted is another: for a segment or a passive OPEN where "
             "this host has not called connect().",
             "启用 tw-reuse 后，某条接受连接的规则有所不同，即本机未调用 connect() 时处理到达报文段或被动打开的规则。"),
        "operators' advice; Linux, ip-sysctl.rst, tcp_tw_reuse",
        {
            "accept": Same(Text("what takes part in accept()", "与 accept() 有关的规则"), "rfc9293",
                           other="rfc9293+tw-reuse", states=("CLOSED", "LISTEN", "SYN-RECEIVED", "TIME-WAIT"),
                           events=("SEGMENT", "OPEN-PASSIVE")),
        },
        across(),
        (
            Sentence("n", Text(
                "it changes nothing by which a connection is accepted, only connect() from a TIME-WAIT of the same host.",
                "它不改变任何接受连接的规则，只影响本机从 TIME-WAIT 发起的 connect()。")),
        ),
    ),
    Claim(
        14,
        Text("Lowering tcp_fin_timeout shortens TIME_WAIT.", "调低 tcp_fin_timeout 可以缩短 TIME_WAIT。"),
        Text("With fin-timeout a rule, a timer or the duration of TIME-WAIT is another.",
             "启用 fin-timeout 后，TIME-WAIT 的某条规则、某个定时器或其时长有所不同。"),
        "operators' advice; Linux, ip-sysctl.rst, tcp_fin_timeout",
        {
            "wait": Same(Text("TIME-WAIT and its length", "TIME-WAIT 及其时长"), "linux", other="linux+fin-timeout",
                         states=("TIME-WAIT",), numbers=("TIME_WAIT",)),
            "fin": Same(Text("what it is about", "它真正影响的状态"), "linux", other="linux+fin-timeout",
                        states=("FIN-WAIT-2",)),
        },
        across("wait"),
        (
            Sentence("ny", Text(
                "it limits how long FIN-WAIT-2 lasts after close(), and changes no rule, timer or duration of TIME-WAIT.",
                "它限制的是 close() 之后 FIN-WAIT-2 的时长，不改变 TIME-WAIT 的任何规则、定时器或时长。")),
        ),
    ),
    Claim(
        15,
        Text("tcp_tw_recycle breaks clients behind NAT.", "tcp_tw_recycle 会使 NAT 后面的客户端无法连接。"),
        Text("clean-reopen where the next connection may come from another host behind the same address, whose clock is "
             "behind: refuted with tcp_tw_recycle, and only with it.",
             "下一个连接可能来自同一地址后面时钟较慢的另一台主机时的性质 clean-reopen：仅在启用 tcp_tw_recycle 时被推翻。"),
        "operators' experience; Linux, commit 4396e46187ca",
        {
            "nat": Checked(Text("with it, several hosts", "启用，多台主机"), "linux-4.11", property="clean-reopen",
                           scope=SEVERAL, msl=MSL, supports=("refuted",)),
            "one": Checked(Text("with it, one host", "启用，一台主机"), "linux-4.11", property="clean-reopen",
                           scope=INSTANT, msl=MSL),
            "without": Checked(Text("without it, several hosts", "不启用，多台主机"), "linux", property="clean-reopen",
                               scope=SEVERAL, msl=MSL),
        },
        all_of(),
        (
            Sentence("yyy", Text(
                "the SYN of a host whose clock is behind that of its neighbour is dropped ({nat:steps} steps), although "
                "nothing is lost, late or old. One host behind an address is served, and without tcp_tw_recycle all are. "
                "Linux 4.12 removed it.",
                "时钟落后于邻居的主机发出的 SYN 会被丢弃（{nat:steps} 步），尽管没有任何报文段丢失、迟到或属于旧连接。地址后面只有"
                "一台主机时不受影响；不启用 tcp_tw_recycle 时所有主机都不受影响。Linux 4.12 已将其删除。")),
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
        Text("no-assassination where a RST ends TIME-WAIT (0), and where it is ignored (1); and whether a SYN then reopens.",
             "RST 会终结 TIME-WAIT（0）与忽略 RST（1）时的性质 no-assassination；以及取 1 时 SYN 能否重新打开连接。"),
        "Linux, Documentation/networking/ip-sysctl.rst; RFC 1337",
        {
            "zero": Checked(Text("0: a RST ends TIME-WAIT", "0：RST 终结 TIME-WAIT"), "linux",
                            property="no-assassination", scope=CLOSE, msl=MSL, rto_max=RTO_MAX),
            "one": Checked(Text("1: a RST is ignored", "1：忽略 RST"), "linux-rfc1337",
                           property="no-assassination", scope=CLOSE, msl=MSL, rto_max=RTO_MAX),
            "full": Reached(Text("1: the peer opens again at once", "1：对端立即重新建立连接"), "linux-rfc1337",
                            what="rule TIME-WAIT.reopen", scope=COMES_BACK, msl=MSL, rto_max=RTO_MAX,
                            supports=("unreachable",)),
        },
        all_of(),
        (
            Sentence("nyn", Text(
                "it is the other way round: with 0 a RST ends TIME-WAIT early ({zero:steps} steps); it is 1 that "
                "prevents it, proved of one connection without losses. Nor does TIME-WAIT then last its full time: a newer SYN reopens it ({full:steps} steps).",
                "恰好相反：取 0 时 RST 会提前终结 TIME-WAIT（{zero:steps} 步），防止“暗杀”的是 1（已就单个连接、无丢包证明）。取 1 时 TIME-WAIT 也未必持续完整的"
                "时间：较新的 SYN 会重新打开连接（{full:steps} 步）。")),
        ),
    ),
)
