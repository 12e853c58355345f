"""The sayings follow the model: other rules, other answers; and no answer without a decision."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from tcpverify.errors import UsageError
from tcpverify.tcp.scope import Scope
from tcpverify.views.claims import claims_lines
from tcpverify.views.phrases import LANGUAGES, asked_text, condition_of
from tcpverify.views.styled import text_of
from tcpverify.workflow.claims.asking import claims, find
from tcpverify.workflow.claims.claim import across, all_of
from tcpverify.workflow.claims.observed import OBSERVED
from tcpverify.workflow.claims.outcomes import Answer
from tcpverify.workflow.claims.sayings import CLAIMS
from tcpverify.workflow.claims.statements import Bounded, Checked, Reached
from tcpverify.workflow.prices import BYTES, PORTS, CostRequest
from tests.docs.answers import report


def answer(number: int, amendment: str = "") -> Answer:
    """What becomes of one saying."""
    (found,) = claims([number], amendment=amendment).answers
    return found


def amendment(directory: Path, changes: str) -> str:
    """A file with an amendment of the user's."""
    path = directory / "mine.py"
    path.write_text(
        "from tcpverify.tcp.vocabulary import *\n"
        f'AMENDMENT = Amendment(name="mine", title="", source="", changes=({changes},),\n'
        '                      over=("literal", "ideal", "rfc1337", "no-restart", "linux-time-wait"))\n',
        encoding="utf-8",
    )
    return str(path)


def test_every_saying_is_settled_and_has_words_for_what_came_out() -> None:
    assert report().halted == "" and report().exit_status == 0
    for found in report().answers:
        assert found.holds in ("yes", "no", "conditional"), found.claim.id
        assert found.sentence is not None, f"claim {found.claim.id}: {found.words}"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: str(c.id))
def test_every_saying_is_there_in_both_languages(claim: object) -> None:
    found = find(claim.id)  # type: ignore[attr-defined]
    texts = [found.words, found.meaning, *(s.setting for s in found.statements.values())]
    texts += [s.text for s in found.sentences]
    for text in texts:
        assert text.en.isprintable() and text.en.strip() and text.zh.strip()
        assert text.en == text.zh or any("一" <= c <= "鿿" for c in text.zh), text
    for _, (text, _) in OBSERVED.items():
        assert any("一" <= c <= "鿿" for c in text.zh)


def test_sayings_have_numbers_of_their_own() -> None:
    numbers = [c.id for c in CLAIMS]
    assert numbers == list(range(1, 26))


@pytest.mark.parametrize(
    ("number", "holds"),
    # Known from elsewhere: RFC 9293 Figure 13, RFC 1337, RFC 1323 Appendix B.2, RFC 1185, Linux's sources, arithmetic.
    [(1, "conditional"), (3, "conditional"), (6, "no"), (14, "no"), (15, "yes"), (17, "no"), (18, "conditional"),
     (19, "no"), (21, "no"), (22, "conditional")],
)
def test_known_answers(number: int, holds: str) -> None:
    assert next(a for a in report().answers if a.claim.id == number).holds == holds


def test_conditions_are_derived() -> None:
    shown = condition_of(next(a for a in report().answers if a.claim.id == 3), "en")
    assert "RTO_MAX ≤ MSL" in shown and "TIME_WAIT ≥ MSL + RTO_MAX" in shown
    assert "470.5" in condition_of(next(a for a in report().answers if a.claim.id == 22), "zh")


@pytest.mark.parametrize(
    ("number", "changes", "before", "after"),
    [
        (8, 'change("TIME-WAIT.fin-again", restarts=())', "yes,no", "no,no"),
        (17, 'change("TIME-WAIT.rst", to=None, emits=(), tags=frozenset())', "no,yes,no", "yes,yes,no"),
        (24, 'change("LAST-ACK.fin-acked", to="TIME-WAIT")', "yes,no", "no,no"),
        (22, 'change("TIME-WAIT.open-active", to="SYN-SENT", '
             'assign={"ISS": NEW_ISS, "SND.UNA": NEW_ISS, "SND.NXT": NEW_ISS + 1}, tags=frozenset({"opens"}))',
         "yes,yes,no,no,no", "no,yes,no,no,no"),
    ],
    ids=["no restart", "RST ignored", "the second closer waits", "TIME-WAIT may be left"],
)
def test_another_rule_is_another_answer(number: int, changes: str, before: str, after: str, tmp_path: Path) -> None:
    assert ",".join(answer(number).words.values()) == before
    found = answer(number, amendment(tmp_path, changes))
    assert ",".join(found.words.values()) == after
    # The words were written for another pattern, so the settings speak.
    assert found.sentence is None
    for lang in LANGUAGES:
        assert getattr(next(iter(found.claim.statements.values())).setting, lang) in condition_of(found, lang)


def test_an_option_that_changes_a_rule_is_not_said_to_change_none(tmp_path: Path) -> None:
    from tcpverify.workflow.claims.deciding import Deciding
    from tcpverify.workflow.claims.statements import Same, Text
    from tcpverify.workflow.limits import Limits

    found = Deciding(Limits()).decide(Same(Text("", ""), "rfc9293", other="rfc9293+no-restart"))
    assert found.verdict == "different" and found.names == ("TIME-WAIT.fin-again",)


def test_timers_and_durations_are_compared_with_the_rules() -> None:
    from tcpverify.workflow.claims.deciding import Deciding
    from tcpverify.workflow.claims.statements import Same, Text
    from tcpverify.workflow.limits import Limits

    def differ(other: str, *states: str, events: tuple[str, ...] = ()) -> tuple[str, ...]:
        base, _, _ = other.partition("+")
        asked = Same(Text("", ""), base, other=other, states=states, events=events, numbers=("TIME_WAIT",))
        return Deciding(Limits()).decide(asked).names

    # The limit on FIN-WAIT-2 is a timer and no rule: asked about rules alone, nothing at all would differ.
    assert differ("linux+fin-timeout") == differ("linux+fin-timeout", "FIN-WAIT-2") == ("user-timeout",)
    assert differ("linux+fin-timeout", "TIME-WAIT") == differ("linux+fin-timeout", events=("SEGMENT",)) == ()
    assert differ("rfc9293+time-wait-120s", "TIME-WAIT") == ("TIME_WAIT",)


def test_what_reopens_time_wait_is_shown_by_the_run() -> None:
    """Claim 18: the old FIN that is taken, and the SYN that nobody stands behind any more."""
    outcomes = answer(18).outcomes
    late, old, back = (outcomes[k].trace for k in ("late", "old", "back"))
    assert late is not None and old is not None and back is not None
    for trace in (late, old, back):
        rules = [s.rule for s in trace.steps]
        assert "TIME-WAIT.reopen" in rules and "TIME-WAIT.time-wait-timeout" not in rules
    last = late.steps[-1]
    assert (last.rule, last.after.state, last.after.incarnation) == ("ESTABLISHED.fin", "CLOSE-WAIT", 2)
    (fin,) = (m for s in late.steps for m in s.sent if m.number == last.delivered)
    assert (fin.flags, fin.incarnation) == ("FIN,ACK", 1)
    assert (old.steps[-1].after.state, back.steps[-1].after.state) == ("LISTEN", "TIME-WAIT")


def test_what_there_is_no_time_for_is_unknown() -> None:
    found = claims([2, 5], seconds=1e-6)
    assert [a.holds for a in found.answers] == ["unknown", "unknown"] and found.exit_status == 3
    assert "raise --timeout" in found.halted


def test_ctrl_c_leaves_what_was_known() -> None:
    asked = iter([False] * 3)
    found = claims([22, 2], interrupted=lambda: next(asked, True))
    assert found.interrupted and found.exit_status == 130 and found.answers[-1].holds == "unknown"


def test_a_run_that_reaches_something_is_replayed_and_a_proof_rechecked() -> None:
    outcomes = answer(23).outcomes
    assert outcomes["bare"].assurance is not None and outcomes["bare"].assurance.rechecked_by == ("z3",)
    three = outcomes["three"]
    assert three.trace is not None and three.trace.steps[-1].rule == "FIN-WAIT-1.fin-and-ack"


def test_how_sayings_follow_from_statements() -> None:
    words = {"a": "yes", "b": "no", "c": "conditional", "d": "unknown"}
    assert across("a")(words) == "yes" and across("b")(words) == "no"
    assert across("a", "b")(words) == across("c")(words) == "conditional"
    assert across("a", "d")(words) == "unknown"
    assert all_of("a", "b", "d")(words) == "no" and all_of("a", "d", "c")(words) == "unknown"
    assert all_of("a", "c")(words) == "conditional" and all_of("a")(words) == "yes"


def test_an_unknown_number_names_those_that_are_known() -> None:
    with pytest.raises(UsageError, match="no saying 99; they have the numbers 1 to 25"):
        find(99)


def test_a_row_says_how_its_scope_differs_from_the_usual() -> None:
    found = {(a.claim.id, k): asked_text(s, o, "en") for a in report().answers for k, s, o, _ in a.statements()}
    close = "one incarnation, nobody opens again (--calls close)"
    assert found[17, "one"].endswith(f"no losses, {close}, --sequence timestamps"), "the model brings timestamps"
    assert found[9, "text"].endswith(f"no losses, {close}")
    assert "any number of retransmissions" in found[2, "many"]
    usual = Scope()
    for answer in report().answers:
        for key, statement, outcome, _ in answer.statements():
            scope = outcome.scope
            if scope is None:
                assert not isinstance(statement, Bounded | Checked | Reached)
                continue
            for lang in LANGUAGES:
                text = asked_text(statement, outcome, lang)
                assert ("(--calls" in text.replace("（", "(")) == (scope.calls not in (usual.calls, ())), (key, text)
                assert ("--sequence" in text) == (scope.sequence != usual.sequence)
                assert scope.incarnations == 2 or "one incarnation" in text or "仅一个连接" in text


def test_chinese_rows_are_chinese() -> None:
    rows = text_of(claims_lines(report(), 100, "zh")).splitlines()
    assert "linux 与 linux+fin-timeout" in "".join(rows)
    for row in rows:
        assert " and " not in row and not re.search(r"[一-鿿]:", row), row


def test_a_socket_has_one_size() -> None:
    text = condition_of(next(a for a in report().answers if a.claim.id == 25), "en")
    assert "14.5 MB" in text and f"{BYTES} bytes" in text
    assert CostRequest(rate=Fraction(PORTS, 60)).price(Fraction(60)).bytes == PORTS * BYTES
