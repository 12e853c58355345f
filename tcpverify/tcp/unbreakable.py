"""Properties that no rule can break, whatever the peer and the network do: proved of the table alone.

Some properties are about what one rule does, such as that nothing but its timer ends TIME-WAIT. If no rule that does it
can ever apply, they hold in every scope and for all durations, and nothing need be explored.
"""

from __future__ import annotations

import z3

from tcpverify.lang.smt import symbol, to_z3
from tcpverify.lang.table import Rule, Table
from tcpverify.tcp.properties import Property
from tcpverify.tcp.vocabulary import CALLS

__all__ = ["unbreakable"]


def unbreakable(table: Table, item: Property, bits: int = 32) -> int:
    """How many rules Z3 and the rules themselves show to keep a property: all of the table, or 0 if one may break it.

    A rule keeps it if it does nothing of the kind, if its event never comes, since no timer in its state brings it,
    or if no event and no values of the variables satisfy its guard.
    """
    if item.breaking is None:
        return 0
    for rule in table.rules.values():
        if not item.breaking(rule) or not _comes(table, rule):
            continue
        sorts = {**table.variables, **table.inputs.get(rule.event, {})}
        env = {name: symbol(name, sort, bits) for name, sort in sorts.items()}
        solver = z3.SolverFor("QF_BV")
        solver.add(to_z3(table.assumes, env, bits), to_z3(rule.guard, env, bits))
        if solver.check() != z3.unsat:
            return 0
    return len(table.rules)


def _comes(table: Table, rule: Rule) -> bool:
    if rule.event in (*CALLS, "SEGMENT"):
        return True
    return any(timer.event == rule.event and rule.state in timer.states for timer in table.timers)
