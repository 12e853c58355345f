"""While an exploration runs: a sign of life on a terminal, and Ctrl-C that still leaves an answer."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType, TracebackType

__all__ = ["Progress", "Stop"]

_FIRST, _EVERY = 0.5, 0.1


class Progress:
    """One line on standard error, rewritten; nothing at all where nobody looks."""

    def __init__(self) -> None:
        self.visible = sys.stderr.isatty()
        self.what = ""
        self.began = self.last = time.perf_counter()
        self.written = 0

    def __call__(self, states: int, transitions: int, depth: int, what: str) -> None:
        """Show how far the exploration is; ``what`` names the part of the work."""
        if not self.visible:
            return
        now = time.perf_counter()
        if what != self.what:
            self.what, self.began = what, now
        if now - self.began < _FIRST or now - self.last < _EVERY:
            return
        self.last = now
        rate = states / (now - self.began)
        text = f"{what}: {states} states, {transitions} transitions, depth {depth}, {rate:,.0f} states/s"[:79]
        print("\r" + text.ljust(self.written), end="", file=sys.stderr, flush=True)
        self.written = len(text)

    def says(self, text: str) -> None:
        """Show what is being tried, where many short runs follow each other."""
        if self.visible:
            print("\r" + text[:79].ljust(self.written), end="", file=sys.stderr, flush=True)
            self.written = len(text[:79])

    def clear(self) -> None:
        """Wipe the line, so that it does not mix with the answer."""
        if self.written:
            print("\r" + " " * self.written + "\r", end="", file=sys.stderr, flush=True)
            self.written = 0


class Stop:
    """Within its block the first Ctrl-C asks the search to stop, the second ends the program."""

    def __init__(self) -> None:
        self.asked = False
        self._before: object = None

    def __call__(self) -> bool:
        """Whether the search was asked to stop."""
        return self.asked

    def __enter__(self) -> Stop:
        try:
            self._before = signal.signal(signal.SIGINT, self._interrupt)
        except ValueError:
            # Not in the main thread: whoever runs us there has other ways to stop us.
            self._before = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)  # type: ignore[arg-type]

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        print("\nstopping; Ctrl-C again to give up the answer too", file=sys.stderr, flush=True)
