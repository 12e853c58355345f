"""The state machine of a model as a graph: its states, its arrows, and what amendments changed of its base.

Plain data: a networkx graph whose attributes are strings, numbers and truth values. Its nodes are the states; its
edges are arrows, each of which stands for the rules of one state that lead to one state with the same event and
action, as a diagram says them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import networkx as nx

from tcpverify.lang.table import Rule, Table
from tcpverify.tcp.arrows import actions, event
from tcpverify.tcp.registry import LoadedModel, load
from tcpverify.tcp.vocabulary import CALLS, FLAGS

__all__ = ["ADDED", "CHANGED", "REMOVED", "SAME", "machine_graph"]

#: what amendments made of an arrow of the base
SAME, ADDED, CHANGED, REMOVED = "same", "added", "changed", "removed"
_FLAGS = frozenset(f"SEG.{name}?" for name in FLAGS)
_ASIDE = frozenset({"ABORT", "USER-TIMEOUT", "RESET"})


class _Arrow(NamedTuple):
    state: str
    to: str
    event: str
    action: str


def machine_graph(model: LoadedModel) -> nx.MultiDiGraph:
    """The machine of a model.

    Returns
    -------
    networkx.MultiDiGraph
        ``graph["kind"]`` is ``machine``. Nodes have ``timers`` (those that run there, such as ``time-wait``). Edges
        have ``event``, ``action`` (what Figure 5 has under the line, empty for its x), ``kind`` (``call``,
        ``segment``, ``timer``), ``rules`` and ``clauses`` (joined by ``; ``), ``text``, ``main`` (whether Figure 5
        shows arrows of this sort: not resets, aborts and user timeouts, nor what changes no state), ``status``
        (`SAME`, `ADDED`, `CHANGED`, `REMOVED` against the base) and ``amendment``.
    """
    table = model.table
    name, base = _base(model)
    graph = nx.MultiDiGraph(
        kind="machine", model=model.name, base=name, title=model.parts[0].title,
        amendments="; ".join(part.title for part in model.parts[1:]), source=table.source,
        time_wait=str(table.numbers.get("TIME_WAIT", "")),
    )  # fmt: skip
    for state in table.states:
        running = [t.name for t in table.timers if state in t.states and t.event]
        graph.add_node(state, initial=state == table.states[0], timers=", ".join(running))
    found: dict[tuple[_Arrow, str], list[tuple[Rule, str]]] = {}
    for arrow, status, rule, by in _compared(base, table):
        found.setdefault((arrow, status), []).append((rule, by))
    for (arrow, status), rules in found.items():
        first = rules[0][0]
        graph.add_edge(
            arrow.state,
            arrow.to,
            key=f"{arrow.event} / {arrow.action or 'x'}{'' if status == SAME else f' ({status})'}",
            event=arrow.event,
            action=arrow.action,
            kind=_kind(first, arrow),
            rules="; ".join(r.name for r, _ in rules),
            clauses="; ".join(dict.fromkeys(r.clause for r, _ in rules)),
            text=" ".join(dict.fromkeys(r.text for r, _ in rules)),
            main=any(_is_main(r, arrow, table) for r, _ in rules),
            status=status,
            amendment=", ".join(dict.fromkeys(by for _, by in rules if by)),
        )
    return graph


def _base(model: LoadedModel) -> tuple[str, Table]:
    """What the amendments are held against: the first word that the user wrote, or what a sum begins with."""
    first, *rest = model.name.split("+")
    if rest:
        return first, load(first).table
    content = model.parts[0].content
    assert isinstance(content, Table)
    return model.parts[0].name, content


def _arrow(rule: Rule, table: Table) -> _Arrow:
    to = rule.to if rule.to is not None else rule.state
    if not table.inputs.get("SEGMENT", {}).keys() & _FLAGS:
        # Messages without fields: such a table has the words of its arrows as the texts of its rules.
        above, _, below = rule.text.partition(" / ")
        return _Arrow(rule.state, to, above, "" if below == "x" else below)
    return _Arrow(rule.state, to, event(rule, table), ", ".join(actions(rule, table, to != rule.state)))


def _kind(rule: Rule, arrow: _Arrow) -> str:
    if rule.event in CALLS:
        return "call"
    return "segment" if rule.event == "SEGMENT" or arrow.event.startswith("rcv ") else "timer"


def _is_main(rule: Rule, arrow: _Arrow, table: Table) -> bool:
    """Whether Figure 5 shows it: its notes leave out resets, aborts and what changes no state."""
    if arrow.to == arrow.state:
        # The timer of TIME-WAIT is what this program is about, and its restarts with it.
        return any(name == "time-wait" for name, _ in rule.restarts)
    if any(timer.event == rule.event for timer in table.timers):
        return True
    if rule.event in _ASIDE or "aborts" in rule.tags:
        return False
    back = (arrow.state, arrow.to) == ("SYN-RECEIVED", "LISTEN")
    return back or not ("reset" in rule.tags or arrow.event == "rcv RST")


def _compared(base: Table, table: Table) -> Iterator[tuple[_Arrow, str, Rule, str]]:
    """The arrows of the base and of the amended table, with what became of each and by whose doing."""
    by = table.changed_by
    merged = {name: who for (name, what), who in table.extended_by.items() if what == "assign"}
    idle = {(s, t.event) for t in table.timers for s in table.states if s not in t.states}
    for name, rule in table.rules.items():
        if (rule.state, rule.event) in idle:
            continue
        old, arrow = base.rules.get(name), _arrow(rule, table)
        who = by.get(name) or merged.get(name, "")
        who = who or (by.get("TIME_WAIT", "") if rule.event == "TIME-WAIT" else "")
        if old is None:
            yield arrow, ADDED, rule, who
        elif (before := _arrow(old, base)) != arrow:
            yield before, REMOVED, old, who
            yield arrow, ADDED, rule, who
        else:
            # One that an insertion has narrowed still does the same: the inserted rule is what is new.
            same = _effect(old) == _effect(rule)
            yield arrow, SAME if same else CHANGED, rule, "" if same else who
    for name, rule in base.rules.items():
        if name not in table.rules:
            yield _arrow(rule, base), REMOVED, rule, by.get(name, "")


def _effect(rule: Rule) -> tuple[object, ...]:
    """What a rule does, without when it applies."""
    _, _, _, *effect = rule.key()
    return tuple(effect)
