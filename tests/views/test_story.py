"""The sentences under a ladder: which TIME-WAIT they speak of, how it ended, and what an application had called."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tcpverify.evidence.trace import Trace
from tcpverify.tcp.scope import Scope
from tcpverify.views.story import closing
from tcpverify.workflow.check import check
from tcpverify.workflow.results import CheckRequest

LOSSLESS = Scope(losses=0)


def refuted(model: str, scope: Scope, name: str, msl: int = 30, *waits: Fraction) -> Trace:
    asked = CheckRequest(model, Fraction(msl), waits, scope=scope, properties=(name,), sweep=False, brief=True)
    trace = check(asked).verdicts[0].trace
    assert trace is not None
    return trace


def test_the_time_wait_is_that_of_the_incarnation_of_the_old_segment() -> None:
    trace = refuted("textbook+paws+rfc1337", replace(LOSSLESS, reopen="both"), "no-old-segment")
    (old,) = [s for step in trace.steps for s in step.sent if s.number == trace.steps[-1].delivered]
    assert old.incarnation == 2
    # The one from 0 to 60 was incarnation 1's.
    text = " ".join(closing(trace))
    assert "The TIME-WAIT of A (from 60, until 120) was not over yet; B had none, and opened again." in text
    assert "0 to 60" not in text


def test_a_time_wait_that_did_not_run_out_is_not_said_to_be_over() -> None:
    trace = refuted("textbook", LOSSLESS, "no-old-segment", 1, Fraction(3, 2))
    place, over = next((i, s) for i, s in enumerate(trace.steps) if s.kind == "timer" and s.event == "TIME-WAIT")

    def told(**otherwise: object) -> str:
        ended = replace(over, **otherwise)  # type: ignore[arg-type]
        text = closing(replace(trace, steps=(*trace.steps[:place], ended, *trace.steps[place + 1 :])))[1]
        return text.split(". ")[0]

    whose = "the TIME-WAIT of A (from 0"
    assert told() == f"By then {whose} to 1.5) was over"
    segment = {"kind": "deliver", "event": "SEGMENT", "delivered": 2}
    assert told(**segment) == f"By then the ACK #2 had ended {whose}) at 1.5, before its time"
    again = replace(over.after, state="SYN-RECEIVED")
    assert told(**segment, after=again) == f"By then the ACK #2 had reopened {whose}) at 1.5, before its time"
    call = {"kind": "call", "event": "OPEN-ACTIVE", "after": replace(over.after, state="SYN-SENT")}
    assert told(**call) == f"By then its own OPEN had reopened {whose}) at 1.5, before its time"


def test_where_there_was_none_that_is_said() -> None:
    text = " ".join(closing(refuted("rfc9293+linger-0", LOSSLESS, "no-old-segment", 1)))
    assert "Neither end was ever in TIME-WAIT in incarnation 1." in text


def test_who_called_nothing_is_not_said_to_have_called_close() -> None:
    alone = Scope(losses=0, incarnations=1, calls=("close",))
    trace = refuted("rfc9293+linger-0", alone, "graceful-close", 1)
    assert len(trace.steps) == 2
    assert closing(trace)[0].startswith("B had called neither CLOSE nor ABORT, yet the RST #1 took B")
    trace = refuted("textbook+tw-overflow", alone, "graceful-close", 1)
    assert " had only called CLOSE, yet " in closing(trace)[0]
