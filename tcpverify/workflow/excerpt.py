"""Some positions of a model: those near the start, and those on the shortest ways to violations."""

from __future__ import annotations

from collections.abc import Callable

from tcpverify.errors import UsageError
from tcpverify.workflow.jumping import jumps
from tcpverify.workflow.limits import Limits
from tcpverify.workflow.positions import Excerpt
from tcpverify.workflow.runs import Run
from tcpverify.workflow.stepping import Stepper

__all__ = ["excerpt"]

Progress = Callable[[int, int, int, str], None]


def excerpt(
    stepper: Stepper, most: int, search: Limits, limits: Limits, progress: Progress | None = None
) -> Excerpt:
    """At most so many positions, but those on the shortest ways to violations in any case.

    ``search`` limits the search for violations, ``limits`` the rest.

    Raises
    ------
    UsageError
        if Ctrl-C or a limit comes before they are all worked out: there is no half of them.
    """
    names = [p.name for p in stepper.wanted if p.watched and stepper.system.watches(p.name)]
    found = jumps(stepper, names, search, progress)
    kept: dict[tuple[str, ...], Run] = {}
    for one in found:
        run = stepper.start
        kept[run.address] = run
        for word in one.address or ():
            kept.update((r.address, r) for r in run.next if r.possible)
            run = next(r for r in run.next if r.word == word)
    level, depth, whole = [stepper.start], 0, False
    kept[()] = stepper.start
    while not whole:
        level = [r for run in level for r in run.next if r.possible]
        new = [r for r in level if r.address not in kept]
        whole = not level
        if len(kept) + len(new) > most:
            break
        kept.update((r.address, r) for r in new)
        depth += not whole
    positions = []
    for number, address in enumerate(sorted(kept)):
        if limits.over():
            raise UsageError(
                f"a limit was reached after {number} of {len(kept)} positions; raise --timeout, or ask for fewer with "
                "--positions"
            )
        if progress is not None:
            progress(number, len(kept), depth, "positions")
        positions.append(stepper.position(address))
    return Excerpt(tuple(positions), depth, whole, found)
