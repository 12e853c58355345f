"""Known answers: model × scope × durations × property → proved, or refuted with the fewest steps.

One table that every engine must reproduce, and next to the answers the exact number of symbolic states, so that
a change to the model or to an engine that nobody meant shows at once. `tests/test_oracle.py` runs the rows that
are not slow; ``python -m tests.oracle`` runs all of them and prints what it measured (``--slow`` only the slow
ones, ``--fast`` only the zone engine with inclusion, a word only the rows that contain it).

The plain machine of RFC 9293 Figure 5 (1182 states, 6322 transitions, depth 14) is pinned in
`tests/engines/test_fig5.py`: it has neither time nor sequence numbers, and other properties.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from tcpverify.engines.explore import Budget, Exploration, explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.engines.smt import SmtResult, solve
from tcpverify.tcp import properties
from tcpverify.tcp.properties import DEFAULT
from tcpverify.tcp.registry import load
from tcpverify.tcp.scenario import Scenario
from tcpverify.tcp.scope import UNLIMITED, Scope
from tcpverify.workflow.check import check
from tcpverify.workflow.results import CheckReport, CheckRequest

__all__ = ["ORACLE", "PROVED", "TWICE", "Row", "by_check", "by_smt", "by_zones"]

#: the answer of a property that holds; every other answer is the number of steps of the shortest refutation
PROVED = 0

IN_TURN = ("open", "close-in-turn")
#: what `check` proves by default, and what a complete exploration decides by itself
ALL_PROVED = dict.fromkeys(DEFAULT, PROVED)


@dataclass(frozen=True)
class Row:
    """One row. Durations are fractions written as text, in one unit.

    Attributes
    ----------
    source
        where the answer is known from, or what it shows.
    answers
        per property `PROVED` or the number of steps of its shortest refutation; for a property about endless runs
        the steps of the stem and of one round of the loop, which nothing promises to be the fewest.
    scope
        what differs from ``Scope()``: one loss, one retransmission, two incarnations at once, no data.
    counts
        states, transitions and locations of the complete exploration with inclusion; None where the row is about
        refutations only and the state space is not explored to its end.
    plain
        states and transitions without inclusion.
    smt
        the properties that the engine without zones decides within a few seconds.
    more
        further durations: TICK where segments carry timestamps, and those that the model names.
    slow
        run by ``python -m tests.oracle`` only.
    """

    source: str
    model: str
    time_wait: str
    answers: Mapping[str, int]
    scope: Mapping[str, object] = field(default_factory=dict)
    rto_max: str = "1"
    msl: str = "1"
    counts: tuple[int, int, int] | None = None
    plain: tuple[int, int] | None = None
    smt: tuple[str, ...] = ()
    slow: bool = False
    more: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        scope = ",".join(f"{n}={'+'.join(v) if isinstance(v, tuple) else v}" for n, v in self.scope.items())
        more = "".join(f" {name}={value}" for name, value in self.more.items())
        return f"{self.model}[{scope}] MSL={self.msl} RTO_MAX={self.rto_max} TIME_WAIT={self.time_wait}{more}"

    @property
    def valuation(self) -> dict[str, Fraction]:
        """The durations as numbers."""
        more = {name: Fraction(value) for name, value in self.more.items()}
        own = {"MSL": Fraction(self.msl), "RTO_MAX": Fraction(self.rto_max), "TIME_WAIT": Fraction(self.time_wait)}
        return {**own, **more}

    @property
    def watched(self) -> dict[str, int]:
        """The answers that steps decide; endless runs are `check`'s business."""
        return {name: answer for name, answer in self.answers.items() if properties.find(name).watched}


QUIET = {"losses": 0}
STAMPED = {**QUIET, "sequence": "timestamps"}
INSTANT = {**STAMPED, "retransmissions": 0, "reordering": False, "delay": False}
#: no old segment is about: what is sent arrives at once, and in order, or is lost
TWICE = {
    "data": 1, "calls": ("open", "abort"), "start": "closed", "sequence": "clock", "reordering": False, "delay": False,
}  # fmt: skip
RECYCLED = {"TICK": "1/100", "PAWS_MSL": "60"}
ORACLE: tuple[Row, ...] = (
    # -------- the machine of the books: 2·MSL is exactly the bound while nothing is lost
    *(
        Row("RFC 9293 §3.6.1: 2·MSL; while nothing is lost the RTO does not matter", "textbook", "2", ALL_PROVED,
            QUIET, rto_max=rto, counts=(3514, 13859, 2429), plain=(4296, 16747), smt=smt)
        for rto, smt in (("1", ("no-old-segment",)), ("3", ("drained",)))
    ),
    *(
        Row("below 2·MSL an old segment is still under way, at every duration", "textbook", time_wait,
            {"drained": drained, "no-old-segment": old}, QUIET, rto_max=rto, smt=("drained", "no-old-segment"))
        for rto, time_wait, drained, old in (
            ("1", "199/100", 8, 12), ("3", "199/100", 8, 12), ("1", "3/2", 8, 12), ("1", "1", 8, 12),
            ("1", "1/2", 5, 10), ("1", "0", 5, 10),
        )
    ),
    # -------- one loss: an ACK that was lost costs one RTO more
    Row("one loss and RTO =< MSL: 2·MSL is enough", "textbook", "2", ALL_PROVED,
        counts=(9227, 42338, 6496), plain=(11065, 50076)),
    Row("one loss and an RTO a tenth above MSL: it is not", "textbook", "2", {"drained": 7, "no-old-segment": 14},
        rto_max="11/10", smt=("drained", "no-old-segment")),
    Row("... but RTO_MAX + MSL is", "textbook", "21/10", ALL_PROVED, rto_max="11/10",
        counts=(9227, 42338, 6496), plain=(11065, 50076)),
    # -------- the last ACK may be lost k times: k·RTO_MAX + MSL, exactly
    *(
        Row("graceful-close at k·RTO_MAX + MSL and just below, k losses", "textbook", time_wait,
            {"graceful-close": answer},
            {"losses": losses, "retransmissions": max(losses, 1), "incarnations": 1}, rto_max="3", counts=counts,
            plain=plain, smt=("graceful-close",) if losses != 1 else (), slow=losses == 2)
        for losses, time_wait, answer, counts, plain in (
            (0, "1", PROVED, (3604, 14091, 2523), (4386, 16979)),
            (0, "99/100", 7, None, None),
            (1, "4", PROVED, (9208, 42287, 6485), (11048, 50029)),
            (1, "399/100", 9, None, None),
            (2, "7", PROVED, (110197, 634100, 53336), None),
            (2, "699/100", 10, None, None),
        )
    ),
    *(
        Row("with unlimited losses no TIME-WAIT is long enough: two steps more for every 2·MSL", "textbook",
            time_wait, {"graceful-close": steps}, {"losses": UNLIMITED, "retransmissions": UNLIMITED}, smt=smt,
            slow=time_wait == "6")
        for time_wait, steps, smt in (("2", 9, ("graceful-close",)), ("4", 11, ()), ("6", 13, ()))
    ),
    # -------- a timer that is not restarted must be twice as long
    Row("no restart: 4·MSL, since CLOSED ends answer with RST (3·MSL without those)", "textbook+no-restart", "4",
        {"drained": PROVED, "no-old-segment": PROVED, "fin-restarts": 6}, QUIET,
        counts=(3959, 15348, 2429), plain=(4601, 17820), smt=("no-old-segment",)),
    Row("no restart: nothing less", "textbook+no-restart", "399/100", {"drained": 10, "no-old-segment": 14}, QUIET,
        smt=("drained", "no-old-segment")),
    # -------- the standard's own text: TIME-WAIT assassination
    *(
        Row("RFC 1337 §2: a RST ends TIME-WAIT, however long it is", "rfc9293", time_wait,
            {"no-assassination": 8, "no-old-segment": old}, QUIET, smt=("no-assassination", "no-old-segment"))
        for time_wait, old in (("2", 12), ("6", 13), ("100", 13))
    ),
    # -------- fix F1
    *(
        Row("both have closed at once: an end still in TIME-WAIT answers the new SYN with an old ACK, however long "
            "TIME-WAIT is", "rfc9293+rfc1337", time_wait, {"drained": 10}, QUIET, smt=("drained",))
        for time_wait in ("6", "100")
    ),
    Row("one FIN after the other: 3·MSL", "rfc9293+rfc1337", "3", {"drained": PROVED, "no-old-segment": PROVED},
        {**QUIET, "calls": IN_TURN}, counts=(5455, 20958, 3173), plain=(8661, 32208), smt=("drained",)),
    Row("one FIN after the other: nothing less", "rfc9293+rfc1337", "299/100",
        {"drained": 8, "no-old-segment": 12}, {**QUIET, "calls": IN_TURN}, smt=("drained", "no-old-segment")),
    Row("with an octet of data each way: 4·MSL at least", "rfc9293+rfc1337", "399/100", {"no-old-segment": 20},
        {**QUIET, "calls": IN_TURN, "data": 1}, slow=True),
    # -------- the steps of §3.10.7.4 in the order in which they are written
    Row("a retransmitted FIN has SEQ = RCV.NXT-1 and never reaches step 8", "rfc9293+literal", "2",
        {"fin-restarts": 6}, QUIET, smt=("fin-restarts",)),
    Row("two TIME-WAIT ends acknowledge each other's ACKs for ever", "rfc9293+literal", "2", {"no-ack-loop": 10},
        QUIET),
    # -------- who waits
    Row("a simultaneous close sends both ends to TIME-WAIT", "textbook", "2", {"time-wait-side": 5}, QUIET,
        smt=("time-wait-side",)),
    Row("one FIN after the other: only the first closer waits", "textbook", "2", {"time-wait-side": PROVED},
        {**QUIET, "calls": IN_TURN}, counts=(2436, 9744, 1779), plain=(3237, 12712), smt=("time-wait-side",)),
    # -------- the library
    Row("RFC 793 believes any RST in the window, so it takes three steps less than RFC 9293", "rfc793", "6",
        {"no-assassination": 8, "no-old-segment": 10}, QUIET),
    Row("RFC 793 and the checks of RFC 5961: RFC 9293", "rfc793+rfc5961", "6",
        {"no-assassination": 8, "no-old-segment": 13}, QUIET),
    Row("fix F1 is not enough for RFC 793: a SYN in the window ends TIME-WAIT", "rfc793+rfc1337", "6",
        {"no-assassination": 9}, QUIET),
    Row("... and with one FIN after the other it needs what RFC 9293 needs: 3·MSL", "rfc793+rfc1337", "3",
        {"drained": PROVED, "no-old-segment": PROVED}, {**QUIET, "calls": IN_TURN}, counts=(5455, 20958, 3173),
        plain=(8661, 32208)),
    Row("lwIP acknowledges a SYN that lies outside the window: 3·MSL", "lwip", "3",
        {"drained": PROVED, "no-old-segment": PROVED}, {**QUIET, "calls": IN_TURN}, counts=(2834, 11215, 2002),
        plain=(4033, 15558)),
    Row("lwIP: nothing less, but only a copy of the SYN of its own opening shows it", "lwip", "299/100",
        {"drained": 21, "no-old-segment": 25}, {**QUIET, "calls": IN_TURN}),
    Row("macOS, whose timer is not restarted: 4·MSL", "macos", "4", {"drained": PROVED, "no-old-segment": PROVED},
        {**QUIET, "calls": IN_TURN}, counts=(5211, 20296, 3173), plain=(6345, 24701)),
    Row("macOS: nothing less", "macos", "399/100", {"drained": 10, "no-old-segment": 14},
        {**QUIET, "calls": IN_TURN}),
    *(
        Row("a RST ends TIME-WAIT there, however long it is", model, "6", {"no-assassination": 8, "no-old-segment": 13},
            {**QUIET, "calls": IN_TURN})
        for model in ("smoltcp", "windows")
    ),
    Row("SO_LINGER, 0 s: the peer of an end that only closed is reset", "rfc9293+linger-0", "2",
        {"graceful-close": 2, "no-old-segment": 6}, QUIET),
    Row("no TIME-WAIT at all: the FIN that comes again is answered by RST", "rfc9293+tw-overflow", "0",
        {"drained": 5, "graceful-close": 7, "no-old-segment": 10}, QUIET),
    Row("the client ends the server's TIME-WAIT, as it means to", "rfc9293+faber-client", "6",
        {"no-assassination": 6, "no-old-segment": 13}, {**QUIET, "calls": IN_TURN}),
    *(
        Row("numbers of its own for every incarnation do not keep a copy of a SYN out of SYN-SENT",
            f"rfc9293+{model}", "2", {"drained": 8, "clean-reopen": 15}, {**QUIET, "sequence": "clock"})
        for model in ("clock", "rfc1337-f3")
    ),
    Row("where a RST is acknowledged, the RST of an end that is CLOSED does not end TIME-WAIT: 3·MSL", "heavens", "3",
        {"drained": PROVED, "no-assassination": PROVED, "no-old-segment": PROVED}, {**QUIET, "calls": IN_TURN},
        counts=(6305, 23778, 3173), plain=(9250, 34451)),
    Row("... and nothing less", "heavens", "299/100", {"drained": 8, "no-old-segment": 12},
        {**QUIET, "calls": IN_TURN}),
    Row("an ABORT of what is only being opened leaves its SYN behind", "rfc9293+rfc9293-abort+abort-waits", "6",
        {"no-old-segment": 8}, {**QUIET, "calls": ("open", "abort")}),
    # -------- relatives
    Row("SCTP's tags: whoever is CLOSED acknowledges the last FIN, and no TIME-WAIT is needed for it",
        "rfc9293+sctp-tags", "0", {"graceful-close": PROVED, "no-assassination": PROVED}, {"incarnations": 1},
        counts=(12681, 62791, 12681), plain=(12681, 62791)),
    Row("... but a listener has no tag yet", "rfc9293+sctp-tags", "99/100", {"no-old-segment": 18},
        {**QUIET, "retransmissions": 0}),
    Row("T/TCP: a RST has no count", "rfc9293+t-tcp", "12", {"no-old-segment": 9}, QUIET, rto_max="120", msl="120"),
    Row("M. Smith: a SYN with data, sent again to a server that has listened anew, is delivered twice",
        "rfc9293+t-tcp+tao", "12", {"no-double-delivery": 10}, TWICE, rto_max="120", msl="120"),
    Row("... but not where servers close instead of aborting", "rfc9293+t-tcp+tao", "12",
        {"no-double-delivery": PROVED}, {**TWICE, "calls": ("open", "close")}, rto_max="120", msl="120",
        counts=(3098, 6761, 2618), plain=(3203, 6983)),
    Row("... nor without data in the SYN", "rfc9293+t-tcp", "12", {"no-double-delivery": PROVED}, TWICE,
        rto_max="120", msl="120", counts=(98740, 286898, 98424), slow=True),
    Row("... nor in TCP", "rfc9293", "2", {"no-double-delivery": PROVED}, TWICE, counts=(115402, 336546, 115038),
        slow=True),
    Row("QUIC's closing and draining: MSL", "quic-draining", "1",
        {"no-old-segment": PROVED, "no-assassination": PROVED}, QUIET, counts=(2427, 8335, 1471), plain=(2825, 9631)),
    Row("... and nothing less", "quic-draining", "99/100", {"no-old-segment": 12}, QUIET),
    # -------- Linux and FreeBSD
    Row("FreeBSD drops a SYN that lies below its window: 3·MSL, even where both close at once", "freebsd", "90",
        {"drained": PROVED, "no-old-segment": PROVED}, QUIET, rto_max="30", msl="30", counts=(8326, 30752, 4413),
        plain=(10889, 39920)),
    Row("... and nothing less, so that its own 2·MSL are too short", "freebsd", "8999/100",
        {"drained": 8, "no-old-segment": 12}, QUIET, rto_max="30", msl="30"),
    Row("... and none is long enough where its peer comes back and reopens it", "freebsd", "90",
        {"no-old-segment": 10}, {**QUIET, "calls": IN_TURN, "reopen": "both"}, rto_max="30", msl="30"),
    Row("Linux: a RST ends TIME-WAIT", "linux", "60", {"no-assassination": 8}, STAMPED,
        rto_max="120", msl="30", more={"TICK": "1"}),
    Row("Linux, reopened by its peer", "linux", "60", {"no-old-segment": 10}, {**STAMPED, "reopen": "passive"},
        rto_max="120", msl="30", more={"TICK": "1"}),
    Row("tcp_tw_reuse: an old RST is exempt from PAWS", "linux-tw-reuse", "60", {"no-old-segment": 11}, STAMPED,
        rto_max="120", msl="30", more={"TICK": "1", "REUSE_DELAY": "1"}),
    Row("RFC 6191 lets in whom PAWS would", "rfc9293+paws+rfc6191", "2", {"no-old-segment": 12}, STAMPED,
        more={"TICK": "1/100"}),
    Row("fix F2 only puts the end of TIME-WAIT off", "rfc9293+paws+rfc1337-f2", "6", {"no-assassination": 8}, STAMPED,
        more={"TICK": "1/100", "W": "2"}),
    Row("tcp_fin_timeout is a close without TIME-WAIT", "textbook+fin-timeout", "2",
        {"graceful-close": 7, "no-old-segment": 12, "clean-reopen": 6}, QUIET, more={"FIN_TIMEOUT": "60"}),
    Row("tcp_tw_recycle, one host behind an address", "rfc9293+tw-recycle+paws", "7/10", {"clean-reopen": PROVED},
        {**INSTANT, "calls": IN_TURN}, counts=(60, 105, 59), plain=(60, 105), more=RECYCLED),
    Row("... and several: a SYN is dropped though nothing is old", "rfc9293+tw-recycle+paws", "7/10",
        {"clean-reopen": 10}, {**INSTANT, "calls": (*IN_TURN, "other-host")}, more=RECYCLED),
    # -------- the unit of time does not matter
    *(
        Row("another unit of time: not one symbolic state more", "textbook", str(2 * Fraction(msl)), ALL_PROVED,
            rto_max=msl, msl=msl, counts=(9227, 42338, 6496), plain=(11065, 50076))
        for msl in ("120000", "1/3")
    ),
)  # fmt: skip


# ------------------------------------------------------------ every engine


@lru_cache(maxsize=8)
def _skeleton(model: str, scope: Scope, first_fin: bool, deliveries: bool) -> Skeleton:
    table = load(model).table
    return Skeleton(
        Scenario(table, scope, observer=properties.observe, drain=properties.drain, watch_first_fin=first_fin,
                 watch_deliveries=deliveries)
    )  # fmt: skip


def skeleton(row: Row) -> Skeleton:
    """The discrete side of a row, shared by rows that differ in durations only."""
    scope = Scope(**row.scope)  # type: ignore[arg-type]
    return _skeleton(row.model, scope, "time-wait-side" in row.answers, "no-double-delivery" in row.answers)


def by_zones(row: Row, inclusion: bool = True, seconds: float = 0.0) -> tuple[Exploration, dict[str, int | None]]:
    """The zone engine's answers, None where it has none. It stops early where every answer is a refutation."""
    wanted = row.watched
    whole = row.counts is not None or PROVED in wanted.values()
    run = explore(
        skeleton(row), row.valuation, inclusion=inclusion, budget=Budget(seconds=seconds),
        until=None if whole else frozenset(wanted),
    )  # fmt: skip
    absent = PROVED if run.complete else None
    return run, {n: len(run.path(run.first[n][0])) + 1 if n in run.first else absent for n in wanted}


def by_check(row: Row, seconds: float = 300.0) -> tuple[CheckReport, dict[str, int | None]]:
    """`check`: proofs with a certificate that Z3 has re-checked, refutations with a trace that was replayed."""
    request = CheckRequest(
        row.model, Fraction(row.msl), (Fraction(row.time_wait),), rto_max=Fraction(row.rto_max),
        scope=Scope(**row.scope), properties=tuple(row.answers),  # type: ignore[arg-type]
        tick=Fraction(row.more["TICK"]) if "TICK" in row.more else None,
        durations=tuple((name, Fraction(value)) for name, value in row.more.items() if name != "TICK"),
    )  # fmt: skip
    deadline = time.perf_counter() + seconds
    report = check(request, interrupted=lambda: time.perf_counter() > deadline)
    answers: dict[str, int | None] = {}
    for verdict in report.verdicts:
        if verdict.verdict == "proved":
            answers[verdict.property] = PROVED
        else:
            answers[verdict.property] = len(verdict.trace.steps) if verdict.trace is not None else None
    return report, answers


def by_smt(row: Row, name: str, seconds: float = 60.0) -> tuple[SmtResult, int | None]:
    """The engine without zones, for one property."""
    result = solve(skeleton(row).system, row.valuation, name, seconds=seconds)
    return result, {"proved": PROVED, "refuted": result.depth}.get(result.verdict)


# ------------------------------------------------------------ all of it, measured


def main(words: list[str]) -> int:
    """Print a Markdown table of every row as measured now; the exit status says whether all answers agree."""
    gc.disable()
    slow, rest = "--slow" in words, [w for w in words if not w.startswith("--")]
    print("| row | answers | states | transitions | locations | zones | check | without inclusion | SMT |")
    print("|---|---|---|---|---|---|---|---|---|")
    wrong = 0
    for row in ORACLE:
        if (slow and not row.slow) or not all(w in f"{row} {row.source} {tuple(row.answers)}" for w in rest):
            continue
        gc.collect()
        began = time.perf_counter()
        run, zones = by_zones(row)
        zones_seconds = time.perf_counter() - began
        counts = (len(run), run.transitions, len(run.at))
        began = time.perf_counter()
        checked = {} if "--fast" in words else by_check(row)[1]
        check_seconds = time.perf_counter() - began
        notes = [f"{n}: zones {a}, pinned {row.answers[n]}" for n, a in zones.items() if a != row.answers[n]]
        notes += [f"{n}: check {a}, pinned {row.answers[n]}" for n, a in checked.items() if a != row.answers[n]]
        if row.counts is not None and counts != row.counts:
            notes.append(f"counts {counts}, pinned {row.counts}")
        plain = ""
        if row.watched and not row.slow and "--fast" not in words:
            began = time.perf_counter()
            other, answers = by_zones(row, inclusion=False, seconds=60)
            plain = f"{len(other)}, {other.transitions} ({time.perf_counter() - began:.1f} s)"
            notes += [f"{n}: without inclusion {a}" for n, a in answers.items() if a != row.answers[n]]
            if row.counts and (len(other), other.transitions) != row.plain:
                notes.append(f"without inclusion {len(other), other.transitions}, pinned {row.plain}")
        smt = []
        for name in row.watched if "--all-smt" in words else row.smt:
            result, answer = by_smt(row, name, seconds=20 if "--all-smt" in words else 60)
            smt.append(f"{name} {result.seconds:.1f} s" if answer is not None else f"{name} -")
            if answer not in (row.answers[name], None if name not in row.smt else -1):
                notes.append(f"{name}: SMT {answer}")
        said = ", ".join(f"{n} {'proved' if a == PROVED else f'refuted ({a})'}" for n, a in row.answers.items())
        if row.answers == ALL_PROVED:
            said = "all default properties proved"
        # In brackets: as many as were needed to refute.
        shown = [str(n) if row.counts else f"({n})" if row.watched else "" for n in counts]
        cells = [str(row), said, *shown, f"{zones_seconds:.1f} s", f"{check_seconds:.1f} s", plain, ", ".join(smt)]
        print(f"| {' | '.join(cells)} |", flush=True)
        for note in notes:
            wrong += 1
            print(f"  DIFFERS: {row}: {note}", file=sys.stderr, flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
