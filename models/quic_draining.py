"""QUIC's immediate close: both ends keep a little state for three probe timeouts; connection IDs do the rest.

Who closes sends CONNECTION_CLOSE (here a FIN) and is *closing* (CLOSING): it answers every packet of the connection by
CONNECTION_CLOSE and sends nothing of its own accord. Who receives one is *draining* (TIME-WAIT) and silent. Both states
SHOULD last at least three PTO, no packet restarts them, and an end that leaves closing for draining keeps the time.
Afterwards a packet is answered by a stateless reset (RST), which can be matched with one connection only. Packets
carry connection IDs, and one that is not of this connection is dropped. Wanted because QUIC, too, waits after closing,
but says that it is for the sake of late packets, which would draw needless resets, and not of the next connection.

The rest is TCP, with its handshake and its numbers. TIME_WAIT is both durations; PTO is taken to be RTO_MAX, and that
to be MSL unless told otherwise. Assumed: connection IDs of two incarnations never agree. Left out: the limit on the
rate of answers, and the one CONNECTION_CLOSE that an end may send before it drains. There is no Retry: LISTEN takes
any SYN, and one that finds nobody is refused by a RST with an ACK, which no stateless reset has.
"""

from dataclasses import replace

from tcpverify.tcp.registry import load
from tcpverify.tcp.vocabulary import *

GROUP = "relatives"
base = load("rfc9293").table
CLOSING, DRAINING, RESET = "RFC 9000 §10.2.1", "RFC 9000 §10.2.2", "RFC 9000 §10.3.1"
ours = SEG_TAG == TAG
close = segment(SND_NXT - 1, RCV_NXT, fin=True)
alive = ("SYN-RECEIVED", "ESTABLISHED")


def segments(state, what, clause, text, guard, **fields):
    return add(Rule(f"{state}.{what}", state, "SEGMENT", clause, text, guard=guard, **fields))


def first(state, what, clause, text, guard, **fields):
    """A rule that is asked before the others of its state."""
    return insert(Rule(f"{state}.{what}", state, "SEGMENT", clause, text, guard=guard, **fields), before=f"{state}.*")


def without(state):
    """No rule for segments of a state."""
    return [remove(r.name) for r in base.at(state, "SEGMENT")]


IMMEDIATE = Amendment(
    name="immediate-close",
    title="CONNECTION_CLOSE, closing and draining; connection IDs",
    source="RFC 9000 §5.1, §10.2, §10.3",
    changes=(
        *(change(f"{state}.close", to="CLOSING", clause="RFC 9000 §10.2", text="CONNECTION_CLOSE is sent.")
          for state in alive),
        *(first(state, "connection-close", DRAINING, "CONNECTION_CLOSE: draining begins, nothing is sent.",
                ~RST & ~SYN & FIN, to="TIME-WAIT", tags=frozenset({"takes-fin"})) for state in alive),
        first("SYN-RECEIVED", "stateless-reset", RESET, "No token of the peer is known yet: dropped.", RST),
        first("ESTABLISHED", "stateless-reset", RESET, "A stateless reset: draining begins.", RST & ~ACK,
              to="TIME-WAIT", tags=frozenset({"reset"})),
        first("ESTABLISHED", "refusal", "RFC 9000 §5.2.2", "An opening was refused, too late: dropped.", RST & ACK),
        *without("CLOSING"),
        segments("CLOSING", "connection-close", DRAINING, "Both have closed: draining; the time runs on.",
                 ours & ~RST & FIN, to="TIME-WAIT"),
        segments("CLOSING", "stateless-reset", RESET, "A stateless reset: draining; the time runs on.",
                 ours & RST & ~ACK, to="TIME-WAIT"),
        segments("CLOSING", "refusal", "RFC 9000 §5.2.2", "An opening was refused, too late: dropped.",
                 ours & RST & ACK),
        segments("CLOSING", "answer", CLOSING, "Any other packet of the connection: CONNECTION_CLOSE once more.",
                 ours & ~RST & ~FIN, emits=(close,)),
        change("CLOSING.time-wait-timeout", to="CLOSED", text="What is left of the connection is forgotten."),
        change("CLOSING.retransmission-timeout", emits=(), tags=frozenset(), text="Nothing is sent unasked."),
        *without("TIME-WAIT"),
        segments("TIME-WAIT", "silent", DRAINING, "Draining: nothing is sent, whatever comes.", ours),
        *(first(state, "other-id", "RFC 9000 §5.2", "Not an ID of this connection: dropped.", ~ours)
          for state in STATES[2:] if state not in ("CLOSING", "TIME-WAIT")),
        *(segments(state, "other-id", "RFC 9000 §5.2", "Not an ID of this connection: dropped.", ~ours)
          for state in ("CLOSING", "TIME-WAIT")),
    ),
)

keeps = frozenset({"CLOSING", "TIME-WAIT"})
MODEL = replace(
    base.amended(IMMEDIATE),
    name="quic-draining",
    title="TCP that closes as QUIC does: CONNECTION_CLOSE, closing, draining, connection IDs",
    source="RFC 9000 §10.2 (2021), on RFC 9293",
    timers=(
        replace(base.timers[0], states=base.timers[0].states - keeps),
        replace(base.timers[1], states=keeps, clause="RFC 9000 §10.2"),
    ),
    numbers={"TIME_WAIT": 3 * MSL},
)  # fmt: skip
