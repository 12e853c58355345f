"""The run directory of ``--save``: everything that is needed to believe, repeat or forward a run.

::

    DIR/run.json            the exact command, versions, when it ran
    DIR/report.json         the answer, schema tcpverify.check/1
    DIR/traces/*.json       one for every refutation, for `tcpverify trace`
    DIR/certificates/*.json one for every proof (properties proved together share one)
    DIR/queries/*.smt2      queries put to a solver, where an engine kept them

It is written beside DIR and renamed, so that it exists whole or not at all.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from tcpverify.cli.common import version
from tcpverify.errors import UsageError
from tcpverify.views.documents import check_document, dumps
from tcpverify.views.quantities import short
from tcpverify.workflow.results import CheckReport, Verdict
from tcpverify.workflow.writing import umask, write_whole

__all__ = [
    "RUN_SCHEMA", "installed", "require_free", "require_svg", "require_writable", "save_run", "whole_directory",
    "write_whole",
]  # fmt: skip

RUN_SCHEMA = "tcpverify.run/1"


def installed(name: str) -> str:
    """The version of a distribution."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as found

    try:
        return found(name)
    except PackageNotFoundError:
        return "not installed"


def require_free(directory: str, option: str = "--save") -> None:
    """UsageError, naming the option, unless a directory can be written there: asked before the work, not after it."""
    path = Path(directory)
    if path.is_dir():
        if any(path.iterdir()):
            raise UsageError(f"{option}: directory {directory!r} is not empty; name a new one")
    elif path.exists():
        raise UsageError(f"{option}: {directory!r} is a file, not a directory")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"{option}: directory {str(path.absolute().parent)!r} does not exist")
    if not os.access(path.absolute().parent, os.W_OK):
        raise UsageError(f"{option}: nothing can be written in {str(path.absolute().parent)!r}")


def require_writable(path: str, option: str) -> None:
    """UsageError unless a file can be written there: asked before the work, not after it."""
    target = Path(path).resolve()
    if target.is_dir():
        raise UsageError(f"{option}: {path!r} is a directory; name a file")
    if Path(path).exists() and not Path(path).is_file():
        return
    if not target.parent.is_dir():
        raise UsageError(f"{option}: directory {str(target.parent)!r} does not exist")
    if not os.access(target.parent, os.W_OK):
        raise UsageError(f"{option}: nothing can be written in {str(target.parent)!r}")


def require_svg(path: str, option: str) -> None:
    """UsageError unless a picture can be written there, as a file whose name says what it is."""
    require_writable(path, option)
    name = Path(path)
    if name.suffix.lower() not in ("", ".svg") and (name.is_file() or not name.exists()):
        raise UsageError(
            f"{option} draws SVG, and a file {name.suffix} would hold something else; name it {name.stem}.svg"
        )


def whole_directory(directory: str, fill: Callable[[Path], None], option: str) -> None:
    """Write a directory whole or not at all; UsageError, naming the option, if that is not possible."""
    target = Path(directory).absolute()
    try:
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            fill(beside)
            beside.chmod(0o777 & ~umask())
            if target.is_dir():
                target.rmdir()
            beside.rename(target)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
    except OSError as error:
        raise UsageError(f"{option}: {directory!r} cannot be written: {error.strerror or error}") from error


def save_run(directory: str, report: CheckReport, command: list[str]) -> None:
    """Write the run directory; UsageError if that is not possible."""
    whole_directory(directory, lambda beside: _fill(beside, report, command), "--save")


def _fill(directory: Path, report: CheckReport, command: list[str]) -> None:
    certificates: dict[int, str] = {}
    for verdict in report.verdicts:
        if verdict.certificate is not None and id(verdict.certificate) not in certificates:
            name = f"certificates/time-wait-{_file(verdict.time_wait)}-{len(certificates) + 1}.json"
            certificates[id(verdict.certificate)] = name
            _write(directory / name, dumps(verdict.certificate.to_json()))
        if verdict.trace is not None:
            name = f"traces/{verdict.property}-time-wait-{_file(verdict.time_wait)}.json"
            _write(directory / name, verdict.trace.dumps())

    def filed(verdict: Verdict) -> str | None:
        return certificates.get(id(verdict.certificate))

    _write(directory / "report.json", dumps(check_document(report, filed)))
    _write(directory / "run.json", dumps(_run(report, command)))
    for name, text in getattr(report, "queries", {}).items():
        _write(directory / "queries" / f"{name}.smt2", text)


def _run(report: CheckReport, command: list[str]) -> dict[str, Any]:
    return {
        "schema": RUN_SCHEMA,
        "command": command,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(report.seconds, 3),
        "exit_status": report.exit_status,
        "versions": {
            "tcpverify": version(),
            "python": platform.python_version(),
            **{name: installed(name) for name in ("z3-solver", "networkx", "click")},
        },
        "platform": platform.platform(),
        "executable": sys.executable,
    }


def _file(duration: Fraction) -> str:
    return short(duration).replace("/", "_")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
