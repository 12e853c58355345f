"""The state machine as a graph is the one of RFC 9293, Figure 5, and says what amendments change of it."""

from __future__ import annotations

from tcpverify.tcp.registry import load
from tcpverify.workflow.machine import machine_graph

#: typed from the figure, arrow by arrow: state, next state, event, action (x: nothing)
FIGURE_5 = """
CLOSED LISTEN passive OPEN/create TCB
CLOSED SYN-SENT active OPEN/create TCB, snd SYN
LISTEN CLOSED CLOSE/delete TCB
LISTEN SYN-RECEIVED rcv SYN/snd SYN,ACK
SYN-SENT CLOSED CLOSE/delete TCB
SYN-SENT SYN-RECEIVED rcv SYN/snd SYN,ACK
SYN-SENT ESTABLISHED rcv SYN,ACK/snd ACK
SYN-RECEIVED LISTEN rcv RST/x
SYN-RECEIVED ESTABLISHED rcv ACK of SYN/x
SYN-RECEIVED FIN-WAIT-1 CLOSE/snd FIN
ESTABLISHED FIN-WAIT-1 CLOSE/snd FIN
ESTABLISHED CLOSE-WAIT rcv FIN/snd ACK
FIN-WAIT-1 FIN-WAIT-2 rcv ACK of FIN/x
FIN-WAIT-1 CLOSING rcv FIN/snd ACK
FIN-WAIT-2 TIME-WAIT rcv FIN/snd ACK
CLOSE-WAIT LAST-ACK CLOSE/snd FIN
CLOSING TIME-WAIT rcv ACK of FIN/x
LAST-ACK CLOSED rcv ACK of FIN/x
TIME-WAIT CLOSED timeout = 2*MSL/delete TCB
"""
#: what the text has beyond the figure: its note 2, a SYN and a FIN that arrive in SYN-RECEIVED (§3.10.7.4), OPEN in
#: LISTEN where the figure has SEND (§3.10.1), and the one thing that TIME-WAIT waits for
BEYOND = """
FIN-WAIT-1 TIME-WAIT rcv FIN,ACK of FIN/snd ACK
SYN-RECEIVED LISTEN rcv SYN/x
SYN-RECEIVED CLOSE-WAIT rcv FIN,ACK of SYN/snd ACK
LISTEN SYN-SENT active OPEN/snd SYN
TIME-WAIT TIME-WAIT rcv FIN/snd ACK, restart timer
"""


def arrows(model: str, **wanted: object) -> set[tuple[str, str, str]]:
    graph = machine_graph(load(model))
    return {
        (tail, head, f"{data['event']}/{data['action'] or 'x'}")
        for tail, head, data in graph.edges(data=True)
        if all(data[name] == value for name, value in wanted.items())
    }


def typed(text: str) -> set[tuple[str, str, str]]:
    rows = (row.split(" ", 2) for row in text.strip().splitlines())
    return {(tail, head, label) for tail, head, label in rows}


def test_the_standard_is_figure_5() -> None:
    assert arrows("rfc9293", main=True) == typed(FIGURE_5) | typed(BEYOND)
    graph = machine_graph(load("rfc9293"))
    assert len(graph) == 11 and graph.graph["time_wait"] == "2*MSL"
    assert graph.nodes["TIME-WAIT"]["timers"] == "time-wait" and graph.nodes["CLOSED"]["initial"]
    assert {data["status"] for _, _, data in graph.edges(data=True)} == {"same"}


def test_rules_are_on_one_arrow_each_unless_their_timer_does_not_run_there() -> None:
    table = load("rfc9293").table
    graph = machine_graph(load("rfc9293"))
    named = [rule for _, _, data in graph.edges(data=True) for rule in data["rules"].split("; ")]
    rules = table.rules.values()
    idle = {r.name for r in rules for t in table.timers if t.event == r.event and r.state not in t.states}
    assert sorted([*named, *idle]) == sorted(table.rules)


def test_what_rfc1337_changes() -> None:
    assert arrows("rfc9293+rfc1337", status="removed") == {
        ("TIME-WAIT", "CLOSED", "rcv RST/x"), ("TIME-WAIT", "TIME-WAIT", "rcv RST/snd ACK"),
    }  # fmt: skip
    assert arrows("rfc9293+rfc1337", status="added") == {("TIME-WAIT", "TIME-WAIT", "rcv RST/x")}
    assert arrows("rfc9293+rfc1337", main=True, status="same") == arrows("rfc9293", main=True)
    changed = [d for _, _, d in machine_graph(load("rfc9293+rfc1337")).edges(data=True) if d["status"] != "same"]
    assert {d["amendment"] for d in changed} == {"rfc1337"}


def test_amendments_are_held_against_what_stands_before_them() -> None:
    # A sum is held against its own base, what is added to a sum against the sum.
    assert machine_graph(load("textbook")).graph["base"] == "rfc9293"
    assert machine_graph(load("textbook+no-restart")).graph["base"] == "textbook"
    assert arrows("textbook+no-restart", status="removed") == {
        ("TIME-WAIT", "TIME-WAIT", "rcv FIN/snd ACK, restart timer")
    }
    assert arrows("rfc9293+time-wait-120s", status="added") == {("TIME-WAIT", "CLOSED", "timeout = 120/delete TCB")}


def test_every_shipped_machine_can_be_drawn() -> None:
    from tcpverify.tcp.registry import catalogue

    for entry in catalogue():
        if entry.kind != "amendment":
            graph = machine_graph(load(entry.name))
            assert all(isinstance(v, (str, bool)) for _, _, d in graph.edges(data=True) for v in d.values())


def test_the_diagram_without_numbers_is_figure_5_too() -> None:
    # Its rules say "rcv ACK of FIN / x"; ACKs of a SYN and of a FIN are two messages there, and 2·MSL is any time.
    drawn = {(tail, head, label.replace("ACK of FIN", "ACK")) for tail, head, label in arrows("fig5", main=True)}
    figure = {(tail, head, label.replace("ACK of SYN", "ACK").replace("ACK of FIN", "ACK"))
              for tail, head, label in typed(FIGURE_5) if "timeout" not in label}  # fmt: skip
    assert figure <= drawn
    assert {(tail, head) for tail, head, _ in drawn - figure} == {
        ("LISTEN", "SYN-SENT"), ("FIN-WAIT-1", "TIME-WAIT"), ("TIME-WAIT", "CLOSED"),
    }  # fmt: skip
