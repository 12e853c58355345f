"""`tcpverify bound --sweep`: one table, models by properties, cells the derived bound."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from tcpverify.cli.watching import Progress, Stop
from tcpverify.errors import TcpverifyError
from tcpverify.workflow.derived import BoundReport, BoundRequest

__all__ = ["SWEPT", "sweep"]

#: how long a cell may take, in seconds, where no limit is given
PATIENCE = 60.0
#: the properties of a sweep where none is named
SWEPT = ("drained", "no-old-segment")


def sweep(
    request: BoundRequest, models: Sequence[str], properties: Sequence[str], form: str,
    about: Callable[..., BoundRequest], progress: Progress, stop: Stop,
) -> int:  # fmt: skip
    """Derive every bound in turn and print the table; what time does not allow is said to be open.

    Each cell may take its share of the time, and those that are open then share what the others have left over; without
    a limit, each may take so long that the table comes to an end.
    """
    from tcpverify.views.bound import bound_document
    from tcpverify.views.documents import dumps
    from tcpverify.views.sweep import sweep_lines
    from tcpverify.workflow.bound import bound

    properties = properties or SWEPT
    cells: dict[tuple[str, str], BoundReport | str] = {}
    began = time.perf_counter()
    everything = [(model, name) for model in models for name in properties]
    try:
        with stop:
            for again in (False, True) if request.seconds else (False,):
                todo = [key for key in everything if not again or _open(cells.get(key))]
                for place, key in enumerate(todo):
                    if stop.asked:
                        break
                    left = request.seconds - (time.perf_counter() - began)
                    if not request.seconds:
                        share = PATIENCE
                    elif again:
                        share = left / (len(todo) - place)
                        if share <= request.seconds / len(everything):
                            continue
                    else:
                        share = min(request.seconds / len(everything), left)
                    try:
                        one = replace(about(request, key[1]), model=key[0], seconds=max(share, 0.05))
                        cells[key] = bound(one, progress, stop)
                    except TcpverifyError as error:
                        if error.exit_status != 2:
                            raise
                        cells[key] = str(error)
    finally:
        progress.clear()
    reports = [r for r in cells.values() if not isinstance(r, str)]
    if form == "json":
        failed = [{"model": m, "property": p, "error": e} for (m, p), e in cells.items() if isinstance(e, str)]
        bounds = [bound_document(r) for r in reports]
        sys.stdout.write(dumps({"schema": "tcpverify.bounds/1", "bounds": bounds, "failed": failed}))
    else:
        from tcpverify.views.styled import Screen

        screen = Screen(sys.stdout)
        each = 0.0 if request.seconds else PATIENCE
        screen.write(sweep_lines(cells, models, properties, request.scope, screen.width, stop.asked, each))
    if stop.asked:
        return 130
    return 0 if len(reports) == len(models) * len(properties) and all(r.exit_status == 0 for r in reports) else 3


def _open(cell: BoundReport | str | None) -> bool:
    """Whether more time may say more."""
    return isinstance(cell, BoundReport) and cell.exit_status != 0
