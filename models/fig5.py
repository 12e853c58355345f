"""The state diagram of RFC 9293, Figure 5, and nothing else: no time, no sequence numbers, perfect queues.

It exists to be compared. The public TLA+ specification of the diagram (tlaplus/Examples, `specifications/tcp`)
publishes how many states the model checker TLC finds in it; run by this program the same machine must have as
many. The rules below are the arrows of Figure 5 and its notes, with the choices of that specification:

- ACK and "ACK of FIN" are two messages, so no end needs numbers to tell them apart.
- Note 1 (only a passive opener returns to LISTEN) is not observed: a RST leads from SYN-RECEIVED to LISTEN
  always. Note 2 needs the FIN and the ACK of FIN at the front of the queue, and takes both at once.
- Note 3 is read as widely as it can be: any end that has a TCB may send RST and enter TIME-WAIT at any moment,
  and a RST leads any end to LISTEN or to CLOSED.
- A RST and the last ACK leave the TCB as it is, so an end may be CLOSED and still have one: only CLOSE and the
  end of TIME-WAIT delete it.

Where an event has several rules, each may happen. A user can call only CLOSE (opens are over when a run
starts), and an end does not send what it has just sent while that still waits at the end of the queue.
"""

from tcpverify.lang.expr import TRUE, Sort, all_of, boolean, integer, lift
from tcpverify.lang.queues import FRONT, MESSAGE, End, QueueMachine
from tcpverify.lang.table import Emit, Rule, Table

GROUP = "standards"
STATES = (
    "CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2",
    "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
)  # fmt: skip
MESSAGES = ("SYN", "SYN,ACK", "ACK", "FIN", "ACK of FIN", "RST")
FIGURE = "RFC 9293 §3.3.2, Figure 5"
TCB, HEAD, NEXT = boolean("TCB"), integer("HEAD"), integer("NEXT")
CREATE, DELETE = {"TCB": TRUE}, {"TCB": lift(False)}


def message(name):
    return lift(MESSAGES.index(name) + 1)


rules = {}


def rule(state, what, event, to, text, sends=None, where="", **fields):
    name = f"{state}.{what}"
    emits = (Emit({MESSAGE: message(sends)}),) if sends else ()
    rules[name] = Rule(name, state, event, FIGURE + where, text, to=to, emits=emits, **fields)


def arrow(state, received, to, sends=None, **fields):
    text = f"rcv {received} / {'snd ' + sends if sends else 'x'}"
    rule(state, f"rcv-{received.lower().replace(' ', '-')}", "SEGMENT", to, text, sends,
         guard=HEAD == message(received), **fields)  # fmt: skip


# ---------------------------------------------------------------- user calls

rule("CLOSED", "open-passive", "OPEN-PASSIVE", "LISTEN", "passive OPEN / create TCB", assign=CREATE)
rule("CLOSED", "open-active", "OPEN-ACTIVE", "SYN-SENT", "active OPEN / create TCB, snd SYN", "SYN",
     assign=CREATE)  # fmt: skip
rule("LISTEN", "send", "SEND", "SYN-SENT", "SEND / snd SYN", "SYN")
rule("LISTEN", "close", "CLOSE", "CLOSED", "CLOSE / delete TCB", assign=DELETE)
rule("SYN-SENT", "close", "CLOSE", "CLOSED", "CLOSE / delete TCB", assign=DELETE)
rule("SYN-RECEIVED", "close", "CLOSE", "FIN-WAIT-1", "CLOSE / snd FIN", "FIN")
rule("ESTABLISHED", "close", "CLOSE", "FIN-WAIT-1", "CLOSE / snd FIN", "FIN")
rule("CLOSE-WAIT", "close", "CLOSE", "LAST-ACK", "CLOSE / snd FIN", "FIN")

# ---------------------------------------------------------------- messages

arrow("LISTEN", "SYN", "SYN-RECEIVED", "SYN,ACK")
arrow("SYN-SENT", "SYN", "SYN-RECEIVED", "SYN,ACK")
arrow("SYN-SENT", "SYN,ACK", "ESTABLISHED", "ACK")
arrow("SYN-RECEIVED", "ACK", "ESTABLISHED")
arrow("SYN-RECEIVED", "RST", "LISTEN", where=", note 1")
arrow("ESTABLISHED", "FIN", "CLOSE-WAIT", "ACK of FIN")
arrow("FIN-WAIT-1", "FIN", "CLOSING", "ACK of FIN")
arrow("FIN-WAIT-1", "ACK of FIN", "FIN-WAIT-2")
arrow("FIN-WAIT-2", "FIN", "TIME-WAIT", "ACK of FIN")
arrow("CLOSING", "ACK of FIN", "TIME-WAIT")
arrow("LAST-ACK", "ACK of FIN", "CLOSED")
rule("FIN-WAIT-1", "rcv-both", "TWO-SEGMENTS", "TIME-WAIT", "rcv FIN and ACK of FIN / snd ACK of FIN",
     "ACK of FIN", ", note 2", guard=all_of(HEAD == message("FIN"), NEXT == message("ACK of FIN")))  # fmt: skip

# ---------------------------------------------------------------- resets and the timeout

for state in STATES:
    rule(state, "reset", "RESET", "TIME-WAIT", "snd RST", "RST", ", note 3", guard=TCB)
    for to in ("LISTEN", "CLOSED"):
        rule(state, f"rst-to-{to.lower()}", "SEGMENT", to, "rcv RST / x", None, ", note 3",
             guard=HEAD == message("RST"))  # fmt: skip
rule("TIME-WAIT", "timeout", "TIMEOUT", "CLOSED", "Timeout=2MSL / delete TCB, here at any moment",
     guard=TCB, assign=DELETE)  # fmt: skip

MODEL = Table(
    name="fig5",
    title="the state diagram of RFC 9293, Figure 5, over perfect queues, without time",
    source="RFC 9293 §3.3.2, Figure 5, as tlaplus/Examples, specifications/tcp, reads it",
    states=STATES,
    events=("OPEN-PASSIVE", "OPEN-ACTIVE", "SEND", "CLOSE", "SEGMENT", "TWO-SEGMENTS", "RESET", "TIMEOUT"),
    variables={"TCB": Sort.BOOL},
    inputs={"SEGMENT": FRONT, "TWO-SEGMENTS": FRONT},
    timers=(),
    rules=rules,
)


def established(end):
    return integer(f"{end}.STATE") == STATES.index("ESTABLISHED")


QUIET = all_of(integer("A.LENGTH") == 0, integer("B.LENGTH") == 0)
OPENING = End("SYN-SENT", (True,), ())
WAITING = End("LISTEN", (True,), (MESSAGES.index("SYN") + 1,))

QUEUES = QueueMachine(
    table=MODEL,
    messages=MESSAGES,
    takes={"SEGMENT": 1, "TWO-SEGMENTS": 2},
    initial=((OPENING, WAITING), (WAITING, OPENING)),
    forbidden=frozenset({"OPEN-PASSIVE", "OPEN-ACTIVE", "SEND"}),
    claims={"established-together": ~QUIET | (established("A") == established("B"))},
)
