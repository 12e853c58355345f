"""Delta-t: no handshake at either end of a connection, only timers; each end forgets after a while.

A packet that begins a run carries a flag (DRF, written SYN here) and is taken by a receiver that has no record of the
sender; while there is a record, only the packet that comes next is taken, and any other is acknowledged and dropped.
The receiver's record lasts TIME_WAIT from the last packet taken, the sender's SENDER_TIME from the last new packet
sent (a USER-TIMEOUT; the end is in SYN-SENT before the acknowledgment and in CLOSING after it); only then may a run
begin with a number that has nothing to do with the last one. Wanted because TIME-WAIT is the same idea at one end:
bounds on the lifetime of packets (MPL, here MSL), on how long a packet is sent again (R, here the retransmissions
times RTO_MAX) and on the delay of an acknowledgment (A, here 0) are all that it needs. Delta-t takes Δt = MPL + R + A,
2·Δt for the receiver and 3·Δt for the sender; the TIME_WAIT here is that for R = MSL.

One direction is modelled: an end that sends does not receive, and a run of its peer must wait (which `clean-reopen`
says). A run is one packet and takes one number. A second packet, sent before the first is acknowledged, has no DRF;
it is for its sake that the receiver waits longer than MSL + R (see docs/relatives.md).
"""

from tcpverify.tcp.vocabulary import *

GROUP = "relatives"
WATSON = "R. W. Watson, Delta-t Protocol Specification, UCID-19293 (1981)"
own = SYN & ~ACK & ~RST
new_ack = ACK & ~SYN & ~RST & ack_new
acknowledge = (segment(lift_seq(0), RCV_NXT),)
take = dict(to="TIME-WAIT", assign={"RCV.NXT": SEG_SEQ + 1}, emits=acknowledge, restarts=(("time-wait", TRUE),))
rules: list[Rule] = []


def rule(name, event, text, **fields):
    rules.append(Rule(name, name.split(".")[0], event, WATSON, text, **fields))


# ---------------------------------------------------------------- calls and timers

rule("CLOSED.open-active", "OPEN-ACTIVE", "A run begins, with any number: its packet is sent with DRF.", to="SYN-SENT",
     assign={"ISS": NEW_ISS, "SND.UNA": NEW_ISS, "SND.NXT": NEW_ISS + 1}, emits=(segment(ISS, syn=True),),
     tags=frozenset({"opens"}))
rule("CLOSED.open-passive", "OPEN-PASSIVE", "Packets may come; there is no record.", to="LISTEN",
     tags=frozenset({"opens"}))
rule("SYN-SENT.user-timeout", "USER-TIMEOUT", "No acknowledgment: a failure is reported, the sender forgets.",
     to="CLOSED", tags=frozenset({"aborts"}))
rule("CLOSING.user-timeout", "USER-TIMEOUT", "The sender forgets.", to="CLOSED")
rule("TIME-WAIT.time-wait-timeout", "TIME-WAIT", "The receiver forgets the sender.", to="CLOSED")
rule("SYN-SENT.retransmission-timeout", "RETRANSMISSION", "The packet is sent again.",
     emits=(segment(ISS, syn=True),), restarts=(("retransmission", TRUE),), tags=frozenset({"retransmits"}))

# ---------------------------------------------------------------- a packet or an acknowledgment arrives

rule("CLOSED.segment", "SEGMENT", "Nobody is there: dropped.")
rule("LISTEN.packet", "SEGMENT", "DRF and no record: taken, and a record begins.", guard=own, **take)
rule("LISTEN.other", "SEGMENT", "Without DRF nothing is taken where there is no record.", guard=~own)
rule("SYN-SENT.acknowledged", "SEGMENT", "The packet is acknowledged; the record goes on.", guard=new_ack,
     to="CLOSING", assign={"SND.UNA": SEG_ACK})
rule("SYN-SENT.other", "SEGMENT", "Anything else is ignored.", guard=~new_ack)
following = own & (SEG_SEQ == RCV_NXT)
rule("CLOSING.segment", "SEGMENT", "All is acknowledged: ignored.")
rule("TIME-WAIT.packet", "SEGMENT", "The packet that comes next: taken, and the timer restarts.", guard=following,
     **take)
rule("TIME-WAIT.again", "SEGMENT", "Any other packet: acknowledged and dropped.", guard=own & ~following,
     emits=acknowledge)
rule("TIME-WAIT.other", "SEGMENT", "Anything else is ignored.", guard=~own)

states = ("CLOSED", "LISTEN", "SYN-SENT", "CLOSING", "TIME-WAIT")
said = {(r.state, r.event) for r in rules}
for state in states:
    for event in EVENTS:
        if (state, event) not in said:
            rule(f"{state}.{event.lower()}", event, "Nothing happens.")

MODEL = Table(
    name="delta-t",
    title="Delta-t: connections that timers open and close",
    source=f"{WATSON}; Timer-Based Mechanisms in Reliable Transport Protocol Connection Management, IEN 193 (1981)",
    states=states,
    events=EVENTS,
    variables=VARIABLES,
    inputs=INPUTS,
    timers=(
        Timer("retransmission", "RETRANSMISSION", frozenset({"SYN-SENT"}), ~(SND_UNA == SND_NXT), WATSON),
        Timer("time-wait", "TIME-WAIT", frozenset({"TIME-WAIT"}), TRUE, WATSON),
        Timer("user-timeout", "USER-TIMEOUT", frozenset({"SYN-SENT", "CLOSING"}), TRUE, WATSON,
              parameter("SENDER_TIME")),
    ),
    rules={r.name: r for r in rules},
    relevant={
        "SND.UNA": frozenset({"SYN-SENT"}), "SND.NXT": frozenset({"SYN-SENT"}), "ISS": frozenset({"SYN-SENT"}),
        "RCV.NXT": frozenset({"TIME-WAIT"}),
        **dict.fromkeys(("PASSIVE", "TS.RECENT", "OLD.SND.NXT", "OLD.RCV.NXT", "REOPENED"), frozenset()),
    },
    numbers={"TIME_WAIT": 4 * MSL, "SENDER_TIME": 3 * MSL + 3 * parameter("RTO_MAX")},
    scope={"start": "closed"},
)
