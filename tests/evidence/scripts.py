"""SMT-LIB scripts, given to each solver's own reader."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import cvc5

__all__ = ["answers_of_cvc5", "answers_of_z3"]


def answers_of_cvc5(script: str) -> list[str]:
    """What cvc5 says to every command that it answers."""
    solver = cvc5.Solver()
    solver.setOption("incremental", "true")
    symbols = cvc5.SymbolManager(solver.getTermManager())
    parser = cvc5.InputParser(solver, symbols)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script, "script")
    said = []
    while not (command := parser.nextCommand()).isNull():
        said.append(command.invoke(solver, symbols).strip())
    return [answer for answer in said if answer]


def answers_of_z3(script: str) -> list[str]:
    """What the program z3, which comes with its Python package, prints."""
    with tempfile.NamedTemporaryFile("w", suffix=".smt2", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        program = Path(sys.executable).parent / "z3"
        done = subprocess.run([str(program), file.name], capture_output=True, text=True, timeout=60, check=False)
    return done.stdout.split() + done.stderr.split()
