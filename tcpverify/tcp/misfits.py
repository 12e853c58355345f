"""Does a table fit itself, and the program that is to run it? What does not, each as one sentence.

Found before any exploration, because there it would be a stray exception far from its cause, or nothing at all: a
duration that no rule reads, a tag that nothing knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from tcpverify.lang.expr import FALSE, WORDS, Expr, Sort
from tcpverify.lang.linear import Linear
from tcpverify.lang.table import Rule, Table, Timer
from tcpverify.tcp.lexicon import CHOICES, DURATIONS, TAGS

__all__ = ["meant", "misfits"]

#: what has no value but that which a rule assigned, or an earlier state kept
_KEPT = ("SND.UNA", "SND.NXT", "ISS", "RCV.NXT", "PASSIVE")
#: tags of rules for these events only
_OF_EVENTS: Mapping[str, tuple[str, ...]] = {
    "opens": ("OPEN-ACTIVE", "OPEN-PASSIVE"), "reopens": ("SEGMENT",), "takes-fin": ("SEGMENT",),
    "reflects": ("SEGMENT",), "sends-fin": ("CLOSE", "SEND", "OPEN-ACTIVE", "SEGMENT"),
}  # fmt: skip
#: tags of rules that give these variables new values
_ASSIGNING: Mapping[str, tuple[str, ...]] = {
    "reopens": ("ISS", "SND.UNA", "SND.NXT", "RCV.NXT"), "returns": ("SND.UNA", "SND.NXT", "RCV.NXT"),
}  # fmt: skip
#: events of timers
_EXPIRIES = ("RETRANSMISSION", "TIME-WAIT", "USER-TIMEOUT")
#: timers that the scenario knows how long to run
_TIMED = ("retransmission", "time-wait")
#: numbers that an end chose, and those that its peer chose: timers know nothing of how one relates to the other
_OWN, _PEERS = frozenset({"SND.UNA", "SND.NXT", "ISS"}), frozenset({"RCV.NXT"})
#: what a rule may read besides what its end keeps, but a timer may not: it is of a segment, or of the run
_PASSING = frozenset({"TAG"})
_MESSAGE: Mapping[str, Sort] = {
    "SEQ": Sort.SEQ, "ACK": Sort.SEQ, "TEXT": Sort.INT,
    **{f"{flag}?": Sort.BOOL for flag in ("SYN", "ACK", "FIN", "RST")},
}  # fmt: skip


def meant(word: str, known: Collection[str], all_of_them: bool = True) -> str:
    """What might have been meant by a word that is not known, or what there is."""
    lower = {one.lower().replace("_", "-"): one for one in known}
    squeezed = {one.replace("-", ""): name for one, name in lower.items()}
    asked = word.lower().replace("_", "-")
    close = [lower[one] for one in get_close_matches(asked, lower, n=3, cutoff=0.7)]
    close = close or [squeezed[asked.replace("-", "")]] if asked.replace("-", "") in squeezed else close
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"there are {', '.join(known)}" if all_of_them else ""


def misfits(table: Table) -> Iterator[str]:
    """What in a table names something that the table does not have, or the program does not know."""
    # Those that an amendment brought first: an insertion writes its own mistakes into the guards of others, too.
    for name, rule in sorted(table.rules.items(), key=lambda item: item[0] not in table.changed_by):
        if name != rule.name:
            yield f"rule {rule.name!r} is kept under the name {name!r}"
        if rule.state not in table.states:
            yield f"rule {name!r} is of the unknown state {rule.state!r}; {meant(rule.state, table.states)}"
        if rule.to is not None and rule.to not in table.states:
            yield f"rule {name!r} leads to the unknown state {rule.to!r}; {meant(rule.to, table.states)}"
        if rule.event not in table.events:
            yield f"rule {name!r} is of the unknown event {rule.event!r}; {meant(rule.event, table.events)}"
            continue
        yield from _strangers(rule, {**table.variables, **table.inputs.get(rule.event, {})}, table)
        yield from _forgotten(rule, table)
    for timer in table.timers:
        yield from _unruly(timer, table)
    for variable, states in table.relevant.items():
        if variable not in table.variables:
            yield f"relevant names the unknown variable {variable!r}; {meant(variable, table.variables)}"
        for state in sorted(states - set(table.states)):
            yield f"relevant names the unknown state {state!r} for {variable}; {meant(state, table.states)}"
    # Other tables, such as that of Figure 5, are of machines without time.
    if "TIME_WAIT" in table.numbers:
        yield from _durations(table)
        for rule in table.rules.values():
            yield from _tcp(rule)


def _strangers(rule: Rule, sorts: dict[str, Sort], table: Table) -> Iterator[str]:
    timers = [timer.name for timer in table.timers]
    for variable, value in rule.assign.items():
        if variable not in table.variables:
            yield f"rule {rule.name!r} assigns the unknown variable {variable!r}; {meant(variable, table.variables)}"
        elif table.variables[variable] is not value.sort:
            want = WORDS[table.variables[variable]]
            yield f"rule {rule.name!r} assigns {_said(value)} to {variable}, which is {want}"
    for timer, _ in rule.restarts:
        if timer not in timers:
            yield f"rule {rule.name!r} restarts the unknown timer {timer!r}; {meant(timer, timers)}"
    for expr in rule.expressions():
        for node in expr.walk():
            if node.op == "elapsed" and node.args[0] not in timers:
                unknown = node.args[0]
                yield f"rule {rule.name!r} asks for the unknown timer {unknown!r}; {meant(unknown, timers)}"
            if node.op == "var" and sorts.get(node.args[0]) is not node.sort:
                yield f"rule {rule.name!r} reads {node.args[0]!r}, which {rule.event} does not have"
                return


def _said(value: Expr) -> str:
    return f"{WORDS[value.sort]} ({value!r})"


def _forgotten(rule: Rule, table: Table) -> Iterator[str]:
    """What an end is asked for in a state that does not keep it, or takes into a state that needs it."""

    def kept(variable: str, state: str) -> bool:
        return state in table.relevant.get(variable, table.states)

    emitted = {id(expr) for emit in rule.emits for expr in (emit.when, *emit.fields.values())}
    never = {id(expr) for emit in rule.emits if emit.when is FALSE for expr in emit.fields.values()}
    for expr in rule.expressions():
        if id(expr) in never:
            continue
        # Segments tell what the end has become.
        known = rule.assign.keys() if id(expr) in emitted else frozenset[str]()
        for node in expr.walk():
            variable = node.args[0] if node.op == "var" else ""
            if variable not in known and not kept(variable, rule.state):
                yield f"rule {rule.name!r} reads {variable!r}, of which an end in {rule.state} knows nothing"
                return
    if rule.to is not None and rule.to in table.states and "TIME_WAIT" in table.numbers:
        lacking = [v for v in _KEPT if kept(v, rule.to) and not kept(v, rule.state) and v not in rule.assign]
        if lacking:
            what = ", ".join(lacking)
            yield f"rule {rule.name!r} leads to {rule.to}, which needs {what}; {rule.state} has none: assign it"


def _unruly(timer: Timer, table: Table) -> Iterator[str]:
    """What is wrong with a timer: it is asked for in every state in which it can run, at any time."""
    where = f"timer {timer.name!r}"
    whole = "TIME_WAIT" in table.numbers
    if timer.event and timer.event not in (_EXPIRIES if whole else table.events):
        known = _EXPIRIES if whole else table.events
        yield f"{where} has the event {timer.event!r}, which is none of a timer; {meant(timer.event, known)}"
    elif whole and timer.event and timer.event != timer.name.upper():
        yield f"{where} has the event {timer.event!r}; call it {timer.event.lower()!r}, as its event"
    for state in sorted(timer.states - set(table.states)):
        yield f"{where} runs in the unknown state {state!r}; {meant(state, table.states)}"
    if whole and timer.event and timer.lasts is None and timer.name not in _TIMED:
        yield f'{where} has an event, but nothing says when: give lasts=parameter("NAME"), and NAME in numbers'
    for node in timer.while_.walk():
        if node.op == "elapsed":
            yield f"{where} runs while a timer has a certain age; only rules may ask for that"
        if node.op == "var":
            variable = node.args[0]
            if table.variables.get(variable) is not node.sort or variable in _PASSING:
                yield f"{where} runs while {timer.while_!r}, and {variable!r} is not what an end keeps"
                return
            nowhere = sorted(timer.states - table.relevant.get(variable, frozenset(table.states)))
            if nowhere:
                yield (
                    f"{where} runs while {timer.while_!r}, but {variable!r} is forgotten in {', '.join(nowhere)}; "
                    "name fewer states, or keep it there with relevant"
                )
                return
        sides = node.args if node.op in ("eq", "ne", "lt", "le", "diff", "within") else ()
        numbers = {n.args[0] for side in sides for n in side.walk() if n.op == "var" and n.sort is Sort.SEQ}
        if numbers and not (numbers <= _OWN or numbers <= _PEERS):
            yield (
                f"{where} compares {' with '.join(sorted(numbers))}; it may compare the end's own numbers only, "
                f"{', '.join(sorted(_OWN))}"
            )
            return


def _durations(table: Table) -> Iterator[str]:
    """Durations that nothing reads, or that are given by what has no value."""
    asked = sorted(table.durations() - set(DURATIONS))
    known = (*DURATIONS, *asked)
    for name, value in table.numbers.items():
        if name not in known:
            yield f"numbers gives the duration {name!r}, which no rule or timer reads; {meant(name, known)}"
        known_here = {"MSL": (), "RTO_MIN": ("MSL",), "RTO_MAX": ("MSL",), "TIME_WAIT": ("MSL",)}
        yield from _unknown_in(f"numbers: {name} = {value}", value, known_here.get(name, ("MSL", "RTO_MAX")))
    for name, choice in table.scope.items():
        if name not in CHOICES:
            yield f"scope names {name!r}; a model can bring {', '.join(CHOICES)}"
        elif choice not in CHOICES[name]:
            yield f"scope gives {name} = {choice!r}; {meant(choice, CHOICES[name])}"


def _unknown_in(where: str, value: Linear, known: Collection[str]) -> Iterator[str]:
    for name in sorted(value.names() - set(known)):
        of = f"in multiples of {' and '.join(known)} and in seconds" if known else "in seconds"
        yield f"{where} reads {name!r}, but is to be given {of}"


def _tcp(rule: Rule) -> Iterator[str]:
    """Tags, and fields of segments."""
    for tag in sorted(rule.tags - TAGS.keys()):
        yield f"rule {rule.name!r} has the unknown tag {tag!r}; {meant(tag, TAGS)}"
    for tag, events in _OF_EVENTS.items():
        if tag in rule.tags and rule.event not in events:
            yield f"rule {rule.name!r} has the tag {tag!r}, which is for {' and '.join(events)}, not for {rule.event}"
    for tag, variables in _ASSIGNING.items():
        lacking = [variable for variable in variables if variable not in rule.assign]
        if tag in rule.tags and lacking:
            yield f"rule {rule.name!r} has the tag {tag!r}, but does not assign {', '.join(lacking)}"
    begins = any("NEW.ISS" in value.variables() for value in rule.assign.values())
    if begins and rule.state not in ("CLOSED", "LISTEN") and not rule.tags & {"opens", "reopens"}:
        right = "opens" if rule.event == "OPEN-ACTIVE" else "reopens"
        yield f"rule {rule.name!r} takes a new ISS, so it begins a connection: give it the tag {right!r}"
    for message in rule.emits:
        missing = [name for name in _MESSAGE if name != "ACK" and name not in message.fields]
        if missing:
            yield f"rule {rule.name!r} sends a segment without {', '.join(missing)}; write segment(…), which has all"
        for name, value in message.fields.items():
            if name not in _MESSAGE:
                yield f"rule {rule.name!r} sends a segment with the unknown field {name!r}; {meant(name, _MESSAGE)}"
            elif _MESSAGE[name] is not value.sort:
                yield f"rule {rule.name!r} sends a segment whose {name} is {_said(value)}, not {WORDS[_MESSAGE[name]]}"
