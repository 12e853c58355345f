"""Transitions per second: this program's zone engine and TChecker, on the same TCP model, in one run.

Usage: python tests/benchmarks/bench_tchecker.py [RETRANSMISSIONS]

Explores all zones of `textbook` with MSL = RTO_MAX = 1, TIME_WAIT = 2 and no losses, without inclusion, so
that both search the same graph; that they report the same number of states and transitions is checked.
TChecker's time is its own measure, without reading the file and without computing clock bounds. Ours is given
twice: cold, where the rule table is executed to find the locations, and warm, where they are known, as they
are to TChecker. Warm and TChecker: the best of five runs.

TChecker's file has one location per location of the model if they are few; otherwise many share one and are
told apart by an integer (its clock bounds take cubic time), which costs it one comparison per edge tried: the
second ratio therefore flatters us, the first does not.
"""

from __future__ import annotations

import sys
import time
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tcpverify.engines.explore import explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.exports.tchecker import BEYOND, flat
from tcpverify.tcp.registry import load
from tcpverify.tcp.scenario import Scenario
from tcpverify.tcp.scope import Scope
from tests.agreement.tchecker import reach

VALUES = {"MSL": Fraction(1), "RTO_MAX": Fraction(1), "TIME_WAIT": Fraction(2)}


def compare(retransmissions: int, max_pairs: int) -> None:
    """Both explorations of one scope, and their ratio."""
    scope = Scope(losses=0, retransmissions=retransmissions)
    skeleton = Skeleton(Scenario(load("textbook").table, scope))
    began = time.perf_counter()
    ours = explore(skeleton, VALUES, inclusion=False)
    cold = time.perf_counter() - began
    ours = min((explore(skeleton, VALUES, inclusion=False) for _ in range(5)), key=lambda run: run.seconds)
    reached = {skeleton.locations[n] for n in ours.location}
    text = flat(skeleton.system, VALUES, within=reached, max_pairs=max_pairs)
    shared = "int:1" in text
    theirs = min((reach(text, algorithm="reach") for _ in range(5)), key=lambda run: run.seconds)
    assert (len(ours), ours.transitions) == (theirs.states, theirs.transitions)
    assert not reach(text, BEYOND).reachable

    print(f"losses 0, retransmissions {retransmissions}: {len(reached)} locations,", end=" ")
    print("several sharing one of TChecker's" if shared else "one by one")
    print(f"{'':18} {'states':>8} {'transitions':>12} {'seconds':>9} {'per second':>11}")
    rows = [("tcpverify, cold", cold), ("tcpverify, warm", ours.seconds), ("TChecker", theirs.seconds)]
    for name, seconds in rows:
        rate = ours.transitions / seconds
        print(f"{name:18} {len(ours):8} {ours.transitions:12} {seconds:9.4f} {rate:11.0f}")
    print(f"ratio, cold {theirs.seconds / cold:.2f}, warm {theirs.seconds / ours.seconds:.2f}\n")


def main() -> None:
    """A model small enough for TChecker to have every location, and one that has to share them."""
    compare(0, max_pairs=2500)
    compare(int(sys.argv[1]) if len(sys.argv) > 1 else 1, max_pairs=1600)


if __name__ == "__main__":
    main()
