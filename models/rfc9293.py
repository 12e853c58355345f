"""The standard, whole: 11 states, every user call, arriving segment and timeout of RFC 9293 §3.10.

Where the text leaves a choice, the choice taken here is this:

- RFC 5961's checks on RST, SYN and ACK are in force, as §3.10.7.4 repeats them.
- A retransmitted FIN restarts TIME-WAIT although its SEQ = RCV.NXT-1 fails the acceptability test, because
  step 5 names it as the one thing that can arrive. The amendment `literal` follows the steps as written.
- Segments that begin beyond RCV.NXT are not held: their ACK field is processed, text and FIN wait for the
  retransmission (holding them is SHLD-31, not a MUST).
- The side that sends RST deletes its TCB (§3.10.5), it does not enter TIME-WAIT (§3.5.2).
"""

from tcpverify.tcp.vocabulary import *

GROUP = "standards"
SEGMENT_ARRIVES = "RFC 9293 §3.10.7.4"
rules: list[Rule] = []


def rule(name, event, text, clause, **fields):
    rules.append(Rule(f"{name}", name.split(".")[0], event, clause, text, **fields))


# ---------------------------------------------------------------- user calls, §3.10.1 to §3.10.5

open_active = dict(to="SYN-SENT", assign={"ISS": NEW_ISS, "SND.UNA": NEW_ISS, "SND.NXT": NEW_ISS + 1},
                   emits=(segment(ISS, syn=True),), tags=frozenset({"opens"}))
rule("CLOSED.open-active", "OPEN-ACTIVE", "A SYN is sent.", "RFC 9293 §3.10.1", **open_active)
rule("CLOSED.open-passive", "OPEN-PASSIVE", "Wait for a SYN.", "RFC 9293 §3.10.1", to="LISTEN",
     tags=frozenset({"opens"}))
rule("LISTEN.open-active", "OPEN-ACTIVE", "From passive to active: a SYN is sent.", "RFC 9293 §3.10.1", **open_active)
rule("LISTEN.open-passive", "OPEN-PASSIVE", "Error: connection already exists.", "RFC 9293 §3.10.1")
for state in STATES[2:]:
    for how in ("active", "passive"):
        rule(f"{state}.open-{how}", f"OPEN-{how.upper()}", "Error: connection already exists.", "RFC 9293 §3.10.1")

rule("CLOSED.send", "SEND", "Error: connection does not exist.", "RFC 9293 §3.10.2")
rule("LISTEN.send", "SEND", "Error: foreign socket unspecified.", "RFC 9293 §3.10.2")
for state in ("SYN-SENT", "SYN-RECEIVED"):
    rule(f"{state}.send", "SEND", "Queued until the connection is established.", "RFC 9293 §3.10.2")
for state in ("ESTABLISHED", "CLOSE-WAIT"):
    rule(f"{state}.send", "SEND", "The octets are sent with a piggybacked acknowledgment.", "RFC 9293 §3.10.2",
         assign={"SND.NXT": SND_NXT + DATA}, emits=(segment(SND_NXT - DATA, RCV_NXT, text=DATA),),
         tags=frozenset({"writes"}))
for state in ("FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "LAST-ACK", "TIME-WAIT"):
    rule(f"{state}.send", "SEND", "Error: connection closing.", "RFC 9293 §3.10.2")

rule("CLOSED.close", "CLOSE", "Error: connection does not exist.", "RFC 9293 §3.10.4")
rule("LISTEN.close", "CLOSE", "The TCB is deleted.", "RFC 9293 §3.10.4", to="CLOSED")
rule("SYN-SENT.close", "CLOSE", "The TCB is deleted; nothing is sent.", "RFC 9293 §3.10.4", to="CLOSED")
for state, to in (("SYN-RECEIVED", "FIN-WAIT-1"), ("ESTABLISHED", "FIN-WAIT-1"), ("CLOSE-WAIT", "LAST-ACK")):
    rule(f"{state}.close", "CLOSE", "A FIN is sent after everything written before.", "RFC 9293 §3.10.4", to=to,
         assign={"SND.NXT": SND_NXT + 1}, emits=(segment(SND_NXT - 1, RCV_NXT, fin=True),),
         tags=frozenset({"sends-fin"}))
for state in ("FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "LAST-ACK", "TIME-WAIT"):
    rule(f"{state}.close", "CLOSE", "Error: connection closing; never a second FIN.", "RFC 9293 §3.10.4")

rule("CLOSED.abort", "ABORT", "Error: connection does not exist.", "RFC 9293 §3.10.5")
for state in ("LISTEN", "SYN-SENT", "CLOSING", "LAST-ACK", "TIME-WAIT"):
    rule(f"{state}.abort", "ABORT", "The TCB is deleted; no RST is needed.", "RFC 9293 §3.10.5", to="CLOSED",
         tags=frozenset({"aborts"}))
for state in ("SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT"):
    rule(f"{state}.abort", "ABORT", "A RST is sent and the TCB deleted.", "RFC 9293 §3.10.5", to="CLOSED",
         emits=(segment(SND_NXT, rst=True),), tags=frozenset({"aborts"}))

# ---------------------------------------------------------------- timeouts, §3.10.8

for state in STATES:
    again = ()
    if state == "SYN-SENT":
        again = (segment(ISS, syn=True),)
    elif state == "SYN-RECEIVED":
        again = (segment(ISS, RCV_NXT, syn=True),)
    elif state in ("ESTABLISHED", "CLOSE-WAIT"):
        again = (segment(SND_UNA, RCV_NXT, text=SND_NXT - SND_UNA, when=~(SND_UNA == SND_NXT)),)
    elif state in ("FIN-WAIT-1", "CLOSING", "LAST-ACK"):
        syn_open = (SND_UNA == ISS) & (state == "FIN-WAIT-1")
        fin_front = SND_UNA + 1 == SND_NXT
        again = (
            segment(SND_UNA, RCV_NXT, fin=True, when=fin_front & ~syn_open),
            segment(SND_UNA, RCV_NXT, text=SND_NXT - SND_UNA - 1, when=~fin_front & ~syn_open),
            segment(ISS, RCV_NXT, syn=True, when=syn_open),
        )
    rule(f"{state}.retransmission-timeout", "RETRANSMISSION",
         "The segment at the front of the retransmission queue is sent again." if again else "Nothing is queued.",
         "RFC 9293 §3.10.8", emits=again, restarts=(("retransmission", TRUE),), tags=frozenset({"retransmits"}))
    rule(f"{state}.time-wait-timeout", "TIME-WAIT",
         "The TCB is deleted." if state == "TIME-WAIT" else "No such timer runs here.", "RFC 9293 §3.10.8",
         to="CLOSED" if state == "TIME-WAIT" else None)
    rule(f"{state}.user-timeout", "USER-TIMEOUT",
         "Nothing to give up." if state == "CLOSED" else "The connection is given up and its TCB deleted.",
         "RFC 9293 §3.10.8", to=None if state == "CLOSED" else "CLOSED", tags=frozenset({"gives-up"}))

# ---------------------------------------------------------------- segment arrives: CLOSED, LISTEN, SYN-SENT

C = "RFC 9293 §3.10.7.1"
rule("CLOSED.rst", "SEGMENT", "A RST for no connection is dropped.", C, guard=RST)
rule("CLOSED.ack", "SEGMENT", "Refused: a RST takes its SEQ from the ACK field.", C, guard=~RST & ACK,
     emits=(segment(SEG_ACK, rst=True),))
rule("CLOSED.no-ack", "SEGMENT", "Refused: a RST with SEQ 0 acknowledges the segment.", C, guard=~RST & ~ACK,
     emits=(segment(lift_seq(0), SEG_SEQ + SEG_LEN, rst=True),))

C = "RFC 9293 §3.10.7.2"
rule("LISTEN.rst", "SEGMENT", "A RST is ignored.", C, guard=RST)
rule("LISTEN.ack", "SEGMENT", "Any acknowledgment is bad here: RST.", C, guard=~RST & ACK,
     emits=(segment(SEG_ACK, rst=True),))
rule("LISTEN.syn", "SEGMENT", "A connection is asked for: SYN,ACK.", C, guard=~RST & ~ACK & SYN, to="SYN-RECEIVED",
     assign={"RCV.NXT": SEG_SEQ + 1, "ISS": NEW_ISS, "SND.UNA": NEW_ISS, "SND.NXT": NEW_ISS + 1,
             "PASSIVE": lift(True)}, emits=(segment(ISS, RCV_NXT, syn=True),))
rule("LISTEN.other", "SEGMENT", "Dropped.", C, guard=~RST & ~ACK & ~SYN)

C = "RFC 9293 §3.10.7.3"
bad = ACK & ~ack_acceptable
rule("SYN-SENT.bad-ack-rst", "SEGMENT", "A RST with a bad acknowledgment is dropped.", C, guard=bad & RST)
rule("SYN-SENT.bad-ack", "SEGMENT", "A bad acknowledgment is answered by RST.", C, guard=bad & ~RST,
     emits=(segment(SEG_ACK, rst=True),))
rule("SYN-SENT.rst", "SEGMENT", "The connection is refused.", C, guard=RST & ACK & ack_acceptable, to="CLOSED",
     tags=frozenset({"reset", "refused"}))
rule("SYN-SENT.rst-no-ack", "SEGMENT", "A RST that acknowledges nothing is dropped.", C, guard=RST & ~ACK)
rule("SYN-SENT.syn-ack", "SEGMENT", "Our SYN is acknowledged: established.", C,
     guard=~RST & SYN & ACK & ack_acceptable, to="ESTABLISHED",
     assign={"RCV.NXT": SEG_SEQ + 1, "SND.UNA": SEG_ACK}, emits=(ack_segment(),))
rule("SYN-SENT.syn", "SEGMENT", "Simultaneous open: SYN,ACK.", C, guard=~RST & SYN & ~ACK, to="SYN-RECEIVED",
     assign={"RCV.NXT": SEG_SEQ + 1, "PASSIVE": lift(False)}, emits=(segment(ISS, RCV_NXT, syn=True),),
     restarts=(("retransmission", TRUE),))
rule("SYN-SENT.other", "SEGMENT", "Neither SYN nor RST: dropped.", C,
     guard=~RST & ~SYN & (~ACK | ack_acceptable))

# ---------------------------------------------------------------- segment arrives: the fixed order of §3.10.7.4

C = SEGMENT_ARRIVES
exact = SEG_SEQ == RCV_NXT
ack_field = dict(assign={"SND.UNA": ite(ack_new, SEG_ACK, SND_UNA)}, restarts=(("retransmission", ack_new),))
text_end = SEG_SEQ + SEG_TEXT
take_text = {"RCV.NXT": ite((SEG_SEQ <= RCV_NXT) & (RCV_NXT < text_end), text_end, RCV_NXT)}
take_fin = {"RCV.NXT": text_end + 1}
answer = (ack_segment(when=~(SEG_LEN == 0)),)


def accepts(name, text, guard, to=None, also=None, emits=(), tags=()):
    """A segment that has passed steps 1 to 4: its ACK field is processed, then what `also` says."""
    rule(name, "SEGMENT", text, C, guard=passed & guard, to=to, assign={**ack_field["assign"], **(also or {})},
         emits=emits, restarts=ack_field["restarts"], tags=frozenset(tags))


for state in ("SYN-RECEIVED", *SYNCHRONIZED):
    opening = state == "SYN-RECEIVED"
    # In TIME-WAIT "the only thing that can arrive is a retransmission of the remote FIN": it is let through.
    again = ~RST & ~SYN & ACK & (past_fin | (acceptable & FIN))
    exempt = again if state == "TIME-WAIT" else lift(False)
    rule(f"{state}.unacceptable-rst", "SEGMENT", "Step 1: outside the window, and a RST: dropped.", C,
         guard=~acceptable & RST)
    rule(f"{state}.unacceptable", "SEGMENT", "Step 1: outside the window: acknowledged and dropped.", C,
         guard=~acceptable & ~RST & ~exempt, emits=(ack_segment(),), tags=frozenset({"challenge"}))
    rule(f"{state}.rst-challenge", "SEGMENT", "Step 2: a RST in the window but not at RCV.NXT: challenge ACK.",
         C, guard=acceptable & RST & ~exact, emits=(ack_segment(),), tags=frozenset({"challenge"}))
    if opening:
        rule(f"{state}.rst-passive", "SEGMENT", "Step 2: reset; back to LISTEN.", C,
             guard=acceptable & RST & exact & PASSIVE, to="LISTEN", tags=frozenset({"reset"}))
        rule(f"{state}.rst-active", "SEGMENT", "Step 2: reset; connection refused.", C,
             guard=acceptable & RST & exact & ~PASSIVE, to="CLOSED", tags=frozenset({"reset", "refused"}))
        rule(f"{state}.syn-passive", "SEGMENT", "Step 4: a SYN in the window; back to LISTEN.", C,
             guard=acceptable & ~RST & SYN & PASSIVE, to="LISTEN", tags=frozenset({"reset"}))
    else:
        rule(f"{state}.rst", "SEGMENT", "Step 2: the connection is reset.", C, guard=acceptable & RST & exact,
             to="CLOSED", tags=frozenset({"reset"}))
    rule(f"{state}.syn", "SEGMENT", "Step 4: a SYN in the window: challenge ACK.", C,
         guard=acceptable & ~RST & SYN & (~PASSIVE if opening else TRUE), emits=(ack_segment(),),
         tags=frozenset({"challenge"}))
    rule(f"{state}.no-ack", "SEGMENT", "Step 5: without ACK: dropped.", C, guard=acceptable & ~RST & ~SYN & ~ACK)
    passed = acceptable & ~RST & ~SYN & ACK
    if opening:
        rule(f"{state}.bad-ack", "SEGMENT", "Step 5: a bad acknowledgment is answered by RST.", C,
             guard=passed & ~ack_new, emits=(segment(SEG_ACK, rst=True),))
        accepts(f"{state}.established", "Step 5: our SYN is acknowledged.", ack_new & ~fin_in_order, "ESTABLISHED",
                take_text, answer)
        accepts(f"{state}.fin", "Steps 5 and 8: established, and the peer closes.", ack_new & fin_in_order,
                "CLOSE-WAIT", take_fin, (ack_segment(),), ("takes-fin",))
        continue
    if state not in ("LAST-ACK", "TIME-WAIT"):
        rule(f"{state}.bad-ack", "SEGMENT", "Step 5: acknowledges what was never sent, or is too old: ACK.", C,
             guard=passed & ~ack_in_range, emits=(ack_segment(),), tags=frozenset({"challenge"}))
        passed = passed & ack_in_range
    if state == "ESTABLISHED":
        accepts(f"{state}.text", "Steps 5 and 7: acknowledgment and text are taken.", ~fin_in_order, None, take_text,
                answer)
        accepts(f"{state}.fin", "Step 8: the peer closes.", fin_in_order, "CLOSE-WAIT", take_fin, (ack_segment(),),
                ("takes-fin",))
    elif state == "FIN-WAIT-1":
        accepts(f"{state}.text", "Steps 5 and 7: our FIN is not acknowledged yet.", ~fin_acked & ~fin_in_order, None,
                take_text, answer)
        accepts(f"{state}.fin-acked", "Step 5: our FIN is acknowledged.", fin_acked & ~fin_in_order, "FIN-WAIT-2",
                take_text, answer)
        accepts(f"{state}.fin", "Step 8: both close at once.", ~fin_acked & fin_in_order, "CLOSING", take_fin,
                (ack_segment(),), ("takes-fin",))
        accepts(f"{state}.fin-and-ack", "Steps 5 and 8: FIN and the ACK of ours in one segment.",
                fin_acked & fin_in_order, "TIME-WAIT", take_fin, (ack_segment(),), ("takes-fin",))
    elif state == "FIN-WAIT-2":
        accepts(f"{state}.text", "Step 7: the peer still sends.", ~fin_in_order, None, take_text, answer)
        accepts(f"{state}.fin", "Step 8: the peer closes; TIME-WAIT starts.", fin_in_order, "TIME-WAIT", take_fin,
                (ack_segment(),), ("takes-fin",))
    elif state == "CLOSE-WAIT":
        accepts(f"{state}.ack", "Step 5: acknowledgment of what we sent.", TRUE)
    elif state == "CLOSING":
        accepts(f"{state}.fin-acked", "Step 5: our FIN is acknowledged; TIME-WAIT starts.", fin_acked, "TIME-WAIT")
        accepts(f"{state}.other", "Step 5: our FIN is not acknowledged: ignored.", ~fin_acked)
    elif state == "LAST-ACK":
        accepts(f"{state}.fin-acked", "Step 5: our FIN is acknowledged: the TCB is deleted.", fin_acked, "CLOSED",
                tags=("closes",))
        accepts(f"{state}.other", "Step 5: our FIN is not acknowledged.", ~fin_acked)
    else:
        rule(f"{state}.fin-again", "SEGMENT",
             "Steps 5 and 8: a retransmitted FIN is acknowledged and restarts the timeout.", C, guard=again,
             emits=(ack_segment(),), restarts=(("time-wait", TRUE),), tags=frozenset({"restarts"}))
        rule(f"{state}.other", "SEGMENT", "Steps 6 and 7: anything else is ignored.", C, guard=passed & ~again)

with_tcb = frozenset(STATES[2:])
MODEL = Table(
    name="rfc9293",
    title="RFC 9293, the Transmission Control Protocol, as its text stands",
    source="RFC 9293 (2022)",
    states=STATES,
    events=EVENTS,
    variables=VARIABLES,
    inputs=INPUTS,
    timers=(
        Timer("retransmission", "RETRANSMISSION", with_tcb - {"TIME-WAIT"}, ~(SND_UNA == SND_NXT),
              "RFC 6298 §5.1 to §5.3"),
        Timer("time-wait", "TIME-WAIT", frozenset({"TIME-WAIT"}), TRUE, "RFC 9293 §3.10.7.4"),
    ),
    rules={r.name: r for r in rules},
    relevant={
        "SND.UNA": with_tcb, "SND.NXT": with_tcb, "RCV.NXT": with_tcb - {"SYN-SENT"},
        "ISS": frozenset({"SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1"}), "PASSIVE": frozenset({"SYN-RECEIVED"}),
        "TS.RECENT": with_tcb, "OLD.SND.NXT": frozenset({"SYN-RECEIVED"}), "OLD.RCV.NXT": frozenset({"SYN-RECEIVED"}),
        "REOPENED": frozenset({"SYN-RECEIVED"}),
    },
    numbers={"TIME_WAIT": 2 * MSL},
)
