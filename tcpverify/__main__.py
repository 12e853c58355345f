"""The program from its first moment: ``python -m tcpverify``, and the command `tcpverify`.

Whatever is imported takes a moment in which somebody may think better of it. So this file imports nothing before it is
ready for Ctrl-C.
"""

from __future__ import annotations

import sys

__all__ = ["run"]

_INTERRUPTED = 130


def run() -> int:
    """Run the command line and return its exit status, that of an interruption while the program is loaded too."""
    try:
        from tcpverify.cli.main import main

        return main()
    except KeyboardInterrupt:
        print("tcpverify: interrupted", file=sys.stderr)
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(run())
