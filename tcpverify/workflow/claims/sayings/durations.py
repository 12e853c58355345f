"""Sayings about how long TIME_WAIT must be, and how long it lasts."""

from __future__ import annotations

from fractions import Fraction

from tcpverify.lang.linear import parameter
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.claims.claim import Claim, Sentence, across, all_of
from tcpverify.workflow.claims.statements import Bounded, Checked, Text

__all__ = ["CLAIMS"]

MSL, RTO_MAX = parameter("MSL"), parameter("RTO_MAX")
CLOSE = Scope(losses=0, incarnations=1, calls=("close",))
ONE_LOSS = Scope(losses=1, incarnations=1, calls=("close",))
REOPEN = Scope(losses=0)
REOPEN_IN_TURN = Scope(losses=0, calls=("open", "close-in-turn"))
SHORT = Fraction(199, 100)

_BOOKS = Text("the textbook's machine, nothing lost", "教科书的状态机，无丢包")
_LOSS = Text("the textbook's machine, one loss", "教科书的状态机，丢一个报文段")

CLAIMS = (
    Claim(
        4,
        Text("If RTO < MSL, a TIME_WAIT of one MSL is enough.", "如果 RTO < MSL，一个 MSL 的 TIME_WAIT 就够了。"),
        Text("graceful-close and drained at TIME_WAIT = MSL for all RTO_MAX < MSL.",
             "RTO_MAX < MSL 且 TIME_WAIT = MSL 时的性质 graceful-close 与 drained。"),
        "interview notes: why not 1 MSL",
        {
            "close": Bounded(Text("so that the last ACK arrives, nothing lost", "让最后的 ACK 到达，无丢包"), "textbook",
                             property="graceful-close", at=MSL, scope=CLOSE, assuming=(MSL - RTO_MAX,)),
            "old": Bounded(Text("so that nothing old is left, nothing lost", "不留下旧报文段，无丢包"), "textbook",
                           property="drained", at=MSL, scope=CLOSE, assuming=(MSL - RTO_MAX,)),
        },
        all_of(),
        (
            Sentence("yn", Text(
                "one MSL is enough for the last ACK, if nothing is lost; that nothing old is left needs {old:region}, "
                "however short the RTO.",
                "在无丢包时，一个 MSL 只够让最后的 ACK 到达；要使网络中不留旧报文段，无论 RTO 多短都需要 {old:region}。")),
        ),
    ),
    Claim(
        5,
        Text("After 2 MSL no segment of the old connection is left in the network.",
             "2 MSL 之后网络中不再有旧连接的报文段。"),
        Text("drained at TIME_WAIT = 2·MSL.", "TIME_WAIT = 2·MSL 时的性质 drained。"),
        "interview notes; RFC 9293 §3.6.1",
        {
            "books": Bounded(_BOOKS, "textbook", property="drained", at=2 * MSL, scope=REOPEN),
            "loss": Bounded(_LOSS, "textbook", property="drained", at=2 * MSL, scope=ONE_LOSS),
            "f1": Bounded(Text("RFC 9293 with RFC 1337's F1, one FIN after the other", "RFC 9293 加 RFC 1337 的 F1，先后关闭"),
                          "rfc9293+rfc1337", property="drained", at=2 * MSL, scope=REOPEN_IN_TURN),
            "text": Bounded(Text("the text of RFC 9293", "RFC 9293 原文"), "rfc9293", property="drained", at=2 * MSL,
                            scope=REOPEN),
        },
        across(),
        (
            Sentence("ycnn", Text(
                "on the textbook's machine, if nothing is lost, or if {loss:left} where one segment may be lost. With "
                "RFC 1337's fix F1 it needs {f1:region}; enough by the text of RFC 9293 is {text:region}.",
                "在教科书的状态机上成立：无丢包时总成立，丢一个报文段时须 {loss:left}。加上 RFC 1337 的修正 F1 需要 "
                "{f1:region}；按 RFC 9293 原文：{text:region}。")),
        ),
    ),
    Claim(
        6,
        Text("1.99 MSL would do.", "1.99 MSL 也够了。"),
        Text("drained and no-old-segment at TIME_WAIT = 1.99·MSL.",
             "TIME_WAIT = 1.99·MSL 时的性质 drained 与 no-old-segment。"),
        "a question on the exact bound",
        {
            "drained": Checked(Text("that nothing old is left", "不留下旧报文段"), "textbook", property="drained",
                               scope=CLOSE, time_wait=SHORT),
            "old": Checked(Text("that nothing old is accepted", "旧报文段不被接收"), "textbook",
                           property="no-old-segment", scope=REOPEN, time_wait=SHORT),
        },
        all_of(),
        (
            Sentence("nn", Text(
                "something old is left ({drained:steps} steps) and accepted by the next connection ({old:steps} steps), "
                "although nothing is lost.",
                "即使没有丢包，也会留下旧报文段（{drained:steps} 步）并被下一个连接接收（{old:steps} 步）。")),
        ),
    ),
    Claim(
        7,
        Text("3 MSL is never needed.", "永远不需要 3 MSL。"),
        Text("drained at TIME_WAIT = 2.99·MSL, just below.", "略小于 3·MSL，即 TIME_WAIT = 2.99·MSL 时的性质 drained。"),
        "interview notes: why not 3 MSL",
        {
            "books": Bounded(_BOOKS, "textbook", property="drained", at=Fraction(299, 100) * MSL, scope=CLOSE),
            "loss": Bounded(_LOSS, "textbook", property="drained", at=Fraction(299, 100) * MSL, scope=ONE_LOSS),
            "fixed": Bounded(Text("a FIN does not restart the timer", "FIN 不重启定时器"), "textbook+no-restart",
                             property="drained", at=Fraction(299, 100) * MSL, scope=CLOSE),
            "f1": Bounded(Text("RFC 9293 with RFC 1337's F1, one FIN after the other", "RFC 9293 加 RFC 1337 的 F1，先后关闭"),
                          "rfc9293+rfc1337", property="drained", at=Fraction(299, 100) * MSL, scope=REOPEN_IN_TURN),
        },
        across(),
        (
            Sentence("ycnn", Text(
                "on the textbook's machine, which needs {books:region}, and after one loss {loss:region}. A TIME-WAIT "
                "that a FIN does not restart needs {fixed:patient}, RFC 9293 with RFC 1337's fix F1 {f1:region}.",
                "仅在教科书的状态机上成立：它需要 {books:region}，丢一个报文段后需要 {loss:region}。若 FIN 不重启定时器，"
                "需要 {fixed:patient}；RFC 9293 加 RFC 1337 的修正 F1 需要 {f1:region}。")),
        ),
    ),
    Claim(
        8,
        Text("Under RFC 9293 each retransmitted FIN restarts the 2 MSL timer.",
             "按 RFC 9293，每个重传的 FIN 都会重启 2 MSL 定时器。"),
        Text("fin-restarts: in TIME-WAIT, the FIN that was taken before, once more, restarts the timer.",
             "性质 fin-restarts：在 TIME-WAIT 中再次收到已接收过的 FIN 时重启定时器。"),
        "RFC 9293 §3.10.7.4, TIME-WAIT STATE",
        {
            "meant": Checked(Text("as step 5 means it", "按第五步的本意"), "rfc9293", property="fin-restarts", scope=CLOSE),
            "literal": Checked(Text("the steps in the order written", "严格按书写的步骤顺序"), "rfc9293+literal",
                               property="fin-restarts", scope=CLOSE),
        },
        across(),
        (
            Sentence("yn", Text(
                "only if step 5 of §3.10.7.4 is taken to come before step 1. In the order written, the FIN has "
                "SEQ = RCV.NXT-1, is dropped as unacceptable by step 1 and restarts nothing ({literal:steps} steps).",
                "仅当认为 §3.10.7.4 的第五步优先于第一步时成立。按书写顺序，该 FIN 的 SEQ = RCV.NXT-1，在第一步就因不可接受而被丢弃，"
                "不会重启定时器（{literal:steps} 步）。")),
        ),
    ),
    Claim(
        9,
        Text("TIME_WAIT always ends.", "TIME_WAIT 总会结束。"),
        Text("termination, within one connection: with finitely many losses every end that has closed reaches CLOSED.",
             "单个连接内的性质 termination：丢包有限时，每个已关闭的端最终到达 CLOSED。"),
        "common belief; RFC 1337 §1, H2",
        {
            "books": Checked(Text("the textbook's machine", "教科书的状态机"), "textbook", property="termination", scope=CLOSE),
            "text": Checked(Text("RFC 9293 as step 5 means it", "RFC 9293，按第五步的本意"), "rfc9293", property="termination",
                            scope=CLOSE),
            "literal": Checked(Text("the steps in the order written", "严格按书写的步骤顺序"), "rfc9293+literal",
                               property="termination", scope=CLOSE),
        },
        across(),
        (
            Sentence("yyn", Text(
                "only if TIME-WAIT does not both answer acceptable bare ACKs and restart on them. RFC 9293 as step 5 means it "
                "answers old ones, and restarts on a FIN alone. By the steps in the order written two ends in TIME-WAIT, "
                "after a simultaneous close, acknowledge each other's ACKs and restart their timers for ever ({literal:steps} "
                "steps to get there).",
                "仅当 TIME-WAIT 不会对可接受的纯 ACK 既应答又重启定时器时成立。按第五步的本意，RFC 9293 应答旧的纯 ACK，但只因 FIN 而重启。"
                "若严格按书写的步骤，同时关闭后处于 TIME-WAIT 的两端会不断互相确认对方的 ACK 并永远重启定时器（{literal:steps} 步即可"
                "发生）。")),
        ),
    ),
)
