"""Z3's proof that two tables behave alike wherever no difference is listed, over 32-bit sequence numbers.

For every state and event the reactions are compared for all values of variables and inputs: the next state, the
variables that matter there, the messages sent in their order, the timers that start anew, the tags. Rules that are the
same in both tables need no solver: the guards of a table exclude each other, so such a rule meets only itself. Every
difference comes with a concrete event, whose two answers the plain interpreter computes once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import z3

from tcpverify.lang.expr import TRUE, Expr, Sort, age_name
from tcpverify.lang.interpret import evaluate, signed
from tcpverify.lang.smt import symbol, to_z3
from tcpverify.lang.table import Emit, Rule, Table

__all__ = ["Answer", "Difference", "Differences", "differences"]

Values = Mapping[str, int | bool]
#: how long Z3 may think about one pair of rules, in milliseconds
PATIENCE = 20_000
#: what a choice of concrete values keeps to where it can
_SMALL = 65_535


@dataclass(frozen=True)
class Answer:
    """What one table makes of a concrete event, as the plain interpreter computes it; ``rule`` None: nothing applies.

    ``values`` holds the variables that matter in the state ``to`` and are not what they were.
    """

    rule: str | None
    to: str
    values: Values = field(default_factory=dict)
    messages: tuple[Values, ...] = ()
    restarts: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Difference:
    """Two rules that apply to the same events and do different things.

    Attributes
    ----------
    left, right
        the rule of either table; None where no rule of it applies.
    aspects
        in what they can differ: ``next state``, ``messages``, ``timers``, ``tags``, ``choice``, or a variable's name.
    event_values
        one event with its variables, for which they do; ``answers`` are those of the two tables.
    plain
        whether the plain interpreter sees the difference too; if not, it takes a length beyond 32 bits.
    """

    state: str
    event: str
    left: str | None
    right: str | None
    aspects: tuple[str, ...]
    event_values: Values
    answers: tuple[Answer, Answer]
    plain: bool = True


@dataclass(frozen=True)
class Differences:
    """All that two tables do differently.

    Attributes
    ----------
    found
        every pair of rules that differ; where nothing is ``open``, all else is proved to be alike.
    open
        pairs about which Z3 did not decide, as (state, event, left, right).
    places
        how many pairs of state and event there are; ``asked`` how many questions Z3 was asked about them.
    """

    found: tuple[Difference, ...]
    open: tuple[tuple[str, str, str | None, str | None], ...]
    places: int
    asked: int

    def rules(self, side: int) -> frozenset[str]:
        """The rules of the left (0) or right (1) table that differ from what the other table does, or may."""
        pairs = [(d.left, d.right) for d in self.found] + [(o[2], o[3]) for o in self.open]
        return frozenset(name for pair in pairs if (name := pair[side]) is not None)


def differences(
    left: Table, right: Table, *, ignored: frozenset[str] = frozenset(), typical: Values | None = None, bits: int = 32,
    stop: Callable[[], bool] | None = None,
) -> Differences:  # fmt: skip
    """Compare two tables that are total and free of overlap (`tcpverify.lang.total`), each with its ``assumes``.

    Parameters
    ----------
    ignored
        tags that nobody reads.
    typical
        values that an example prefers.
    stop
        asked between questions whether to leave the rest open.
    """
    work = _Comparison(left, right, ignored, typical or {}, bits, stop or (lambda: False))
    events = dict.fromkeys((*left.events, *right.events))
    states = dict.fromkeys((*left.states, *right.states))
    for event in events:
        for state in states:
            work.place(state, event)
    return Differences(tuple(work.found), tuple(work.open), len(events) * len(states), work.asked)


class _Comparison:
    """One comparison under way."""

    def __init__(
        self, left: Table, right: Table, ignored: frozenset[str], typical: Values, bits: int, stop: Callable[[], bool]
    ) -> None:
        self.tables, self.ignored, self.typical, self.bits, self.stop = (left, right), ignored, typical, bits, stop
        self.found: list[Difference] = []
        self.open: list[tuple[str, str, str | None, str | None]] = []
        self.asked = 0

    # ------------------------------------------------------------ one state and event

    def place(self, state: str, event: str) -> None:
        """Compare the two tables there."""
        rules = [table.at(state, event) for table in self.tables]
        same = set.intersection(*({self._key(r) for r in side} for side in rules))
        left, right = ([r for r in side if self._key(r) not in same] for side in rules)
        if not left and not right:
            return
        sorts = {n: s for t in self.tables for n, s in {**t.variables, **t.inputs.get(event, {})}.items()}
        env = {n: symbol(n, s, self.bits) for n, s in sorts.items()}
        solver = z3.SolverFor("QF_BV")
        solver.set("timeout", PATIENCE)
        solver.add(*(to_z3(t.assumes, env, self.bits) for t in self.tables), *self._ages(state))
        guards = [[to_z3(r.guard, env, self.bits) for r in side] for side in (left, right)]
        for i, mine in enumerate(left):
            for j, theirs in enumerate(right):
                aspects = self._aspects(mine, theirs, env)
                if aspects:
                    both = [guards[0][i], guards[1][j]]
                    self._ask(solver, both, (state, event), mine, theirs, aspects, env, sorts)
        # Where both tables are total these have no solution; where one is not, that is a difference.
        for side, names in ((0, left), (1, right)):
            for rule, guard in zip(names, guards[side], strict=True):
                alone = [guard, *(z3.Not(g) for g in guards[1 - side])]
                one, other = (rule, None) if side == 0 else (None, rule)
                self._ask(solver, alone, (state, event), one, other, {"no rule": z3.BoolVal(True)}, env, sorts)

    def _key(self, rule: Rule) -> Any:
        return replace(rule, tags=rule.tags - self.ignored).key()

    def _ages(self, state: str) -> Iterator[Any]:
        """What holds of the ages of timers: one that does not run has none, and longer includes shorter."""
        ages = {name: age for table in self.tables for name, age in table.ages().items()}
        running = {t.name for table in self.tables for t in table.timers if state in t.states}
        for name, (timer, duration) in ages.items():
            if timer not in running:
                yield z3.Not(z3.Bool(name))
            for other, (same, longer) in ages.items():
                if name != other and timer == same and all(c >= 0 for _, c in (longer - duration).terms):
                    yield z3.Implies(z3.Bool(other), z3.Bool(name))

    # ------------------------------------------------------------ two rules

    def _aspects(self, one: Rule, other: Rule, env: Mapping[str, Any]) -> dict[str, Any]:
        """For each aspect in which they could differ, the condition under which they do."""
        if replace(one, guard=TRUE).key() == replace(other, guard=TRUE).key():
            return {}
        found: dict[str, Any] = {}
        targets = [rule.to or rule.state for rule in (one, other)]
        if targets[0] != targets[1]:
            found["next state"] = z3.BoolVal(True)
        news = [{**env, **{n: self._read(e, env) for n, e in r.assign.items()}} for r in (one, other)]
        for name in dict.fromkeys((*one.assign, *other.assign)):
            if any(self._matters(t, to, name) for t, to in zip(self.tables, targets, strict=True)):
                found[name] = news[0][name] != news[1][name]
        found["messages"] = z3.Not(self._alike(one.emits, other.emits, news))
        for timer in dict.fromkeys(t for r in (one, other) for t, _ in r.restarts):
            anew = [self._restarts(r, timer, targets[i], env, news[i]) for i, r in enumerate((one, other))]
            found["timers"] = z3.Or(found.get("timers", z3.BoolVal(False)), anew[0] != anew[1])
        if (one.tags ^ other.tags) - self.ignored:
            found["tags"] = z3.BoolVal(True)
        if not one.chooses.same(other.chooses):
            found["choice"] = self._read(one.chooses, env) != self._read(other.chooses, env)
        return {name: z3.simplify(condition) for name, condition in found.items()}

    def _read(self, expr: Expr, env: Mapping[str, Any]) -> Any:
        return to_z3(expr, env, self.bits)

    @staticmethod
    def _matters(table: Table, state: str, variable: str) -> bool:
        return state in table.relevant.get(variable, table.states)

    def _alike(self, left: tuple[Emit, ...], right: tuple[Emit, ...], news: list[dict[str, Any]]) -> Any:
        """Whether the messages that are really sent are the same, one by one."""
        whens = [[self._read(m.when, news[i]) for m in side] for i, side in enumerate((left, right))]

        def same(i: int, j: int) -> Any:
            if left[i].fields.keys() != right[j].fields.keys():
                return z3.BoolVal(False)
            return z3.And(
                *(self._read(left[i].fields[n], news[0]) == self._read(right[j].fields[n], news[1])
                  for n in left[i].fields)
            )  # fmt: skip

        @cache
        def rest(i: int, j: int) -> Any:
            """The same from the i-th of one and the j-th of the other on."""
            if i == len(left) or j == len(right):
                return z3.And(*(z3.Not(w) for w in (*whens[0][i:], *whens[1][j:])))
            both = z3.And(same(i, j), rest(i + 1, j + 1))
            return z3.If(whens[0][i], z3.If(whens[1][j], both, rest(i, j + 1)), rest(i + 1, j))

        return rest(0, 0)

    def _restarts(self, rule: Rule, name: str, to: str, env: Mapping[str, Any], new: Mapping[str, Any]) -> Any:
        """Whether a timer that runs before and after is set back to zero; one that does not run has nothing to lose."""
        asked = z3.Or(*(self._read(when, env) for timer, when in rule.restarts if timer == name))

        def runs(state: str, values: Mapping[str, Any]) -> Any:
            timers = [t for table in self.tables for t in table.timers if t.name == name and state in t.states]
            return z3.Or(*(self._read(t.while_, values) for t in timers))

        return z3.And(asked, runs(rule.state, env), runs(to, new))

    def _ask(
        self, solver: Any, guards: list[Any], where: tuple[str, str], one: Rule | None, other: Rule | None,
        aspects: Mapping[str, Any], env: Mapping[str, Any], sorts: Mapping[str, Sort],
    ) -> None:  # fmt: skip
        """Look for an event to which both rules apply and in which they differ."""
        names = (one.name if one else None, other.name if other else None)
        if self.stop():
            self.open.append((*where, *names))
            return
        solver.push()
        solver.add(*guards)
        answer = self._check(solver, z3.Or(*aspects.values()))
        if answer == z3.unknown:
            self.open.append((*where, *names))
        elif answer == z3.sat:
            differing = [n for n, condition in aspects.items() if self._check(solver, condition) == z3.sat]
            solver.add(aspects[differing[0]] if differing else z3.Or(*aspects.values()))
            values = self._values(solver, [r for r in (one, other) if r], env, sorts)
            answers = tuple(
                self._answer(t, r, where[0], values) for t, r in zip(self.tables, (one, other), strict=True)
            )
            plain = replace(answers[0], rule="") != replace(answers[1], rule="") or differing[:1] == ["choice"]
            first, second = answers
            shown = {n: values[n] for n in sorted(_read_by([r for r in (one, other) if r]) & values.keys())}
            self.found.append(
                Difference(*where, *names, tuple(differing) or tuple(aspects), shown, (first, second), plain)
            )
        solver.pop()

    def _check(self, solver: Any, *more: Any) -> Any:
        self.asked += 1
        return solver.check(*more)

    # ------------------------------------------------------------ concrete events

    def _values(self, solver: Any, rules: list[Rule], env: Mapping[str, Any], sorts: Mapping[str, Sort]) -> Values:
        """One event for which the solver's conditions hold, as ordinary as possible."""
        ages = [n for table in self.tables for n in table.ages()]
        terms = {**env, **{n: z3.Bool(n) for n in ages}}
        used = _read_by(rules) | {name for rule in rules for name in rule.assign}
        inputs = {n for t in self.tables for i in t.inputs.values() for n in i}

        def rank(name: str) -> tuple[bool, bool, bool, str]:
            """Flags first, then what the end has, then lengths: so the rest comes out as in ordinary segments."""
            return not z3.is_bool(terms[name]), name in inputs, sorts.get(name) is not Sort.INT, name

        for name in sorted(used & terms.keys(), key=rank):
            term = terms[name]
            wishes = [term == self.typical[name]] if name in self.typical else []
            if wishes and sorts.get(name) is not Sort.BOOL:
                wishes += [term == int(self.typical[name]) + by for by in (-1, 1, 2)]
            if z3.is_bool(term):
                wishes.append(z3.Not(term))
            elif sorts.get(name) is Sort.INT:
                wishes += [term == 0, z3.And(term >= 0, term <= _SMALL)]
            else:
                wishes.append(z3.ULT(term, _SMALL))
            for wish in wishes:
                if self._check(solver, wish) == z3.sat:
                    solver.add(wish)
                    break
        self._check(solver)
        model = solver.model()
        values: dict[str, int | bool] = {}
        for name, term in terms.items():
            value = model.eval(term, model_completion=True)
            if z3.is_bool(value):
                values[name] = z3.is_true(value)
            else:
                number = value.as_long()
                values[name] = signed(number, self.bits) if sorts[name] is Sort.INT else number
        return values

    def _answer(self, table: Table, rule: Rule | None, state: str, values: Values) -> Answer:
        if rule is None:
            return Answer(None, state)
        bits, to = self.bits, rule.to or state
        assigned = {n: evaluate(e, values, bits) for n, e in rule.assign.items()}
        new = {**values, **assigned}
        sent = tuple(
            {n: evaluate(e, new, bits) for n, e in m.fields.items()} for m in rule.emits if evaluate(m.when, new, bits)
        )

        def runs(timer: str, place: str, env: Values) -> bool:
            mine = [t for other in self.tables for t in other.timers if t.name == timer and place in t.states]
            return any(evaluate(t.while_, env, bits) for t in mine)

        restarts = {t for t, when in rule.restarts if evaluate(when, values, bits)}
        changed = {
            n: v for n, v in assigned.items() if v != values[n] and any(self._matters(t, to, n) for t in self.tables)
        }
        anew = sorted(t for t in restarts if runs(t, state, values) and runs(t, to, new))
        return Answer(rule.name, to, changed, sent, tuple(anew), rule.tags - self.ignored)


def _read_by(rules: Iterable[Rule]) -> frozenset[str]:
    """The variables and ages that rules read."""
    found: set[str] = set()
    for rule in rules:
        for expr in rule.expressions():
            found |= expr.variables()
            found |= {age_name(node) for node in expr.walk() if node.op == "elapsed"}
    return frozenset(found)

