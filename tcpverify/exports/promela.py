"""Models without time in Promela, the input language of the model checker SPIN.

Two exports. `flat` writes any finite `TimedSystem` without clocks as one process that jumps from number to
number: SPIN then repeats the search. `queues` writes a `QueueMachine` as what it is, two processes and two
channels, its guards, assignments and claims translated from the expression language: SPIN then evaluates the
rules itself, with its own channels, and shares nothing with this program but the table.

Both print what happened, so ``spin -t`` shows a counterexample in the words of the model. Both mark the place
where a process may wait for ever as a valid end: that a machine stops is a finding only if a mark says so.

SPIN's numbers are this program's, up to its way of starting: ``pan`` stores `EXTRA_STATES` state more, the
one before an initial state is chosen, and reports as transitions our steps, one for each initial state that
it can choose, and one for storing its first state. Compile ``pan.c`` with ``-DSAFETY -DNOREDUCE``, since
partial order reduction may leave states out; and a flat export with ``-O0``, since gcc takes a minute to
optimise a function of some thousand cases, and pan a fraction of a second to run it.

The language: G. J. Holzmann, *The SPIN Model Checker* (2004), and https://spinroot.com/spin/Man/promela.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Iterator, Mapping
from itertools import pairwise

from tcpverify.errors import ModelError
from tcpverify.lang.expr import Expr, Sort
from tcpverify.lang.queues import ENDS, QueueMachine, emitted
from tcpverify.lang.system import TimedSystem
from tcpverify.lang.table import Rule

__all__ = ["EXTRA_STATES", "expression", "flat", "queues"]

#: the states that SPIN stores and that are none of the model's: before an initial state is chosen
EXTRA_STATES = 1


# ---------------------------------------------------------------- any finite system


def flat(system: TimedSystem, *, marks: Collection[str] = (), name: str = "model") -> str:
    """The system as one process over an integer variable.

    Parameters
    ----------
    marks
        a step with any of these marks violates an assertion.

    Raises
    ------
    ModelError
        if a location has a clock, or a step a guard on one: Promela has no time.
    """
    wanted = frozenset(marks)
    number: dict[Hashable, int] = {}
    for location, clocks in system.initial():
        if clocks:
            raise ModelError("the model has clocks and Promela has no time")
        number.setdefault(location, len(number))
    starts = list(number.values())
    order = list(number)
    options = []
    for location in order:
        for edge in system.edges(location):
            if edge.carry or edge.guard:
                raise ModelError("the model has clocks and Promela has no time")
            if edge.target not in number:
                number[edge.target] = len(order)
                order.append(edge.target)
            body = [f"at == {number[location]} ->", _say(str(edge.label))]
            if wanted & edge.marks:
                body.append(f"assert(false); {_comment(', '.join(sorted(wanted & edge.marks)))}")
            options.append(f"  :: d_step {{ {' '.join(body)} at = {number[edge.target]} }}")
    lines = [_comment(f"{name}: {len(order)} states, {len(options)} steps"), "int at;", ""]
    lines += ["active proctype machine() {", "  if"]
    lines += [f"  :: at = {start}" for start in starts]
    lines += ["  fi;", "end:", "  do", *options, "  od", "}"]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------- two ends and their queues


def queues(machine: QueueMachine, *, claims: Collection[str] = (), capacity: int = 8) -> str:
    """The machine as two processes that run its rules over two channels.

    The rules' conditions and assignments are evaluated by SPIN. What a guard may ask of a queue (its front)
    and what the machine asks of it (its last message) SPIN cannot read off a channel, so every step ends with
    one turn of both channels that notes them; they follow from the channels and add no states.

    Parameters
    ----------
    claims
        names of the machine's claims; every step asserts them.
    capacity
        messages that a channel holds. If a run needs more, SPIN reports ``block in d_step seq`` as an error:
        too small a number is never a wrong answer.

    Raises
    ------
    ModelError
        if the machine does not have one of the claims, or an expression has no counterpart in Promela.
    """
    unknown = sorted(set(claims) - machine.claims.keys())
    if unknown:
        known = ", ".join(machine.claims) or "none"
        raise ModelError(f"the machine has no claim {unknown[0]!r}; it has {known}")
    if not machine.distinct_neighbours:
        raise ModelError("a machine that may repeat messages for ever has no finite channels")
    return "\n".join(_Queues(machine, tuple(claims), capacity).lines()) + "\n"


class _Queues:
    """One structured export in the making: the names of everything, and its parts."""

    def __init__(self, machine: QueueMachine, claims: tuple[str, ...], capacity: int) -> None:
        self.machine, self.claims, self.capacity = machine, claims, capacity
        table = machine.table
        self.states = {state: _identifier("S", state) for state in table.states}
        self.messages = [_identifier("M", message) for message in machine.messages]
        self.variables = {name: _identifier("V", name) for name in table.variables}
        every = [*self.states.values(), *self.messages, *self.variables.values()]
        if len(set(every)) < len(every):
            raise ModelError("two names of the model look the same when written for Promela")
        self.own = {name: f"{text}[me]" for name, text in self.variables.items()}
        self.own |= {"HEAD": "head[me]", "NEXT": "next[me]"}
        self.both: dict[str, str] = {}
        for place, letter in enumerate(ENDS):
            self.both |= {f"{letter}.{name}": f"{text}[{place}]" for name, text in self.variables.items()}
            self.both |= {f"{letter}.STATE": f"state[{place}]", f"{letter}.LENGTH": f"len(queue[{place}])"}
            self.both |= {f"{letter}.HEAD": f"head[{place}]", f"{letter}.NEXT": f"next[{place}]"}

    def lines(self) -> Iterator[str]:
        """The whole file."""
        machine, table = self.machine, self.machine.table
        yield _comment(f"{table.name}: {table.title}")
        yield _comment(table.source)
        yield from (f"#define {text} {place}" for place, text in enumerate(self.states.values()))
        yield from (f"#define {text} {place + 1}" for place, text in enumerate(self.messages))
        yield "byte state[2];"
        for name, text in self.variables.items():
            yield f"{_type(name, table.variables[name])} {text}[2];"
        yield f"chan queue[2] = [{self.capacity}] of {{ byte }};"
        yield "byte head[2]; byte next[2]; byte last[2];"
        # Scratch, zero between steps; `hidden` would say so, but SPIN's breadth-first search forbids it.
        yield "byte turn; byte message;"
        width = max((len(rule.assign) for rule in table.rules.values()), default=0)
        yield from (f"int new{place};" for place in range(width))
        yield ""
        yield from _LOOK
        yield ""
        yield "proctype end_of_connection(byte me; byte peer) {"
        yield "end:"
        yield "  do"
        for rule in table.rules.values():
            if rule.event not in machine.forbidden:
                yield from self._option(rule)
        yield "  od"
        yield "}"
        yield ""
        yield from self._init()

    def _option(self, rule: Rule) -> Iterator[str]:
        """One rule as an indivisible step."""
        takes, sends = self.machine.takes.get(rule.event, 0), emitted(rule)
        tests = [f"state[me] == {self.states[rule.state]}"]
        if takes:
            tests.append(f"len(queue[me]) >= {takes}")
        if rule.guard.op != "const" or not rule.guard.args[0]:
            tests.append(expression(rule.guard, self.own))
        # No queue has equal neighbours, so only what is appended can make some.
        if any(left == right for left, right in pairwise(sends)):
            tests.append("false")
        if sends:
            tests.append(f"last[peer] != {self.messages[sends[0] - 1]}")
        yield f"  :: d_step {{ {_comment(f'{rule.clause}: {rule.text}')}"
        yield f"       {' && '.join(tests)} ->"
        yield f'       printf("%c: {_quoted(rule.name)}\\n", 65 + me);'
        # All new values come from the old ones, so none is stored before the last is computed.
        for place, value in enumerate(rule.assign.values()):
            yield f"       new{place} = {expression(value, self.own)};"
        for place, name in enumerate(rule.assign):
            yield f"       {self.variables[name]}[me] = new{place}; new{place} = 0;"
        if rule.to is not None:
            yield f"       state[me] = {self.states[rule.to]};"
        yield from ["       queue[me] ? message;"] * takes
        yield from (f"       queue[peer] ! {self.messages[number - 1]};" for number in sends)
        yield "       look(0); look(1);"
        yield from (f"       {self._assertion(name)}" for name in self.claims)
        yield "     }"

    def _assertion(self, name: str) -> str:
        return f"assert({expression(self.machine.claims[name], self.both)}); {_comment(name)}"

    def _init(self) -> Iterator[str]:
        """The choice of an initial state, and the start of the two ends."""
        yield "init {"
        yield "  atomic {"
        yield "    if"
        for pair in self.machine.initial:
            yield f"    :: {_comment(' and '.join(end.state for end in pair))}"
            for place, end in enumerate(pair):
                yield f"       state[{place}] = {self.states[end.state]};"
                for text, value in zip(self.variables.values(), end.values, strict=True):
                    yield f"       {text}[{place}] = {int(value)};"
                yield from (f"       queue[{place}] ! {self.messages[number - 1]};" for number in end.queue)
        yield "    fi;"
        yield "    look(0); look(1);"
        yield "    run end_of_connection(0, 1); run end_of_connection(1, 0)"
        yield "  }"
        yield "}"


#: One turn of a channel, oldest message first, after which it is as before.
_LOOK = """inline look(p) {
  head[p] = 0; next[p] = 0; last[p] = 0; turn = 0;
  do
  :: turn < len(queue[p]) ->
     queue[p] ? message; queue[p] ! message;
     if
     :: turn == 0 -> head[p] = message
     :: turn == 1 -> next[p] = message
     :: else
     fi;
     last[p] = message; turn++
  :: else -> break
  od;
  turn = 0; message = 0
}""".splitlines()


# ---------------------------------------------------------------- expressions and text

_INFIX = {"and": "&&", "or": "||", "add": "+", "sub": "-", "eq": "==", "ne": "!=", "lt": "<", "le": "<="}


def expression(expr: Expr, names: Mapping[str, str]) -> str:
    """An expression as Promela writes it; ``names`` gives the text of every variable.

    Raises
    ------
    ModelError
        if it is about sequence numbers, which these machines do not have, or names an unknown variable.
    """
    op, args = expr.op, expr.args
    if expr.sort is Sort.SEQ or op in ("within", "diff"):
        raise ModelError(f"{expr!r} is about sequence numbers, which cannot be written for SPIN")
    if op == "const":
        return {True: "true", False: "false"}[args[0]] if expr.sort is Sort.BOOL else f"({args[0]})"
    if op == "var":
        if args[0] not in names:
            raise ModelError(f"{args[0]!r} is not known where Promela would have to read it")
        return names[args[0]]
    parts = [expression(arg, names) for arg in args]
    if op == "not":
        return f"(!{parts[0]})"
    if op == "ite":
        return f"({parts[0]} -> {parts[1]} : {parts[2]})"
    return "(" + f" {_INFIX[op]} ".join(parts) + ")"


def _type(name: str, sort: Sort) -> str:
    if sort is Sort.SEQ:
        raise ModelError(f"variable {name!r} is a sequence number, which cannot be written for SPIN")
    return "bool" if sort is Sort.BOOL else "int"


def _identifier(kind: str, name: str) -> str:
    """A name of the model behind a prefix that keeps it apart from Promela's own words."""
    return f"{kind}_{re.sub(r'[^A-Za-z0-9]', '_', name)}"


def _quoted(text: str) -> str:
    """Text inside a format string: no quotes, no directives, ASCII only (SPIN copies it into C)."""
    plain = text.encode("ascii", "replace").decode()
    return re.sub(r'["\\\n]', "'", plain).replace("%", "%%")


def _say(text: str) -> str:
    return f'printf("{_quoted(text)}\\n");'


def _comment(text: str) -> str:
    return "/* " + text.replace("*/", "* /") + " */"
