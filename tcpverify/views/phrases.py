"""What became of a saying's statements, in English or Chinese, and the figures that its sentences are filled with."""

from __future__ import annotations

from fractions import Fraction

from tcpverify.tcp.scope import UNLIMITED, Scope
from tcpverify.views.bound import cell, substituted
from tcpverify.views.conditions import expression_text, region_texts
from tcpverify.views.quantities import plural, short
from tcpverify.workflow.claims.observed import described
from tcpverify.workflow.claims.outcomes import Answer, Outcome
from tcpverify.workflow.claims.statements import Bounded, Checked, Rate, Reached, Same, Statement, Stays, Text
from tcpverify.workflow.derived import BoundReport

__all__ = ["LANGUAGES", "WORDS", "Shown", "asked_text", "condition_of", "models_text", "outcome_text"]

LANGUAGES = ("en", "zh")
#: answers and outcomes in words
WORDS = {
    "yes": Text("yes", "成立"), "no": Text("no", "不成立"), "conditional": Text("conditional", "有条件"),
    "unknown": Text("unknown", "未定"), "proved": Text("proved", "已证明"), "refuted": Text("refuted", "已推翻"),
    "reached": Text("it happens", "会发生"), "unreachable": Text("proved never to happen", "已证明不会发生"),
    "always": Text("proved to hold", "已证明成立"),
    "never": Text("refuted", "已推翻"),
    "sometimes": Text("holds if", "成立条件"), "same": Text("no difference", "没有差别"),
    "different": Text("they differ", "有差别"), "stays": Text("stays", "不离开该状态"),
    "leaves": Text("leaves", "离开该状态"), "agrees": Text("agrees", "相符"),
    "differs": Text("differs", "不符"),
    "computed": Text("computed", "算出"),
}  # fmt: skip
_CHINESE = ((" and ", " 且 "), (" or ", " 或 "), ("no TIME_WAIT", "任何 TIME_WAIT 都不够"),
            ("any TIME_WAIT", "任何 TIME_WAIT"), ("always", "总是"), ("never", "从不"))  # fmt: skip


class Shown:
    """What became of a statement, as ``{key:FORM}`` in a sentence.

    Forms: nothing or ``word``; ``steps`` of the run; ``region`` that was derived, ``patient`` the part of it that is
    proved for any number of retransmissions, ``left`` what it asks at the statement's TIME_WAIT; ``wait`` and ``rto``,
    durations; ``rate`` and ``bytes``, figures.
    """

    def __init__(self, statement: Statement, outcome: Outcome, lang: str) -> None:
        self.statement, self.outcome, self.lang = statement, outcome, lang

    def __format__(self, form: str) -> str:
        """The words for the form.

        Raises
        ------
        ValueError
            if there is no such form, or the outcome has nothing of the kind.
        """
        text = self._plain(form or "word")
        if self.lang == "zh" and form in ("region", "patient", "left"):
            for english, chinese in _CHINESE:
                text = text.replace(english, chinese)
        return text

    def _plain(self, form: str) -> str:
        outcome = self.outcome
        if form == "word":
            return getattr(WORDS[outcome.verdict], self.lang)  # type: ignore[no-any-return]
        if form == "steps" and outcome.trace is not None:
            return str(len(outcome.trace.steps))
        if outcome.bound is not None and isinstance(self.statement, Bounded):
            if form == "region":
                return cell(outcome.bound)
            if form == "patient":
                return _patient(outcome.bound)
            if form == "left":
                return substituted(outcome.bound, {"TIME_WAIT": self.statement.at})
        if form in ("wait", "rto") and outcome.parameters:
            return self._duration(outcome.parameters["TIME_WAIT" if form == "wait" else "RTO_MAX"])
        if outcome.value is not None and form == "rate":
            return f"{float(outcome.value):.1f}"
        if outcome.value is not None and form == "bytes" and isinstance(self.statement, Rate):
            held = f"{self.statement.ports * self.statement.size / 1e6:.1f} MB"
            each = self.statement.size
            if self.lang == "zh":
                return f"约 {held}（每个约 {each} 字节）"
            return f"about {held} (about {each} bytes each)"
        raise ValueError(f"no {form} of {self.statement.model}: {outcome.verdict}")

    def _duration(self, seconds: Fraction) -> str:
        msl = self.outcome.parameters["MSL"]
        if not seconds:
            return "0"
        if msl == 1:
            return f"{short(seconds)} MSL"
        return f"{short(seconds)} {'秒' if self.lang == 'zh' else 's'}"


def _patient(report: BoundReport) -> str:
    texts = [
        " and ".join(region_texts(p.region, report.domain, report.names)) or "any TIME_WAIT"
        for p in report.proofs
        if p.unbounded
    ]
    return " or ".join(dict.fromkeys(texts)) or cell(report)


def condition_of(answer: Answer, lang: str) -> str:
    """The condition, or the reason, in one sentence; where a claim has none for what came out, the settings speak."""
    if answer.sentence is not None:
        shown = {k: Shown(s, o, lang) for k, s, o, _ in answer.statements()}
        return getattr(answer.sentence.text, lang).format_map(shown)  # type: ignore[no-any-return]
    parts = []
    for word in ("yes", "conditional", "no", "unknown"):
        settings = [getattr(s.setting, lang) for _, s, _, w in answer.statements() if w == word]
        if settings:
            head, mark, end = ("{}: {}", "; ", ".") if lang == "en" else ("{}：{}", "；", "。")
            parts.append(head.format(getattr(WORDS[word], lang), mark.join(settings)) + end)
    return (" " if lang == "en" else "").join(parts)


# ------------------------------------------------------------ evidence


def models_text(outcome: Outcome, lang: str) -> str:
    """The model or models that a statement is about."""
    return outcome.model.replace(" and ", " 与 ") if lang == "zh" else outcome.model


def asked_text(statement: Statement, outcome: Outcome, lang: str) -> str:
    """What was asked of a model: property, durations, and what the scope has beyond the least."""
    zh = lang == "zh"
    if isinstance(statement, Checked | Reached):
        what = statement.property if isinstance(statement, Checked) else getattr(described(statement.what), lang)
        barred = [f"{'从不执行' if zh else 'never'} {r}" for r in getattr(statement, "without", ())]
        return ", ".join([what, *_durations(outcome, lang), *_scope(outcome.scope or statement.scope, zh), *barred])
    if isinstance(statement, Bounded):
        at = f"TIME_WAIT = {expression_text(statement.at)}"
        return ", ".join([statement.property, at, *_scope(outcome.scope or statement.scope, zh)])
    if isinstance(statement, Same):
        about = [*statement.states, *statement.events]
        what = f"{'、'.join(about)} 的规则" if zh else f"rules for {', '.join(about)}"
        if not about:
            what = "所有规则" if zh else "all rules"
        return ", ".join([what, *statement.numbers])
    if isinstance(statement, Stays):
        return f"{statement.state}, {statement.event}"
    assert isinstance(statement, Rate)
    return f"{statement.ports} {'个端口' if zh else 'ports'} / {Shown(statement, outcome, lang):wait}" \
        if outcome.parameters else str(statement.ports)  # fmt: skip


def _durations(outcome: Outcome, lang: str) -> list[str]:
    p = outcome.parameters
    if not p:
        return []
    found = [f"TIME_WAIT = {_seconds(p['TIME_WAIT'], p['MSL'])}"]
    if p["MSL"] != 1:
        found += [f"MSL = {short(p['MSL'])}s"]
    return found + ([f"RTO ≤ {_seconds(p['RTO_MAX'], p['MSL'])}"] if p["RTO_MAX"] != p["MSL"] else [])


def _seconds(value: Fraction, msl: Fraction) -> str:
    return f"{short(value)}s" if msl != 1 else f"{short(value)} MSL" if value else "0"


def _scope(scope: Scope, zh: bool) -> list[str]:
    """How many losses, and whatever else is not as in the scope that commands have unless they are told otherwise."""
    usual = Scope()

    def count(number: int, en: str, cn: str) -> str:
        if number == UNLIMITED:
            return f"{cn}不限" if zh else f"any number of {en if en.endswith('s') else en + 's'}"
        return f"{cn} {number}" if zh else plural(number, en)

    found = [count(scope.losses, "loss" if scope.losses != UNLIMITED else "losses", "丢包")]
    if scope.duplicates:
        found.append(count(scope.duplicates, "duplicate", "重复"))
    if scope.retransmissions != usual.retransmissions:
        found.append(count(scope.retransmissions, "retransmission", "重传"))
    if scope.incarnations != usual.incarnations:
        alone = "仅一个连接" if zh else "one incarnation"
        several = f"并存 {scope.incarnations} 个连接" if zh else plural(scope.incarnations, "incarnation")
        found.append(alone if scope.incarnations == 1 else several)
    if scope.data:
        found.append(f"数据 {scope.data}" if zh else "data")
    if calls := [getattr(text, "zh" if zh else "en") for text in _called(scope.calls)]:
        listed = "，".join(calls) if zh else ", ".join(calls)
        option = f"--calls {','.join(scope.calls)}"
        found.append(f"{listed}（{option}）" if zh else f"{listed} ({option})")
    for name in ("reopen", "sequence"):
        if getattr(scope, name) != getattr(usual, name):
            found.append(f"--{name} {getattr(scope, name)}")
    if scope.start != usual.start:
        found.append("从两个 CLOSED 端开始" if zh else "from two CLOSED ends")
    if not scope.reordering:
        found.append("按序到达" if zh else "in order")
    if not scope.delay:
        found.append("无时延" if zh else "no delays")
    return found


def _called(calls: tuple[str, ...]) -> list[Text]:
    """Where applications may make other calls than usual, what that comes to."""
    parts = {
        Text("nobody opens again", "不再打开"): "open" not in calls,
        Text("nobody calls CLOSE", "无人调用 CLOSE"): not {"close", "close-in-turn"} & {*calls},
        Text("closing in turn", "先后关闭"): "close-in-turn" in calls,
        Text("openings given up", "可放弃建立"): "cancel" in calls,
        Text("connections aborted", "可中止连接"): "abort" in calls,
        Text("several hosts behind one address", "同一地址后有多台主机"): "other-host" in calls,
    }
    return [text for text, told in parts.items() if told]


def outcome_text(statement: Statement, outcome: Outcome, lang: str) -> str:
    """What came out, in a few words."""
    zh, shown = lang == "zh", Shown(statement, outcome, lang)
    text = format(shown, "word")
    if outcome.verdict == "unknown":
        brackets = "（{}）" if zh else " ({})"
        return text + brackets.format(outcome.reason) if outcome.reason else text
    if outcome.bound is not None:
        if outcome.verdict == "sometimes":
            text += f" {shown:left}"
        return f"{text}{'；区域：' if zh else '; region: '}{shown:patient}"
    if outcome.value is not None:
        return f"{shown:rate} 个/秒：{text}" if zh else f"{shown:rate} a second: {text}"
    if outcome.names:
        text += f"：{'、'.join(outcome.names)}" if zh else f": {', '.join(outcome.names)}"
    if outcome.trace is not None:
        steps = len(outcome.trace.steps)
        text += f"（{steps} 步）" if zh else f" in {steps} steps"
    return text
