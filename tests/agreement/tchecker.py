"""TChecker, called safely: an independent model checker for timed automata (Herbreteau and Point).

The package ``tcheckerpy`` carries TChecker as a shared library that prints its statistics and may end the
process on an error, so every call runs in a process of its own. A small server process loads the library once
and forks for each call, which takes a few milliseconds instead of the start of an interpreter.
"""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

__all__ = ["Answer", "TCheckerError", "reach"]

#: number by which the library knows an algorithm; ``covreach`` drops zones included in known ones
ALGORITHMS = {"reach": 0, "covreach": 2, "alu-covreach": 3}


class TCheckerError(Exception):
    """TChecker is not installed, or refused a model; the message is TChecker's own."""


@dataclass(frozen=True)
class Answer:
    """What TChecker said: ``seconds`` is its own measure of its running time, without reading the file."""

    reachable: bool
    states: int
    transitions: int
    seconds: float


def reach(model: str, label: str = "", algorithm: str = "covreach") -> Answer:
    """Whether a location with this label is reachable; without a label the whole state space is explored.

    Raises
    ------
    TCheckerError
        if ``tcheckerpy`` is missing, or its answer cannot be read.
    """
    server = _server()
    assert server.stdin is not None and server.stdout is not None
    with tempfile.TemporaryDirectory(prefix="tchecker-") as folder:
        source = Path(folder, "model.txt")
        source.write_text(model, encoding="ascii")
        server.stdin.write(json.dumps([str(source), label, ALGORITHMS[algorithm]]) + "\n")
        server.stdin.flush()
        said = json.loads(server.stdout.readline())
    rows = dict(line.split(maxsplit=1) for line in said["out"].splitlines() if " " in line)
    if said["status"] != 0 or "ERROR" in said["err"] or "REACHABLE" not in rows:
        raise TCheckerError(f"status {said['status']}: {said['err'] or said['out']}")
    return Answer(
        reachable=rows["REACHABLE"] == "true",
        states=int(rows["VISITED_STATES"]),
        transitions=int(rows["VISITED_TRANSITIONS"]),
        seconds=float(rows["RUNNING_TIME_SECONDS"]),
    )


@cache
def _server() -> subprocess.Popen[str]:
    found = find_spec("tcheckerpy")
    if found is None or not found.submodule_search_locations:
        raise TCheckerError("tcheckerpy is not installed; `pip install tcpverify[test]` brings it")
    library = Path(next(iter(found.submodule_search_locations)), "libtchecker.so")
    folder = tempfile.mkdtemp(prefix="tchecker-")
    atexit.register(shutil.rmtree, folder, True)
    process = subprocess.Popen(
        [sys.executable, __file__, str(_loadable(library, Path(folder)))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    atexit.register(process.kill)
    return process


def _loadable(library: Path, folder: Path) -> Path:
    """The library itself, or a copy of it for a C library older than the one it was linked with.

    It was linked on a system with glibc 2.38, where ``strtol`` and its kin are compiled to calls of
    ``__isoc23_strtol``, and needs nothing else of that version. The copy calls ``strtol``, as the same source
    compiled on the older system would (the two differ only in reading C23's ``0b`` prefix).
    """
    version = os.confstr("CS_GNU_LIBC_VERSION") or "glibc 0"
    if tuple(map(int, version.split()[1].split("."))) >= (2, 38):
        return library
    image = bytearray(library.read_bytes())
    _rename_isoc23(image)
    copy = folder / library.name
    copy.write_bytes(image)
    return copy


def _rename_isoc23(image: bytearray) -> None:
    """Point the undefined symbols ``__isoc23_X`` of a 64-bit little-endian ELF library to plain ``X``."""
    assert image[:6] == b"\x7fELF\x02\x01"
    (table,) = struct.unpack_from("<Q", image, 0x28)
    size, count = struct.unpack_from("<HH", image, 0x3A)
    # sh_name, sh_type, sh_flags, sh_addr, sh_offset, sh_size, sh_link
    sections = [struct.unpack_from("<IIQQQQI", image, table + n * size) for n in range(count)]
    kinds = {section[1]: section for section in sections}
    symbols, versions, needs = kinds[11], kinds[0x6FFFFFFF], kinds[0x6FFFFFFE]
    names = sections[symbols[6]][4]

    def text(offset: int) -> bytes:
        return bytes(image[names + offset : image.index(0, names + offset)])

    for row in range(symbols[5] // 24):
        (name,) = struct.unpack_from("<I", image, symbols[4] + row * 24)
        if text(name).startswith(b"__isoc23_"):
            struct.pack_into("<I", image, symbols[4] + row * 24, name + len("__isoc23_"))
            struct.pack_into("<H", image, versions[4] + row * 2, 1)  # VER_NDX_GLOBAL: the default version
    need = needs[4]
    while True:
        _, parts, _, first, following = struct.unpack_from("<HHIII", image, need)
        part = need + first
        for _ in range(parts):
            _, flags, _, name, after = struct.unpack_from("<IHHII", image, part)
            if text(name) == b"GLIBC_2.38":
                struct.pack_into("<H", image, part + 4, flags | 2)  # VER_FLG_WEAK: may be absent
            part += after
        if not following:
            return
        need += following


def _serve(path: str) -> None:
    """Answer one call a line, each in a forked process whose output is captured."""
    library = ctypes.CDLL(path)
    for line in sys.stdin:
        source, label, algorithm = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if child == 0:
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                text = [t.encode() for t in ("/dev/null", source, label)]
                library.tck_reach(*text, algorithm, b"bfs", 3, None, None)
                ctypes.CDLL(None).fflush(None)
                os._exit(0)
            status = os.waitpid(child, 0)[1]
            texts = []
            for stream in (out, err):
                stream.seek(0)
                texts.append(stream.read().decode(errors="replace"))
        print(json.dumps({"status": status, "out": texts[0], "err": texts[1]}), flush=True)


if __name__ == "__main__":
    _serve(sys.argv[1])
