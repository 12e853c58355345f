"""The whole run: every mutant in every setting that reaches its rule, as Markdown.

``python -m tests.mutation.report`` prints the table of `docs/mutation.md` and takes about a quarter of an hour;
a word runs only the rules whose name contains it. What survives must be explained in `tests.mutation.explained`.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator

from tcpverify.tcp.registry import load
from tcpverify.tcp.scope import Scope
from tests.mutation.explained import CLASSES, explanation
from tests.mutation.operators import STATES, Mutant, mutants
from tests.mutation.run import SETTINGS, Notice, baseline, examine

__all__ = ["judge", "main"]

#: the largest setting is asked only about rules that fire nowhere else
LAST_RESORT = "data, abort"


def every_mutant() -> Iterator[tuple[Mutant, bool]]:
    """Those of the textbook, then those of the rules that it idealises, as the standard has them (True)."""
    textbook, standard = (load(SETTINGS[n].model).table for n in ("default", "fix F1"))
    yield from ((m, False) for m in mutants(textbook))
    different = {n for n, r in standard.rules.items() if r.key() != textbook.rules[n].key()}
    yield from ((m, True) for m in mutants(standard, frozenset(different)))


def judge(mutant: Mutant, standard: bool = False) -> tuple[str, Notice]:
    """The setting in which a mutant is first noticed, and by whom; if nowhere, where its rule fired, or nothing."""
    fired, undecided = [], False
    for name, setting in SETTINGS.items():
        if standard != (setting.model != "textbook") or (name == LAST_RESORT and fired):
            continue
        notice = examine(mutant, setting)
        if notice.by:
            return name, notice
        fired += [name] if notice.fired else []
        undecided |= notice.undecided
    return "; ".join(fired), Notice(fired=bool(fired), undecided=undecided)


def main(words: list[str]) -> int:
    """Print the table, one line per mutant as soon as it is known, and a summary; 1 if a survivor is unexplained.

    Left out of the table: what the totality proof notices, and rules that never fire.
    """
    began = time.perf_counter()
    tally: dict[str, Counter[str]] = {state: Counter() for state in STATES}
    unexplained, silent = [], Counter[str]()
    print("| rule | mutation | noticed by | setting |\n|---|---|---|---|")
    for mutant, standard in every_mutant():
        if not all(w in str(mutant) for w in words):
            continue
        state = mutant.rule.split(".")[0]
        where, notice = judge(mutant, standard)
        if notice.by == "totality proof":
            tally[state]["noticed"] += 1
            continue
        if notice.by:
            tally[state]["noticed"] += 1
            by = notice.by + (f" ({notice.steps} steps)" if notice.steps else "")
        elif not notice.fired:
            tally[state]["never fired"] += 1
            silent[mutant.rule] += 1
            continue
        else:
            tally[state]["survived"] += 1
            kind, _ = explanation(mutant, standard)
            by = f"nobody, see {kind}" if kind else "**nobody**"
            by += ", not explored to its end" if notice.undecided else ""
            unexplained += [] if kind else [str(mutant)]
        rule = f"`{mutant.rule}`" + (" (standard)" if standard else "")
        print(f"| {rule} | {mutant.what} | {by} | {where} |", flush=True)
    print("\n| row | mutants | noticed | survived | rule never fired |\n|---|---|---|---|---|")
    for state, count in tally.items():
        print(f"| {state} | {count.total()} | {count['noticed']} | {count['survived']} | {count['never fired']} |")
    print("\nRules that no setting fires (mutants): " + ", ".join(f"`{n}` ({c})" for n, c in silent.items()))
    print("\n| class | reason |\n|---|---|")
    for kind, text in CLASSES.items():
        print(f"| {kind} | {text} |")
    print("\n| setting | model | scope | TIME_WAIT | RTO | states | transitions |\n|---|---|---|---|---|---|---|")
    for name, setting in SETTINGS.items():
        states, transitions, _ = baseline(setting).counts
        default = Scope().as_json()
        scope = ", ".join(f"{n} {' '.join(v) if isinstance(v, list) else v}"
                          for n, v in setting.scope.as_json().items() if v != default[n])  # fmt: skip
        print(f"| {name} | `{setting.model}` | {scope or 'as `check` takes it'} | {setting.time_wait} | "
              f"{setting.rto[0]} to {setting.rto[1]} | {states} | {transitions} |")  # fmt: skip
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    for text in unexplained:
        print(f"not explained: {text}", file=sys.stderr)
    return 1 if unexplained else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
