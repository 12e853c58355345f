"""How long a command may work, and with how much memory."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["Limits", "without_collector"]


@dataclass
class Limits:
    """The limits of one run, asked now and then by whoever works for it.

    Attributes
    ----------
    seconds
        wall clock (0: no limit).
    memory
        resident memory in bytes (0: no limit).
    interrupted
        whether the user asks to stop.
    stopped
        whether the user has asked, as far as anybody has looked.
    """

    seconds: float = 0.0
    memory: int = 0
    interrupted: Callable[[], bool] = lambda: False
    stopped: bool = False
    began: float = field(default_factory=time.perf_counter)

    @property
    def spent(self) -> float:
        """Seconds since the run began."""
        return time.perf_counter() - self.began

    def remaining(self) -> float:
        """Seconds left; 0: no limit."""
        return max(self.seconds - self.spent, 0.001) if self.seconds else 0.0

    def stop(self) -> bool:
        """Whether to stop now: Ctrl-C, or the memory limit."""
        if self.interrupted():
            self.stopped = True
        return self.stopped or self._too_large()

    def over(self) -> bool:
        """Whether to stop now for any reason, time included."""
        return self.stop() or bool(self.seconds and self.spent > self.seconds)

    def _too_large(self) -> bool:
        if not self.memory:
            return False
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > self.memory


@contextmanager
def without_collector() -> Iterator[None]:
    """Millions of tuples and no cycles among them: the cyclic garbage collector would only cost time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
