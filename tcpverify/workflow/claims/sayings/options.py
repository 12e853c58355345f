"""Sayings about socket options that are said to do away with TIME-WAIT."""

from __future__ import annotations

from tcpverify.tcp.scope import Scope
from tcpverify.workflow.claims.claim import Claim, Sentence, all_of
from tcpverify.workflow.claims.statements import Checked, Reached, Same, Text

__all__ = ["CLAIMS"]

CLOSE = Scope(losses=0, incarnations=1, calls=("close",))
REOPEN = Scope(losses=0)
_TIME_WAIT = ("TIME_WAIT",)

CLAIMS = (
    Claim(
        20,
        Text("SO_LINGER {1,0} avoids TIME_WAIT without harm.", "SO_LINGER {1,0} 可以无害地避免 TIME_WAIT。"),
        Text("No end enters TIME-WAIT, and graceful-close and no-old-segment hold.",
             "没有一端进入 TIME-WAIT，且性质 graceful-close 与 no-old-segment 成立。"),
        "operators' advice; socket(7)",
        {
            "avoids": Reached(Text("whether TIME-WAIT is entered", "是否进入 TIME-WAIT"), "rfc9293+linger-0",
                              what="time-wait", scope=CLOSE, supports=("unreachable",)),
            "close": Checked(Text("the peer, which never aborts", "从不中止连接的对端"), "rfc9293+linger-0",
                             property="graceful-close", scope=CLOSE),
            "old": Checked(Text("the next connection", "下一个连接"), "rfc9293+linger-0", property="no-old-segment",
                           scope=REOPEN),
        },
        all_of(),
        (
            Sentence("ynn", Text(
                "TIME-WAIT is avoided, and all that it is for is lost: the peer, which has aborted "
                "nothing, is reset ({close:steps} steps), and old segments reach the next connection ({old:steps} steps).",
                "确实避免了 TIME-WAIT，但也失去了它的全部作用：从未中止连接的对端被复位（{close:steps} 步），"
                "旧报文段会进入下一个连接（{old:steps} 步）。")),
        ),
    ),
    Claim(
        21,
        Text("SO_LINGER {1,1} shortens the FIN timeout; SO_REUSEPORT recycles TIME_WAIT quickly; SO_REUSEADDR lets a "
             "connection in TIME_WAIT be reused.",
             "SO_LINGER {1,1} 缩短 FIN 超时；SO_REUSEPORT 快速回收 TIME_WAIT；SO_REUSEADDR 使处于 TIME_WAIT 的连接可被重用。"),
        Text("The option changes a rule or a duration of TCP.", "该选项改变了 TCP 的某条规则或某个时长。"),
        "interview notes; socket(7)",
        {
            "linger": Same(Text("SO_LINGER {1,1}", "SO_LINGER {1,1}"), "rfc9293", other="rfc9293+linger-n",
                           numbers=_TIME_WAIT),
            "port": Same(Text("SO_REUSEPORT", "SO_REUSEPORT"), "rfc9293", other="rfc9293+reuseport", numbers=_TIME_WAIT),
            "addr": Same(Text("SO_REUSEADDR", "SO_REUSEADDR"), "rfc9293", other="rfc9293+reuseaddr", numbers=_TIME_WAIT),
        },
        all_of(),
        (
            Sentence("nnn", Text(
                "none of the three changes a rule or a duration of TCP: {{1,1}} makes close() block for a second, "
                "SO_REUSEPORT shares a port among listeners, SO_REUSEADDR lets bind() take a port that TIME-WAITs hold.",
                "三者都不改变 TCP 的任何规则或时长：{{1,1}} 只让 close() 最多阻塞一秒，SO_REUSEPORT 让多个监听套接字共享端口，"
                "SO_REUSEADDR 只让 bind() 可以使用仍有 TIME-WAIT 的端口。")),
        ),
    ),
)
