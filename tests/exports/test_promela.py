"""SPIN, reading the exported models, finds as many states and steps as this program, and the same verdicts.

Where SPIN or a C compiler is missing the tests are skipped, and say so; `.ci/run` takes no skipped test for an
answer, since an agreement that nobody looked at is none.
"""

import random
import re
import runpy
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tcpverify.engines.explore import Exploration, explore
from tcpverify.engines.skeleton import Skeleton
from tcpverify.errors import ModelError
from tcpverify.exports.promela import EXTRA_STATES, expression, flat, queues
from tcpverify.lang.expr import Expr, Sort, all_of, boolean, integer, ite, lift, sequence
from tcpverify.lang.interpret import evaluate
from tcpverify.lang.queues import QueueMachine, QueueSystem
from tcpverify.lang.system import Constraint, Edge
from tcpverify.lang.table import Amendment, change, remove
from tcpverify.tcp.registry import shipped

FIG5 = runpy.run_path(str(shipped()["fig5"]))
MACHINE: QueueMachine = FIG5["QUEUES"]


def at(end: str, state: str) -> Expr:
    return integer(f"{end}.STATE") == FIG5["STATES"].index(state)


#: one true claim and one that is false six steps away
MACHINE = replace(
    MACHINE,
    claims={**MACHINE.claims, "no-half-closing": ~all_of(at("A", "TIME-WAIT"), at("B", "CLOSING"))},
)


@dataclass
class Found:
    """What pan reports, and the labels that ``spin -t`` prints for its first counterexample."""

    stored: int
    transitions: int
    errors: int
    output: str
    labels: list[str]


def run(command: Sequence[str], directory: Path) -> str:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"
    return done.stdout


def spin(model: str, directory: Path, *, breadth_first: bool = False, every_error: bool = True) -> Found:
    missing = [tool for tool in ("spin", "gcc") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"this test needs {' and '.join(missing)} (Debian: apt-get install spin gcc)")
    (directory / "model.pml").write_text(model)
    run(["spin", "-a", "model.pml"], directory)
    defines = ["-DSAFETY", "-DNOREDUCE", *(["-DBFS"] if breadth_first else [])]
    run(["gcc", "-w", "-O0", *defines, "-o", "pan", "pan.c"], directory)
    output = run(["./pan", "-m100000", "-w20", *(["-c0", "-e"] if every_error else [])], directory)
    assert "max search depth too small" not in output
    labels = []
    trails = sorted(directory.glob("*.trail"), key=_trail_number)
    if trails:
        shown = run(["spin", "-k", trails[0].name, "model.pml"], directory)
        labels = re.findall(r"^ *([AB]: \S+)$", shown, re.MULTILINE)

    def number(pattern: str) -> int:
        match = re.search(pattern, output)
        assert match, f"pan does not say {pattern!r}:\n{output}"
        return int(match[1])

    nominal = "nominal states" in output
    atomic = number(r"(\d+) atomic steps") if nominal else 0
    return Found(
        number(r"(\d+) nominal states") if nominal else number(r"(\d+) states, stored"),
        number(r"(\d+) transitions") - atomic,
        number(r"errors: (\d+)"),
        output,
        labels,
    )


def _trail_number(path: Path) -> int:
    """pan writes one trail for each error: model.pml1.trail, model.pml2.trail, … (an only one: no number)."""
    digits = re.search(r"(\d+)\.trail$", path.name)
    return int(digits[1]) if digits else 0


def explored(machine: QueueMachine) -> Exploration:
    return explore(Skeleton(QueueSystem(machine)), {})


def marked(found: Exploration, mark: str) -> int:
    """How many steps carry a mark."""
    return sum(mark in edge.marks for edges in found.skeleton.edges_of for edge in edges or ())


def agree(ours: Exploration, theirs: Found) -> None:
    """The contract of the export's docstring."""
    assert theirs.stored == len(ours) + EXTRA_STATES
    assert theirs.transitions == ours.transitions + len(ours.skeleton.start) + 1


Export = Callable[[QueueMachine, Sequence[str]], str]
EXPORTS: dict[str, Export] = {
    "flat": lambda machine, claims: flat(QueueSystem(machine), marks=claims),
    "queues": lambda machine, claims: queues(machine, claims=claims),
}


@pytest.mark.parametrize("export", EXPORTS)
def test_counts_and_a_true_claim(export: str, tmp_path: Path) -> None:
    ours = explored(MACHINE)
    theirs = spin(EXPORTS[export](MACHINE, ["established-together"]), tmp_path)
    agree(ours, theirs)
    assert theirs.stored == 1183
    assert theirs.transitions == 3207
    assert theirs.errors == marked(ours, "established-together") == 0


@pytest.mark.parametrize("export", EXPORTS)
def test_a_false_claim(export: str, tmp_path: Path) -> None:
    """Breadth first both find a shortest counterexample, and as many steps that break the claim."""
    ours = explored(MACHINE)
    theirs = spin(EXPORTS[export](MACHINE, ["no-half-closing"]), tmp_path, breadth_first=True)
    agree(ours, theirs)
    assert theirs.errors == marked(ours, "no-half-closing") == 9
    state, _ = ours.first["no-half-closing"]
    assert len(theirs.labels) == len(ours.path(state)) + 1 == 6
    assert breaks(theirs.labels, "no-half-closing")


def breaks(labels: Sequence[str], mark: str) -> bool:
    """Whether SPIN's counterexample is one here: its steps can be taken, and the last carries the mark."""
    system = QueueSystem(MACHINE)
    here = {pair for pair, _ in system.initial()}
    marks: set[str] = set()
    for label in labels:
        taken = [edge for pair in here for edge in system.edges(pair) if str(edge.label) == label]
        here = {edge.target for edge in taken}
        marks = {name for edge in taken for name in edge.marks}
    return mark in marks


VARIANTS = {
    "no-closing": (remove("CLOSING.rcv-ack-of-fin"),),
    "no-resets": (remove("*.reset"),),
    "timeout-keeps-tcb": (change("TIME-WAIT.timeout", assign={}),),
    "reset-looks-at-queue": (change("*.reset", guard=boolean("TCB") & (integer("HEAD") != integer("NEXT"))),),
    "double-syn-ack": (
        change("LISTEN.rcv-syn", emits=[*MACHINE.table.rules["LISTEN.rcv-syn"].emits,
                                        *MACHINE.table.rules["SYN-SENT.rcv-syn,ack"].emits]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("variant", VARIANTS)
def test_counts_of_changed_tables(variant: str, tmp_path: Path) -> None:
    """Agreement on one machine could be luck: each change moves the counts, here and there alike."""
    machine = replace(MACHINE, table=MACHINE.table.amended(Amendment(variant, "", "", VARIANTS[variant])))
    ours = explored(machine)
    assert (len(ours), ours.transitions) != (1182, 3204)
    agree(ours, spin(queues(machine), tmp_path))


def test_short_channels_are_an_error_not_an_answer(tmp_path: Path) -> None:
    theirs = spin(queues(MACHINE, capacity=2), tmp_path, every_error=False)
    assert theirs.errors > 0
    assert "block in d_step seq" in theirs.output


# ---------------------------------------------------------------- small things


class Ring:
    """Three locations in a circle and one way out of the second, with or without a clock."""

    def __init__(self, clocks: int = 0, guard: tuple[Constraint, ...] = ()) -> None:
        self.clocks, self.guard = clocks, guard

    def initial(self) -> list[tuple[int, int]]:
        return [(0, self.clocks)]

    def edges(self, location: Any) -> list[Edge]:
        if location == 3:
            return []
        around = Edge((location + 1) % 3, (), (0,) * self.clocks, f'to "{location}" 100%')
        out = Edge(3, (), (), "out", frozenset({"left"}))
        return [around, out] if location == 1 else [around]

    def invariant(self, location: Any) -> list[Constraint]:
        return []


@pytest.mark.parametrize(("marks", "errors"), [((), 0), (("left",), 1), (("other",), 0)])
def test_a_ring(marks: tuple[str, ...], errors: int, tmp_path: Path) -> None:
    """A location that nothing leaves is a state like others, and no error by itself."""
    system = Ring()
    theirs = spin(flat(system, marks=marks), tmp_path)
    agree(explore(Skeleton(system), {}), theirs)
    assert (theirs.stored, theirs.transitions, theirs.errors) == (5, 6, errors)


def test_without_spin_the_tests_say_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool: None)
    with pytest.raises(pytest.skip.Exception, match="needs spin and gcc"):
        spin(flat(Ring()), tmp_path)


def test_clocks_cannot_be_written() -> None:
    with pytest.raises(ModelError, match="no time"):
        flat(Ring(clocks=1))


def test_unknown_claim() -> None:
    with pytest.raises(ModelError, match="no claim 'nonsense'; it has established-together"):
        queues(MACHINE, claims=["nonsense"])


def test_sequence_numbers_cannot_be_written() -> None:
    with pytest.raises(ModelError, match="sequence numbers"):
        expression(sequence("X") < sequence("Y"), {"X": "x", "Y": "y"})


NUMBERS, TRUTHS = ("I", "J"), ("P", "Q")


def some(sort: Sort, depth: int, choose: random.Random) -> Expr:
    """A random expression over two integers and two truth values."""
    if depth == 0:
        if sort is Sort.INT:
            return choose.choice([integer(choose.choice(NUMBERS)), lift(choose.randint(-3, 3))])
        return choose.choice([boolean(choose.choice(TRUTHS)), lift(choose.random() < 0.5)])

    def part(of: Sort) -> Expr:
        return some(of, depth - 1, choose)

    if sort is Sort.INT:
        left, right = part(Sort.INT), part(Sort.INT)
        return choose.choice([left + right, left - right, ite(part(Sort.BOOL), left, right)])
    left, right = part(Sort.INT), part(Sort.INT)
    yes, no = part(Sort.BOOL), part(Sort.BOOL)
    return choose.choice(
        [left == right, left != right, left < right, left <= right,
         yes & no, yes | no, ~yes, yes == no, yes != no, ite(yes, no, ~no)]
    )  # fmt: skip


def test_expressions_mean_the_same(tmp_path: Path) -> None:
    """SPIN computes the value that the interpreter computes, for random expressions and values."""
    choose = random.Random(9293)
    lines = ["int I, J; bool P, Q;", "init {"]
    for _ in range(300):
        env = {**{n: choose.randint(-4, 4) for n in NUMBERS}, **{n: choose.random() < 0.5 for n in TRUTHS}}
        expr = some(choose.choice([Sort.INT, Sort.BOOL]), choose.randint(1, 4), choose)
        text = expression(expr, {name: name for name in env})
        lines.append(" ".join(f"{name} = {int(value)};" for name, value in env.items()))
        lines.append(f"assert({text} == ({int(evaluate(expr, env))}));")
    theirs = spin("\n".join([*lines, "}"]), tmp_path)
    assert theirs.errors == 0, theirs.output
    assert theirs.stored > 1500
