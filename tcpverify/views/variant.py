"""The file that `tcpverify new` writes: an amendment that runs at once, with comments for who has never written one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tcpverify.errors import ModelError
from tcpverify.lang.table import Table
from tcpverify.tcp.registry import LoadedModel
from tcpverify.tcp.vocabulary import MSL
from tcpverify.views.model import rule_lines, touched
from tcpverify.views.source import change_source, duration_source
from tcpverify.views.styled import text_of

__all__ = ["variant_text"]

_WIDTH = 110


@dataclass(frozen=True)
class _Example:
    """One small change of TIME-WAIT: to which rules, what it is called, why it is of interest, and its code."""

    pattern: str
    title: str
    why: tuple[str, ...]
    code: str

    def changes(self, table: Table) -> bool:
        """Whether the rules are there, and do not say so already."""
        rules = [rule for name, rule in table.rules.items() if fnmatchcase(name, self.pattern)]
        if self.pattern == _RST.pattern:
            return any(rule.to is not None or rule.emits for rule in rules)
        return any(rule.restarts for rule in rules)


_RST = _Example(
    "TIME-WAIT.rst*",
    "a RST does not end TIME-WAIT",
    (
        "RFC 9293 lets a RST at RCV.NXT end TIME-WAIT; RFC 1337 shows how an old segment can bring that about.",
        "Here a RST has no effect: the state stays (to), nothing is sent (emits), and the rule no longer",
        "says of itself that it resets (tags).",
    ),
    'change("TIME-WAIT.rst*", to=None, emits=(), tags=frozenset(), clause="RFC 1337 §3", text="Ignored."),',
)
_RESTART = _Example(
    "TIME-WAIT.fin-again",
    "a retransmitted FIN does not restart TIME-WAIT",
    (
        "RFC 9293 starts TIME-WAIT anew for every retransmitted FIN. Here the FIN is acknowledged as before,",
        "but no timer is set back (restarts), and the rule no longer says of itself that it does (tags).",
    ),
    'change("TIME-WAIT.fin-again", restarts=(), tags=frozenset(), text="Acknowledged; the timer runs on."),',
)

_HEAD = '''"""{name}: {title}.

An amendment is a list of differences to a base. This one is written for {base}, and runs as it stands:

    tcpverify show {spec} --changed
    tcpverify check {spec} --msl 1

Change one thing at a time and run it again. A mistake is answered with one sentence that names the line or the rule.
"""

# The words in which rules are written: the variables of a connection (SND_UNA, SND_NXT, RCV_NXT), the fields of the
# arriving segment (SEG_SEQ, SEG_ACK, SEG_TEXT, SYN, ACK, FIN, RST), tests that RFC 9293 names (acceptable, ack_new,
# fin_acked, fin_in_order), MSL, and what makes segments: segment(SEQ, ACK, fin=True), ack_segment().
# `tcpverify explain WORD` explains each, such as elapsed; docs/rule-language.md lists all.
# Conditions are joined by & (and), | (or) and ~ (not), with comparisons in parentheses: RST & (SEG_SEQ == RCV_NXT).
from tcpverify.tcp.vocabulary import *

AMENDMENT = Amendment(
    # What other amendments call this one, a line for a person, and the text or the idea behind it.
    name="{name}",
    title="{title}",
    source="an idea to be tested",
    # The differences, carried out in this order. Rules are named STATE.what; a pattern stands for all that match it.
    #
    #   change("LAST-ACK.*", text="…")        other values for fields of rules that are there
    #   insert(Rule(…), before="STATE.*")     a rule that goes before those which match, where its own guard holds
    #   merge("*.fin", {{"TS.RECENT": SEG_TS}}) these rules assign values to variables, besides what they do already
    #   remove("TIME-WAIT.other")             these rules are gone; another must take over what they answered
    #   add(Rule(…))                          a rule for what no other rule answers any more
    #
    # The fields of a rule: text and clause (what it does, and where that is written: the clause stands beside every
    # step of a counterexample), guard (when it applies), to (the next state, None: stay), assign (new values), emits
    # (segments sent), restarts (timers set back to zero), and tags: words by which the properties recognise what a
    # rule does, such as reset, challenge, restarts, takes-fin, sends-fin, closes, reopens.
    #
    # For every state and event exactly one rule must apply. Z3 proves that before any run, or shows a gap.
    changes=(
{changes}
    ),
{rest})
'''


def variant_text(name: str, base: LoadedModel, spec: str, rule: str | None = None) -> str:
    """The file.

    Parameters
    ----------
    name
        what the amendment is called.
    base
        the model that it amends.
    spec
        the model expression of both, as the user will write it.
    rule
        the rule to start from: its present form goes into a comment, and into a `change` of every field. Without
        one the file has a change of TIME-WAIT that the base does not make already.

    Raises
    ------
    ModelError
        if the base is not a model of the full state table, or has no such rule.
    """
    table = base.table
    if "TIME_WAIT" not in table.numbers:
        raise ModelError(f"{base.name!r} has no TIME_WAIT; an amendment starts from a model of the full state table")
    numbers, over = "", tuple[str, ...]()
    if rule is not None:
        title, lines, over = _from_rule(table, rule)
    else:
        example = next((one for one in (_RST, _RESTART) if one.changes(table)), None)
        if example is not None:
            title, lines = example.title, [*(f"# {row}" for row in example.why), example.code]
            over = _before(table, example.pattern)
        else:
            title, lines = "TIME-WAIT lasts one MSL longer", ["# Your own differences go here."]
            longer = table.numbers["TIME_WAIT"] + MSL
            numbers = f'numbers={{"TIME_WAIT": {duration_source(longer)}}},'
            over = tuple(who for who in (table.changed_by.get("TIME_WAIT"),) if who)
    return _HEAD.format(
        name=name, title=title, base=base.name, spec=spec, rest="".join(_rest(numbers, over)),
        changes="\n".join(row if row.startswith(" ") else f"        {row}" for row in lines),
    )  # fmt: skip


def _rest(numbers: str, over: tuple[str, ...]) -> Iterator[str]:
    yield "    # Durations that the variant fixes itself, where the user names none, as multiples of MSL.\n"
    yield f"    {numbers}\n" if numbers else '    # numbers={"TIME_WAIT": 3 * MSL},\n'
    yield "    # Amendments whose changes of the same rules this one may replace. An undeclared clash is an\n"
    yield "    # error that names the rule, so two amendments never get in each other's way unnoticed.\n"
    names = ", ".join(f'"{name}"' for name in over)
    yield f"    over=({names},),\n" if over else '    # over=("ideal",),\n'


def _from_rule(table: Table, name: str) -> tuple[str, list[str], tuple[str, ...]]:
    rule = table.rules.get(name)
    if rule is None:
        from difflib import get_close_matches

        close = get_close_matches(name, table.rules, n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else f"`tcpverify show {table.name}` lists its rules"
        raise ModelError(f"{table.name} has no rule {name!r}; {hint}")
    present = text_of(rule_lines(table, rule, _WIDTH)).splitlines()
    lines = ["# The rule as it is:", "#", *(f"# {row}" for row in present), "#"]
    lines += ["# And every field with the value that it has: change what you want, delete what stays as it is."]
    return f"{name} in another way", [*lines, change_source(rule)], tuple(touched(table, name))


def _before(table: Table, pattern: str) -> tuple[str, ...]:
    """The amendments that have changed the rules already."""
    return tuple(sorted({who for name in table.rules if fnmatchcase(name, pattern) for who in touched(table, name)}))
