"""Mistakes in a model file: one sentence that names the file, what is wrong and what would be right."""

from __future__ import annotations

from fractions import Fraction

import pytest

import tcpverify
from tcpverify.cli.main import main
from tcpverify.errors import ModelError
from tcpverify.lang.expr import FALSE, TRUE
from tcpverify.tcp.lexicon import TAGS, UNREAD, entries
from tcpverify.tcp.registry import load
from tcpverify.tcp.vocabulary import MSL, RST, Amendment, Rule, ack_segment, change, insert, merge

WORDS = "from tcpverify.tcp.vocabulary import *\n"
ANEW = 'assign={"RCV.NXT": SEG_SEQ + 1, "ISS": NEW_ISS, "SND.UNA": NEW_ISS, "SND.NXT": NEW_ISS + 1, "PASSIVE": True}'


def amendment(changes: str = 'change("TIME-WAIT.rst", text="x"),', more: str = "") -> str:
    return f'{WORDS}AMENDMENT = Amendment("mine", "t", "s", changes=({changes}), {more})\n'


def rule(fields: str, guard: str = "SYN & ~RST & ~ACK") -> str:
    words = f'Rule("TIME-WAIT.x", "TIME-WAIT", "SEGMENT", "c", "t", guard={guard}, {fields})'
    return amendment(f'insert({words}, before="TIME-WAIT.*"),')


def timer(runs: str, name: str = "mine", event: str = "", states: str = "TIME-WAIT", more: str = "") -> str:
    return amendment(more=f'timers=(Timer("{name}", "{event}", {{"{states}"}}, {runs}, "c"{more}),)')


MISTAKES = [
    # values of the wrong kind
    (rule('assign={"PASSIVE": 5}'), "rule 'TIME-WAIT.x' assigns a number (<5>) to PASSIVE, which is a condition"),
    (rule('assign={"PASSIVE": "5"}'), "line 2: rule 'TIME-WAIT.x': assign['PASSIVE'] is '5'; write an expression"),
    (rule('assign="PASSIVE"'), 'assign is \'PASSIVE\'; write variables and values, such as {"SND.NXT"'),
    (rule("emits=ack_segment()"), "rule 'TIME-WAIT.x': emits is not a tuple; write emits=(ack_segment(),)"),
    (rule('tags="reset"'), "tags is 'reset'; write a set of words, such as frozenset({\"challenge\"})"),
    (rule('restarts="time-wait"'), 'restarts is \'time-wait\'; write pairs of a timer and a condition'),
    (rule('restarts=("time-wait", TRUE)'), 'such as (("time-wait", TRUE),)'),
    (rule("chooses=5"), "rule 'TIME-WAIT.x': chooses is 5; write a condition"),
    (rule("to=3"), "rule 'TIME-WAIT.x': to is 3; write text"),
    (rule("", 'elapsed("time-wait", 1)'), 'name the duration, as in elapsed(\'time-wait\', parameter("WAIT"))'),
    (rule("emits=(segment(SEG_TEXT, rst=True),)"), "sends a segment whose SEQ is a number (<SEG.TEXT>)"),
    (rule('emits=(Emit({"SEQ": SND_NXT}),)'), "sends a segment without TEXT, SYN?"),
    (amendment('change("TIME-WAIT.rst", to=None)'), "amendment 'mine': changes is not a tuple; write changes=("),
    (amendment('"TIME-WAIT.rst",'), "amendment 'mine': changes[0] is 'TIME-WAIT.rst'; write changes=(change(…),)"),
    (amendment('insert("TIME-WAIT.rst", before="x"),'), "insert() takes a rule"),
    (amendment('change("TIME-WAIT.rst", emits=ack_segment()),'), "the change of 'TIME-WAIT.rst': emits is not a tuple"),
    (amendment(more='numbers=[3], scope="clock"'), "numbers is [3]; write names and durations"),
    (amendment(more='scope="clock"'), "scope is 'clock'; write choices of the scope, such as"),
    (amendment(more='scope={"sequence": "clok"}'), "scope gives sequence = 'clok'; did you mean clock?"),
    (amendment(more='numbers={"TIME_WAIT": "3"}'), "numbers['TIME_WAIT'] is '3'; write a duration, such as 2 * MSL"),
    (amendment(more='numbers={"TIME_WAIT": 0.7}'), "numbers are exact: Fraction(1, 2)"),
    (amendment(more='numbers={"TIME_WAIT": 0.7 * MSL}'), "durations are exact"),
    (amendment(more='over="ideal"'), "over is 'ideal'; write a tuple of names, such as (\"ideal\",)"),
    (amendment().replace('"t"', "3"), "amendment 'mine': title is 3; write text in quotation marks"),
    (amendment().replace('"s"', "None"), "amendment 'mine': source is None"),
    (amendment().replace('"mine"', '"x y"'), "the name of an amendment is 'x y'; a name is made of letters and digits"),
    # words that nothing knows
    (amendment(more='numbers={"TIMEWAIT": 3 * MSL}'), "no rule or timer reads; did you mean TIME_WAIT?"),
    (amendment(more='numbers={"FOO": 3 * MSL}'), "'FOO', which no rule or timer reads; there are TIME_WAIT, MSL"),
    (amendment(more='numbers={"TIME_WAIT": parameter("FOO")}'), "TIME_WAIT = FOO reads 'FOO', but is to be given in"),
    (amendment(more='over=("nope",)'), "over names 'nope', which no amendment is called; `tcpverify models`"),
    (amendment(more='over=("idael",)'), "did you mean ideal?"),
    (amendment(more='relevant={"SND.UP": {"CLOSED"}}'), "relevant names the unknown variable 'SND.UP'; did you mean"),
    (rule('tags={"rset"}'), "rule 'TIME-WAIT.x' has the unknown tag 'rset'; did you mean reset?"),
    (rule(f'to="SYN-RECEIVED", {ANEW}, tags={{"reopen"}}'), "unknown tag 'reopen'; did you mean reopens"),
    (rule('to="TIMEWAIT"'), "unknown state 'TIMEWAIT'; did you mean TIME-WAIT?"),
    (amendment('change("TIME-WAIT.rts", to=None),'), "which the table does not have; did you mean TIME-WAIT.rst"),
    (amendment('change("TIME-WAIT.qqqqqqqqqqqqqqqqqqqq", to=None),'), "; there are TIME-WAIT.open-active, TIME"),
    # what an end does not have
    (rule(f'to="SYN-RECEIVED", {ANEW}'), "takes a new ISS, so it begins a connection: give it the tag 'reopens'"),
    (rule('tags={"opens"}'), "has the tag 'opens', which is for OPEN-ACTIVE and OPEN-PASSIVE, not for SEGMENT"),
    (rule('tags={"returns"}'), "has the tag 'returns', but does not assign SND.UNA, SND.NXT, RCV.NXT"),
    (rule('to="ESTABLISHED"'), "leads to ESTABLISHED, which needs ISS; TIME-WAIT has none: assign it"),
    (rule("", "SYN & ~RST & PASSIVE"), "rule 'TIME-WAIT.x' reads 'PASSIVE', of which an end in TIME-WAIT knows"),
    (timer("PASSIVE"), "timer 'mine' runs while <PASSIVE>, but 'PASSIVE' is forgotten in TIME-WAIT"),
    (timer("ISS == SND_NXT"), "'ISS' is forgotten in TIME-WAIT"),
    (timer("RCV_NXT == SND_UNA"), "timer 'mine' compares RCV.NXT with SND.UNA; it may compare the end's own numbers"),
    (timer("RST"), "'SEG.RST?' is not what an end keeps"),
    (timer('elapsed("time-wait", parameter("W"))'), "only rules may ask for that"),
    (timer("5"), "timer 'mine': while_ is 5; write a condition"),
    (timer("TRUE", states="TIMEWAIT"), "runs in the unknown state 'TIMEWAIT'; did you mean TIME-WAIT?"),
    (timer("TRUE", event="CLOSE", more=", MSL"), "has the event 'CLOSE', which is none of a timer; there are"),
    (timer("TRUE", event="USER-TIMEOUT", more=", MSL"), "call it 'user-timeout', as its event"),
    (timer("TRUE", name="user-timeout", event="USER-TIMEOUT"), "nothing says when: give lasts"),
    # Python's precedence
    (rule("", "RST & SEG_SEQ == RCV_NXT"), "<SEG.SEQ> is a sequence number, not a condition; & | ~ bind closer"),
    (rule("", "SEG_SEQ == RCV_NXT & RST"), "a comparison stands in parentheses: RST & (SEG_SEQ == RCV_NXT)"),
    (rule("", "SND_UNA < SEG_ACK <= SND_NXT"), "(a < b) & (b < c) instead of a < b < c"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), MISTAKES, ids=[said[-40:] for _, said in MISTAKES])
def test_a_mistake_is_a_model_error_that_says_what_is_right(tmp_path, text: str, said: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        load(f"rfc9293+{path}")
    assert said in str(caught.value)
    assert "mine.py" in str(caught.value) or "'mine'" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", [timer("PASSIVE"), rule('tags={"reopen"}'), rule("emits=ack_segment()")])
def test_the_command_ends_in_one_sentence_and_exit_status_2(tmp_path, capsys, text: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(text, encoding="utf-8")
    assert main(["check", f"rfc9293+{path}", "--losses", "0"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1


def test_what_is_meant_beyond_doubt_is_taken_as_meant() -> None:
    found = Rule("A.b", "A", "X", "c", "t", guard=True, assign={"P": True, "N": 3}, emits=[ack_segment()],
                 restarts=[("t", False)], tags={"reset"})  # type: ignore[arg-type]  # fmt: skip
    assert found.guard is TRUE and found.assign["P"] is TRUE and found.assign["N"].args == (3,)
    assert isinstance(found.emits, tuple) and len(found.emits) == 1
    assert found.restarts == (("t", FALSE),) and found.tags == frozenset({"reset"})
    third = Amendment("third", "t", "s", [merge("A.*", {"P": False})], numbers={"TIME_WAIT": 3, "MSL": Fraction(1, 2)})  # type: ignore[arg-type, dict-item]
    assert str(third.numbers["TIME_WAIT"]) == "3" and str(MSL * 3 / 2) == "3/2*MSL"
    assert (True & RST) is RST and (False | RST) is RST


def test_over_may_name_an_amendment_in_a_file_beside(tmp_path) -> None:
    (tmp_path / "other_one.py").write_text("raise SystemExit('executed')", encoding="utf-8")
    mine = tmp_path / "mine.py"
    mine.write_text(amendment(more='over=("other-one",)'), encoding="utf-8")
    assert load(f"rfc9293+{mine}").table.amendments[0].over == ("other-one",)


def test_python_is_told_the_same() -> None:
    late = Rule("TIME-WAIT.x", "TIME-WAIT", "SEGMENT", "c", "t", guard=RST, tags=frozenset({"rset"}))
    with pytest.raises(tcpverify.ModelError, match=r"<late>: rule 'TIME-WAIT\.x' has the unknown tag 'rset'"):
        tcpverify.load("rfc9293") + Amendment("late", "t", "s", (insert(late, before="TIME-WAIT.*"),))
    with pytest.raises(tcpverify.ModelError, match=r"the change of 'A\.b': assign is 3"):
        change("A.b", assign=3)


def test_every_word_of_a_model_file_has_a_meaning() -> None:
    from tcpverify.tcp import vocabulary

    found = entries()
    assert {e.word for e in found} >= set(vocabulary.__all__)
    assert all(e.meaning for e in found)
    assert TAGS.keys() > UNREAD
    for entry in found:
        if entry.example:
            assert eval(entry.example, vars(vocabulary)) is not None
    assert all(e.example for e in found if e.kind in ("function", "operator"))
    fields = {e.word for e in found if e.kind == "field"}
    assert fields >= {"guard", "chooses", "over", "numbers", "scope", "relevant", "while_", "lasts", "changes"}
