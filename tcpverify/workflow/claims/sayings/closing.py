"""Sayings about the exchange that closes: who waits, what the last ACK is good for, how many segments it takes."""

from __future__ import annotations

from fractions import Fraction

from tcpverify.lang.linear import parameter
from tcpverify.tcp.scope import UNLIMITED, Scope
from tcpverify.workflow.claims.claim import Claim, Sentence, across, all_of
from tcpverify.workflow.claims.statements import Bounded, Checked, Reached, Text

__all__ = ["CLAIMS"]

MSL = parameter("MSL")
#: one close, no reopening: what these sayings are about, and a few hundred states
AT_ONCE = Scope(losses=0, incarnations=1, calls=("close",))
IN_TURN = Scope(losses=0, incarnations=1, calls=("close-in-turn",))
ONE_LOSS = Scope(losses=1, incarnations=1, calls=("close",))
PATIENT = Scope(losses=UNLIMITED, retransmissions=UNLIMITED, incarnations=1, calls=("close",))
LATER = Scope(losses=1, calls=("open", "close-in-turn"))
BARE = Scope(losses=0, retransmissions=0, incarnations=1, calls=("close-in-turn",), reordering=False)

_NO_ACK = ("LAST-ACK.fin-acked",)
_NOT_SENT_AGAIN = ("LAST-ACK.fin-acked", "LAST-ACK.retransmission-timeout")
_TURN = Text("nobody closes while the other's FIN is under way", "两端先后关闭：一方的 FIN 在途时另一方不关闭")
_BOTH = Text("both ends may close at once", "两端可能同时关闭")

CLAIMS = (
    Claim(
        1,
        Text("Only the endpoint that closes first enters TIME_WAIT.", "只有先关闭的一端才会进入 TIME_WAIT。"),
        Text("time-wait-side: no end whose FIN was the second enters TIME-WAIT.",
             "性质 time-wait-side：后发送 FIN 的一端不会进入 TIME-WAIT。"),
        "interview notes; RFC 9293 §3.6, Figure 13",
        {
            "turn": Checked(_TURN, "rfc9293", property="time-wait-side", scope=IN_TURN),
            "both": Checked(_BOTH, "rfc9293", property="time-wait-side", scope=AT_ONCE),
            "books": Checked(_BOTH, "textbook", property="time-wait-side", scope=AT_ONCE),
        },
        across(),
        (
            Sentence("ynn", Text(
                "only if the other end closes after the first FIN has arrived; when both close at once, both wait "
                "({both:steps} steps to get there).",
                "仅当另一端在收到第一个 FIN 之后才关闭时成立；若两端同时关闭，则两端都进入 TIME_WAIT（{both:steps} 步即可发生）。")),
        ),
    ),
    Claim(
        2,
        Text("TIME_WAIT guarantees that the passive closer receives the last ACK.",
             "TIME_WAIT 保证被动关闭方能收到最后的 ACK。"),
        Text("graceful-close at TIME_WAIT = 2·MSL: LAST-ACK is left through an ACK, never by a reset.",
             "TIME_WAIT = 2·MSL 时的性质 graceful-close：LAST-ACK 只因收到 ACK 而离开，不会被复位。"),
        "interview notes; RFC 9293 §3.6",
        {
            "none": Checked(Text("nothing is lost", "没有丢包"), "textbook", property="graceful-close", scope=AT_ONCE,
                            time_wait=Fraction(2)),
            "one": Bounded(Text("one segment may be lost", "最多丢一个报文段"), "textbook",
                           property="graceful-close", at=2 * MSL, scope=ONE_LOSS),
            "many": Checked(Text("any number may be lost", "丢包数不限"), "textbook", property="graceful-close",
                            scope=PATIENT, time_wait=Fraction(2)),
        },
        across(),
        (
            Sentence("ycn", Text(
                "only against few losses: for one, 2·MSL is enough if {one:left} (the condition is {one:patient}), and "
                "against any number of losses it is not, as a run of {many:steps} steps shows.",
                "仅在丢包很少时成立：丢一个报文段时，2·MSL 足够当且仅当 {one:left}（条件为 {one:patient}）；丢包数不限时不成立"
                "（{many:steps} 步的反例）。")),
        ),
    ),
    Claim(
        3,
        Text("One MSL for the ACK plus one MSL for the retransmitted FIN: therefore 2 MSL covers a lost ACK.",
             "ACK 一个 MSL，重传的 FIN 一个 MSL，因此 2 MSL 足以应付丢失的 ACK。"),
        Text("graceful-close at TIME_WAIT = 2·MSL where one segment may be lost.",
             "最多丢一个报文段、TIME_WAIT = 2·MSL 时的性质 graceful-close。"),
        "textbooks; RFC 1323 Appendix B.2 has it otherwise",
        {
            "all": Bounded(Text("one loss, every MSL and RTO", "丢一个报文段，任意 MSL 与 RTO"), "textbook",
                           property="graceful-close", at=2 * MSL, scope=ONE_LOSS),
            "linux": Checked(Text("TIME_WAIT 60 s, RTO up to 120 s", "TIME_WAIT 60 秒，RTO 最大 120 秒"), "textbook",
                             property="graceful-close", scope=ONE_LOSS, time_wait=Fraction(60), msl=Fraction(30),
                             rto_max=Fraction(120)),
        },
        across(),
        (
            Sentence("cn", Text(
                "only if {all:left}: what a lost ACK needs is {all:patient}. With Linux's {linux:wait} and an RTO up to "
                "{linux:rto} it is refuted.",
                "仅当 {all:left} 时成立：应付一个丢失的 ACK 需要 {all:patient}。以 Linux 的 {linux:wait} 和最大 "
                "{linux:rto} 的 RTO，该说法被推翻。")),
        ),
    ),
    Claim(
        19,
        Text("If the last ACK was lost, the same 4-tuple cannot be reopened.",
             "如果最后的 ACK 丢失，同一四元组就无法再建立连接。"),
        Text("No end is established again in a run in which no ACK ever takes the peer out of LAST-ACK.",
             "若对端始终没有因收到 ACK 而离开 LAST-ACK，则新连接不会建立。"),
        "a question on TIME-WAIT; RFC 9293 §3.5.1, Figure 9",
        {
            "waiting": Reached(
                Text("the peer is still in LAST-ACK when the SYN comes", "SYN 到达时对端仍在 LAST-ACK"), "rfc9293",
                what="cleared", scope=LATER, rto_max=Fraction(3), without=_NOT_SENT_AGAIN, supports=("unreachable",)),
            "again": Reached(
                Text("no ACK ever ends LAST-ACK", "LAST-ACK 从不因 ACK 而结束"), "rfc9293", what="established-again",
                scope=LATER, rto_max=Fraction(3), without=_NO_ACK, supports=("unreachable",)),
        },
        all_of(),
        (
            Sentence("nn", Text(
                "the new SYN draws an ACK from LAST-ACK, that ACK a RST from SYN-SENT, and the RST clears the old "
                "connection ({waiting:steps} steps), at the price of a SYN sent again; or the FIN sent again finds a "
                "CLOSED end. A later incarnation is established ({again:steps} steps).",
                "新的 SYN 使 LAST-ACK 的一端回送 ACK，SYN-SENT 的一端对该 ACK 回送 RST，从而清除旧连接（{waiting:steps} 步），"
                "代价是重传一次 SYN；或者重传的 FIN 遇到 CLOSED 的一端。新连接可以建立（{again:steps} 步）。")),
        ),
    ),
    Claim(
        23,
        Text("Closing always takes four segments.", "关闭连接总是需要四次挥手。"),
        Text("Four segments are sent, and each of them plays its part: two FINs, an ACK of each of its own.",
             "恰好发送四个报文段且各有作用：两个 FIN，各由一个单独的 ACK 确认。"),
        "interview notes; RFC 9293 §3.6, Figures 12 and 13",
        {
            "bare": Reached(Text("in order, nothing lost or sent again", "按序、无丢失、无重传"), "rfc9293",
                            what="rule FIN-WAIT-1.fin-and-ack", scope=BARE, supports=("unreachable",)),
            "three": Reached(Text("the first ACK is late or lost", "第一个 ACK 迟到或丢失"), "rfc9293",
                             what="rule FIN-WAIT-1.fin-and-ack", scope=IN_TURN, supports=("unreachable",)),
            "more": Reached(Text("a FIN is sent again", "FIN 被重传"), "rfc9293",
                            what="rule LAST-ACK.retransmission-timeout", scope=IN_TURN, supports=("unreachable",)),
            "abort": Reached(Text("an application aborts", "应用程序中止连接"), "rfc9293",
                             what="rule ESTABLISHED.rst", scope=Scope(losses=0, incarnations=1, calls=("abort",)),
                             supports=("unreachable",)),
        },
        across(),
        (
            Sentence("ynnn", Text(
                "only if all arrive in order, none is lost or sent again, and nobody aborts. The second FIN carries "
                "the ACK of the first, so three do ({three:steps} steps); a FIN sent again is a fifth; one RST is "
                "enough to end a connection ({abort:steps} steps).",
                "仅当报文段按序到达、无丢失、无重传且无人中止时成立。第二个 FIN 也携带对第一个 FIN 的确认，故三个报文段即可"
                "（{three:steps} 步）；重传的 FIN 是第五个；一个 RST 就足以结束连接（{abort:steps} 步）。")),
        ),
    ),
    Claim(
        24,
        Text("A server has no TIME_WAIT if the client closes first.", "如果客户端先关闭，服务器就没有 TIME_WAIT。"),
        Text("time-wait-side, the first closer being the client.", "性质 time-wait-side，客户端为先关闭的一方。"),
        "operators' advice",
        {
            "turn": Checked(
                Text("the server closes after the client's FIN has arrived", "服务器收到客户端的 FIN 之后才关闭"),
                "rfc9293", property="time-wait-side", scope=IN_TURN),
            "both": Checked(
                Text("the server closes while the client's FIN is under way", "客户端的 FIN 在途时服务器也关闭"),
                "rfc9293", property="time-wait-side", scope=AT_ONCE),
        },
        all_of(across()),
        (
            Sentence("yn", Text(
                "only if the client's FIN has arrived when the server closes; that the client was first is not enough "
                "({both:steps} steps).",
                "仅当服务器关闭时客户端的 FIN 已经到达才成立；客户端先关闭本身还不够（{both:steps} 步的反例）。")),
        ),
    ),
)
